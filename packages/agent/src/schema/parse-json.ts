import { IncrementalJson, JsonSyntaxError } from '../util/incremental-json.ts'
import type { JsonObject, JsonValue } from '../util/json.ts'
import { isPlainObject } from '../util/json.ts'
import type { ValidationResult } from './schema.ts'

/** The arguments a model sent, as an object. No arguments at all are `{}`.
 *  Text that is not JSON gives one `json_invalid` item, JSON that is not an object one `dict_type` item. */
export function parseJsonArgs(args: string | JsonObject | null | undefined): ValidationResult<JsonObject> {
  if (args === undefined || args === null) return { ok: true, value: {} }
  if (typeof args !== 'string') return { ok: true, value: args }
  if (args.trim() === '') return { ok: true, value: {} }
  const parsed = parseJson(args)
  if (!parsed.ok || isJsonObject(parsed.value)) return parsed as ValidationResult<JsonObject>
  return {
    ok: false,
    issues: [{ type: 'dict_type', loc: [], msg: 'The arguments must be a JSON object', input: parsed.value }],
  }
}

/** `JSON.parse` that answers with an error item a model can act on: what is wrong, in which line and column. */
export function parseJson(text: string): ValidationResult<JsonValue> {
  try {
    return { ok: true, value: JSON.parse(text) as JsonValue }
  } catch {
    return {
      ok: false,
      issues: [{ type: 'json_invalid', loc: [], msg: `Invalid JSON: ${whatIsWrong(text)}`, input: text }],
    }
  }
}

/** The engines word their errors differently and not all tell the place; our own parser does. */
function whatIsWrong(text: string): string {
  try {
    const parser = new IncrementalJson()
    parser.push(text)
    parser.end()
  } catch (error) {
    if (error instanceof JsonSyntaxError) return `${error.reason} at ${placeOf(text, error.position)}`
  }
  return 'not JSON'
}

function placeOf(text: string, position: number): string {
  const before = text.slice(0, position)
  const line = before.split('\n').length
  return `line ${line} column ${position - before.lastIndexOf('\n')}`
}

function isJsonObject(value: JsonValue): value is JsonObject {
  return isPlainObject(value)
}
