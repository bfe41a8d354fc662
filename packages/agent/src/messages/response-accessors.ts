import type { BinaryContent } from './content.ts'
import type { ModelResponse } from './message.ts'
import type { NativeToolCallPart, NativeToolReturnPart, ResponsePart, ToolCallPart } from './part.ts'

type Parts = Pick<ModelResponse, 'parts'>

/** The text of a response: neighbouring text parts as they are, a blank line where something stood between them.
 *  `undefined` without a text part. */
export function responseText({ parts }: Parts): string | undefined {
  let text: string | undefined
  let previous: ResponsePart['kind'] = 'text'
  for (const part of parts) {
    if (part.kind === 'text') {
      if (text === undefined) text = part.content
      else text += previous === 'text' ? part.content : `\n\n${part.content}`
    }
    previous = part.kind
  }
  return text
}

/** The thinking of a response, its parts apart by a blank line; `undefined` without one. */
export function responseThinking({ parts }: Parts): string | undefined {
  const thoughts = parts.flatMap(part => (part.kind === 'thinking' ? [part.content] : []))
  return thoughts.length === 0 ? undefined : thoughts.join('\n\n')
}

/** Files the model made. */
export function responseFiles({ parts }: Parts): BinaryContent[] {
  return parts.flatMap(part => (part.kind === 'file' ? [part.content] : []))
}

/** Of these files, the images. */
export function responseImages(response: Parts): BinaryContent[] {
  return responseFiles(response).filter(file => file.mediaType.startsWith('image/'))
}

/** Calls for this side to run. */
export function responseToolCalls({ parts }: Parts): ToolCallPart[] {
  return parts.filter(part => part.kind === 'tool-call')
}

export interface NativeToolCall {
  readonly call: NativeToolCallPart
  /** `undefined` while the provider has not answered. */
  readonly result: NativeToolReturnPart | undefined
}

/** Calls the provider ran itself, with their results. */
export function responseNativeToolCalls({ parts }: Parts): NativeToolCall[] {
  const results = new Map<string, NativeToolReturnPart[]>()
  for (const part of parts) {
    if (part.kind !== 'builtin-tool-return') continue
    results.set(part.toolCallId, [...(results.get(part.toolCallId) ?? []), part])
  }
  return parts
    .filter(part => part.kind === 'builtin-tool-call')
    .map(call => ({ call, result: results.get(call.toolCallId)?.shift() }))
}

/** Whether a part says anything: text, thinking, arguments, bytes. Parts without such a field always do. */
export function hasContent(part: ResponsePart): boolean {
  switch (part.kind) {
    case 'text':
    case 'thinking':
      return part.content !== ''
    case 'compaction':
      return (part.content ?? '') !== ''
    case 'file':
      return part.content.data !== ''
    case 'tool-call':
    case 'builtin-tool-call':
      return hasArgs(part)
    default:
      return true
  }
}

function hasArgs({ args }: ToolCallPart | NativeToolCallPart): boolean {
  return typeof args === 'string' ? args !== '' : Object.keys(args ?? {}).length > 0
}
