import type { ModelMessage, ModelResponse } from '../messages/message.ts'
import type { NativeToolReturnPart, RequestPart, ResponsePart } from '../messages/part.ts'
import { emptyUsage } from '../usage/usage.ts'

/** Name of the local tool that searches hidden tools. */
export const searchToolsName = 'search_tools'

/** A search run by a provider, when it is not this one's. `provider`: the model's own, if it can search at all. */
export function isForeignSearch(part: ResponsePart, provider: string | undefined): boolean {
  if (part.kind !== 'builtin-tool-call' && part.kind !== 'builtin-tool-return') return false
  return part.toolKind === 'tool-search' && (provider === undefined || part.providerName !== provider)
}

/** Retells another provider's search as calls of our own search tool: a response cannot hold results, so it is cut
 *  behind each search, with the results in a request between the pieces. A call without a result is left out. */
export function splitForeignSearch(
  response: ModelResponse,
  isForeign: (part: ResponsePart) => boolean,
): readonly ModelMessage[] {
  const answered = new Set(
    response.parts.flatMap(part => (part.kind === 'builtin-tool-return' && isForeign(part) ? [part.toolCallId] : [])),
  )
  const out: ModelMessage[] = []
  let parts: ResponsePart[] = []
  let results: RequestPart[] = []

  const close = () => {
    if (parts.length > 0) out.push(out.length === 0 ? { ...response, parts } : laterPiece(response, parts))
    if (results.length > 0) out.push({ kind: 'request', parts: results, timestamp: response.timestamp })
    parts = []
    results = []
  }

  for (const part of response.parts) {
    if (!isForeign(part)) {
      if (results.length > 0) close()
      parts.push(part)
    } else if (part.kind === 'builtin-tool-call') {
      if (results.length > 0) close()
      const { toolCallId, args } = part
      if (answered.has(toolCallId)) {
        parts.push({ kind: 'tool-call', toolName: searchToolsName, args, toolCallId, toolKind: 'tool-search' })
      }
    } else {
      results.push(localReturn(part as NativeToolReturnPart))
    }
  }
  close()
  return out
}

/** What is the response's as a whole stays with its first piece. */
function laterPiece(response: ModelResponse, parts: readonly ResponsePart[]): ModelResponse {
  const { providerResponseId: _, ...rest } = response
  return { ...rest, parts, usage: emptyUsage }
}

function localReturn({ content, toolCallId, timestamp, outcome, metadata }: NativeToolReturnPart): RequestPart {
  return {
    kind: 'tool-return',
    toolName: searchToolsName,
    content,
    toolCallId,
    toolKind: 'tool-search',
    metadata,
    timestamp,
    outcome,
  }
}
