import type { ModelProfile } from '../profile.ts'
import { familyFacts, type FamilyFacts } from './families.ts'
import { parseModelId } from './model-id.ts'
import { nativeToolByWireName } from './native-tools.ts'
import { bedrockJsonSchemaTransformer, inlineDefsTransformer } from './schema.ts'

/** What may be asked of a model whose id hides its family. */
const hidden: Partial<ModelProfile> = { supportedNativeTools: new Set(['code_execution', 'web_search']) }

const transformers = {
  plain: undefined,
  closable: bedrockJsonSchemaTransformer,
  inlined: inlineDefsTransformer,
} as const

/** What is known of a model by its id. An id that hides its family (an application inference profile's ARN) yields
 *  the assumptions for unknown models: give the model's own name, and the ARN as `bedrockInferenceProfile`. */
export function bedrockModelProfile(modelName: string): Partial<ModelProfile> {
  const { vendor, name } = parseModelId(modelName)
  if (vendor === undefined || name === undefined) return hidden
  return profileOf(familyFacts({ vendor, name }))
}

/** The facts of a family in the words of a profile. */
function profileOf(facts: FamilyFacts): Partial<ModelProfile> {
  const { systemTools, thinkingTags, besideToolResult, efforts } = facts
  return {
    // a model without tools still gives structured output, when it is asked in words
    ...(facts.tools === false && { supportsTools: false, defaultStructuredOutputMode: 'prompted' }),
    supportsJsonSchemaOutput: facts.hasNativeOutput,
    supportedNativeTools: new Set(systemTools.map(tool => nativeToolByWireName(tool)!.kind)),
    jsonSchemaTransformer: transformers[facts.schemas],
    supportsThinking: facts.thinks !== 'never',
    thinkingAlwaysEnabled: facts.thinks === 'always',
    ...(thinkingTags && { thinkingTags }),
    ignoreStreamedLeadingWhitespace: facts.leadsWithBlanks,
    supportsAudioInput: facts.hears,
    ...(facts.searchesTools && { toolDeferralMode: 'standalone' }),
    bedrockSupportedOnConverse: facts.isOnConverse,
    bedrockSupportsSystem: facts.hasSystem,
    bedrockStreamsToolCalls: facts.tools !== 'unary',
    // some families can be made to call any tool but not a certain one: too little to rely on
    bedrockSupportsToolChoice: facts.toolChoice.includes('tool'),
    bedrockToolResultFormat: facts.toolResultFormat,
    bedrockToolCallIds: facts.toolCallIds,
    bedrockSupportsToolResultStatus: facts.hasToolResultStatus,
    bedrockSupportedMediaKindsInToolReturns: facts.mediaInToolResult,
    bedrockDocumentFormatsInToolReturns: facts.documentFormatsInToolResult,
    bedrockToolResultColocatableContent:
      besideToolResult === 'all' ? ['text', 'image', 'document', 'video'] : besideToolResult,
    bedrockSupportsSearchResults: facts.readsSearchResults,
    bedrockSendBackThinkingParts: facts.replaysThinking,
    bedrockSupportsPromptCaching: facts.cachesMessages,
    bedrockSupportsToolCaching: facts.cachesTools,
    bedrockSupportsHourCaching: facts.cachesForAnHour,
    bedrockSupportsLeadingAssistantMessage: facts.acceptsLeadingAssistant,
    bedrockSupportsPrefill: facts.acceptsPrefill,
    bedrockSupportsStrictToolDefinition: facts.hasNativeOutput,
    bedrockThinkingVariant: facts.thinkingVariant,
    bedrockSupportsBudgetThinking: facts.thinkingTypes.includes('enabled'),
    bedrockSupportsAdaptiveThinking: facts.thinkingTypes.includes('adaptive'),
    bedrockSupportsEffort: efforts.length > 0,
    bedrockSupportsXhighEffort: efforts.includes('xhigh'),
    bedrockSampling: facts.sampling,
    bedrockTopKVariant: facts.topK,
    bedrockSupportsAudio: facts.hears,
    bedrockSupportsDisablingParallelToolCalls: facts.canCallOneByOne,
    bedrockSupportsCountTokens: facts.countsTokens,
  }
}
