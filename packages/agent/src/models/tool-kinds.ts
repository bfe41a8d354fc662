import type { ModelResponse } from '../messages/message.ts'
import type { ToolKind } from '../messages/part.ts'
import type { ToolDefinition } from '../tools/tool-definition.ts'
import { cached } from '../util/cached.ts'
import type { ModelRequestParameters } from './model.ts'
import { markToolKind } from './parts-manager.ts'

const kindsByTools = new WeakMap<readonly ToolDefinition[], ReadonlyMap<string, ToolKind> | null>()

/** The tools of a request that the framework knows more about (tool search, on-demand capabilities); `undefined`: none. */
export function toolKindsOf({ functionTools }: ModelRequestParameters): ReadonlyMap<string, ToolKind> | undefined {
  const kinds = cached(kindsByTools, functionTools, () => {
    const marked = functionTools.flatMap(({ name, toolKind }) =>
      toolKind === undefined ? [] : [[name, toolKind] as const],
    )
    return marked.length === 0 ? null : new Map(marked)
  })
  return kinds ?? undefined
}

/** Marks the calls of such tools in a response that came whole. The same response when there is nothing to mark. */
export function markToolKinds(response: ModelResponse, parameters: ModelRequestParameters): ModelResponse {
  const kinds = toolKindsOf(parameters)
  if (kinds === undefined) return response
  const parts = response.parts.map(part => markToolKind(part, kinds))
  return parts.some((part, i) => part !== response.parts[i]) ? { ...response, parts } : response
}
