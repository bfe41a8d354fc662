import type { ToolDefinition } from '../tools/tool-definition.ts'
import type { ModelRequestParameters, ToolVisibility } from './model.ts'
import type { ModelProfile } from './profile.ts'

/** How hidden tools stand in one request.
 *  A tool not marked `deferLoading` is visible. A provider that searches its tools itself gets the hidden ones marked;
 *  one that can add tools by reference keeps them marked and learns of a reveal from the history; one that adds them with their
 *  definitions finds those in the history. Anywhere else a hidden tool is withheld until it is revealed.
 *  `undefined`: every tool is visible. */
export function resolveToolVisibility(
  parameters: Pick<
    ModelRequestParameters,
    'functionTools' | 'nativeTools' | 'revealedToolNames' | 'deferredCapabilityIds'
  >,
  profile: ModelProfile,
): ReadonlyMap<string, ToolVisibility> | undefined {
  const { functionTools, nativeTools, revealedToolNames } = parameters
  if (!functionTools.some(tool => tool.deferLoading === true)) return undefined

  const searches = nativeTools.some(tool => tool.kind === 'tool_search')
  return new Map(
    functionTools.map(tool => {
      if (tool.deferLoading !== true) return [tool.name, 'visible']
      const isRevealed = revealedToolNames?.has(tool.name) === true
      return [
        tool.name,
        hiddenToolVisibility(profile, { ofCapability: tool.capabilityId !== undefined, searches, isRevealed }),
      ]
    }),
  )
}

function hiddenToolVisibility(
  { toolDeferralMode, toolAdditionMode }: ModelProfile,
  { ofCapability, searches, isRevealed }: { ofCapability: boolean; searches: boolean; isRevealed: boolean },
): ToolVisibility {
  const canDefer = toolDeferralMode === 'standalone' || (toolDeferralMode === 'with-tool-search' && searches)
  // the provider's own search must not find what a capability owns: it is loaded, not searched
  if (canDefer && searches && !ofCapability) return 'deferred'
  if (isRevealed) {
    if (toolAdditionMode === 'by-reference') return 'deferred'
    if (toolAdditionMode === 'with-definitions') return 'via-history'
    return canDefer && ofCapability ? 'deferred' : 'visible'
  }
  return canDefer && ofCapability && !searches ? 'deferred' : 'withheld'
}

/** `visible` unless the prepared parameters say otherwise. */
export function visibilityOf(parameters: ModelRequestParameters, toolName: string): ToolVisibility {
  return parameters.toolVisibility?.get(toolName) ?? 'visible'
}

/** The function tools that go on the wire: those visible, and those marked as deferred. */
export function declaredFunctionTools(parameters: ModelRequestParameters): readonly ToolDefinition[] {
  if (parameters.toolVisibility === undefined) return parameters.functionTools
  return parameters.functionTools.filter(tool => {
    const visibility = visibilityOf(parameters, tool.name)
    return visibility === 'visible' || visibility === 'deferred'
  })
}

/** The function tools the model may call now: all but those withheld. */
export function callableFunctionTools(parameters: ModelRequestParameters): readonly ToolDefinition[] {
  if (parameters.toolVisibility === undefined) return parameters.functionTools
  return parameters.functionTools.filter(tool => visibilityOf(parameters, tool.name) !== 'withheld')
}
