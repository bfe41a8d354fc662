import { isPlainObject } from '../util/json.ts'
import type { NativeToolCallPart, NativeToolReturnPart, Part, ToolCallPart, ToolKind, ToolReturnPart } from './part.ts'
import { mismatch, within } from './wire-record.ts'

type CallPart = ToolCallPart | NativeToolCallPart
type ReturnPart = ToolReturnPart | NativeToolReturnPart

interface TypedTool {
  /** The one name such a call has; `undefined`: there is no such call. */
  readonly localName: string
  readonly nativeName: string | undefined
  readonly isArgs: (args: Record<string, unknown>) => boolean
  readonly isResult: (content: Record<string, unknown>) => boolean
  readonly argsShape: string
  readonly resultShape: string
}

/** What calls and results of each `toolKind` look like on the wire. */
const typedTools: Readonly<Record<ToolKind, TypedTool>> = {
  'tool-search': {
    localName: 'search_tools',
    nativeName: 'tool_search',
    isArgs: ({ queries }) => Array.isArray(queries) && queries.every(query => typeof query === 'string'),
    isResult: ({ discovered_tools: found, message }) =>
      Array.isArray(found) &&
      found.every(tool => isPlainObject(tool) && typeof tool['name'] === 'string') &&
      isOptionalText(message),
    argsShape: 'an object with `queries`, an array of texts',
    resultShape: 'an object with `discovered_tools`, an array of objects with a `name`',
  },
  'capability-load': {
    localName: 'load_capability',
    nativeName: undefined,
    isArgs: ({ id }) => typeof id === 'string',
    isResult: ({ instructions }) => isOptionalText(instructions),
    argsShape: 'an object with an `id`',
    resultShape: 'an object with `instructions`, if anything',
  },
}

/** The kind of tool the framework reads results of: such a record has to be what it says it is.
 *  Throws `mismatch` when its name or shape is another. */
export function checkTypedPart(part: Part): void {
  if (!('toolKind' in part) || part.toolKind === undefined) return
  const tool = typedTools[part.toolKind]
  const isNative = part.kind === 'builtin-tool-call' || part.kind === 'builtin-tool-return'
  const name = isNative ? tool.nativeName : tool.localName
  if (part.toolName !== name) {
    const expected =
      name === undefined ? `no ${part.kind} of kind ${part.toolKind}` : `"${name}" for a ${part.toolKind}`
    within('tool_name', () => reject(expected, part.toolName))
  }
  if (part.kind === 'tool-call' || part.kind === 'builtin-tool-call') checkArgs(part, tool)
  else checkResult(part, tool)
}

/** Text is what the model wrote and may be anything. */
function checkArgs({ args }: CallPart, tool: TypedTool): void {
  if (args === undefined || typeof args === 'string' || tool.isArgs(args)) return
  within('args', () => reject(tool.argsShape, args))
}

function checkResult({ content }: ReturnPart, tool: TypedTool): void {
  if (isPlainObject(content) && tool.isResult(content)) return
  within('content', () => reject(tool.resultShape, content))
}

function reject(expected: string, value: unknown): never {
  throw mismatch(expected, value)
}

function isOptionalText(value: unknown): boolean {
  return value === undefined || value === null || typeof value === 'string'
}
