import { isPlainObject, type JsonObject } from '../util/json.ts'
import type { ToolCallPart } from './part.ts'

/** The key under which arguments that are no JSON object are passed on. */
const invalidJsonKey = 'INVALID_JSON'

type Args = Pick<ToolCallPart, 'args'>

/** The arguments of a call as an object. None are `{}`; text that is no JSON object becomes `{ INVALID_JSON: text }`,
 *  so that a provider which wants an object still takes the call.
 *
 *  @example argsAsObject({ args: '{"city":"Ri' }) // { INVALID_JSON: '{"city":"Ri' } */
export function argsAsObject({ args }: Args): JsonObject {
  if (args === undefined) return {}
  if (typeof args !== 'string') return args
  return args.trim() === '' ? {} : (parseObject(args) ?? { [invalidJsonKey]: args })
}

/** The arguments of a call as JSON text: verbatim when that is a JSON object already. */
export function argsAsJson(part: Args): string {
  const { args } = part
  return typeof args === 'string' && parseObject(args) !== undefined ? args : JSON.stringify(argsAsObject(part))
}

function parseObject(text: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return isPlainObject(value) ? (value as JsonObject) : undefined
  } catch {
    return undefined
  }
}
