import type { JsonSchema } from '../../util/json.ts'
import { isPlainObject } from '../../util/json.ts'

/** Where a schema keeps its definitions: `$defs`, or `definitions` before draft 2019-09. */
const defsKeywords = ['$defs', 'definitions'] as const

/** The name a reference like `#/$defs/Name` points at; `undefined` for any other reference. */
export function defName(ref: unknown): string | undefined {
  if (typeof ref !== 'string') return undefined
  const match = /^#\/(?:\$defs|definitions)\/([^/]+)$/.exec(ref)
  return match?.[1] === undefined ? undefined : decodePointer(match[1])
}

export function refTo(name: string): string {
  return `#/$defs/${encodePointer(name)}`
}

/** All definitions of a root schema, by name. */
export function defsOf(root: JsonSchema): Map<string, unknown> {
  return new Map(
    defsKeywords.flatMap(keyword => {
      const defs = root[keyword]
      return isPlainObject(defs) ? Object.entries(defs) : []
    }),
  )
}

export function withoutDefs(root: JsonSchema): JsonSchema {
  const { $defs: _defs, definitions: _definitions, ...rest } = root
  return rest
}

function encodePointer(name: string): string {
  return name.replaceAll('~', '~0').replaceAll('/', '~1')
}

function decodePointer(token: string): string {
  let decoded = token
  try {
    decoded = decodeURIComponent(token)
  } catch {
    // not percent-encoded: the name is meant as written
  }
  return decoded.replaceAll('~1', '/').replaceAll('~0', '~')
}
