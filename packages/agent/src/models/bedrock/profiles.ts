import type { ModelProfile } from '../profile.ts'
import { claudeVersion } from './claude-version.ts'
import { parseModelId } from './model-id.ts'
import { bedrockJsonSchemaTransformer, inlineDefsTransformer } from './schema.ts'

/** Some facts about some models, and where they come from. Later rows win, key by key. */
export interface FamilyRow {
  readonly vendor: string
  /** Which of the vendor's models; absent: all. Takes the name without geography, vendor and version. */
  readonly models?: (name: string) => boolean
  readonly facts: Partial<ModelProfile>
  readonly source: string
  /** Date the source was read. */
  readonly read: string
}

const docs = 'https://docs.aws.amazon.com/bedrock/latest/userguide'
const converseModels = `${docs}/conversation-inference-supported-models-features.html`
const caching = `${docs}/prompt-caching.html`
const structured = `${docs}/structured-output.html`
const reasoning = `${docs}/inference-reasoning.html`
const modelParameters = `${docs}/model-parameters.html`
/** Found out by calling the service: the recorded answers of other open clients (pydantic-ai, vercel/ai). */
const observed = 'https://github.com/pydantic/pydantic-ai (provider facts, verified live)'
const read = '2026-08-22'

const named = (pattern: RegExp) => (name: string) => pattern.test(name)
const claudeFrom = (least: number) => (name: string) => claudeVersion(name).version >= least
/** Versions the documentation does not list for structured output although the vendor's own API has it. */
const claudeWithoutNativeOutput = named(/^claude-(opus-4-[178]|opus-5|sonnet-5|fable-5)/)

const strictOutput: Partial<ModelProfile> = {
  supportsJsonSchemaOutput: true,
  bedrockSupportsStrictToolDefinition: true,
}
const noStrictOutput: Partial<ModelProfile> = {
  supportsJsonSchemaOutput: false,
  bedrockSupportsStrictToolDefinition: false,
}
const none: ReadonlySet<string> = new Set()

/** The table of families. A new model that behaves like its elders needs no row. */
export const familyRows: readonly FamilyRow[] = [
  // Anthropic
  { vendor: 'anthropic', facts: noStrictOutput, source: structured, read },
  {
    vendor: 'anthropic',
    facts: {
      bedrockSupportsToolChoice: true,
      supportedNativeTools: none,
      thinkingTags: ['<thinking>', '</thinking>'],
      jsonSchemaTransformer: bedrockJsonSchemaTransformer,
      bedrockTopKVariant: 'anthropic',
      bedrockSupportsDisablingParallelToolCalls: true,
    },
    source: converseModels,
    read,
  },
  {
    vendor: 'anthropic',
    facts: { bedrockSupportsPromptCaching: true, bedrockSupportsToolCaching: true },
    source: caching,
    read,
  },
  {
    vendor: 'anthropic',
    facts: {
      supportsThinking: true,
      bedrockThinkingVariant: 'anthropic',
      bedrockSendBackThinkingParts: true,
      bedrockSupportsAdaptiveThinking: false,
      bedrockSupportsEffort: false,
    },
    source: reasoning,
    read,
  },
  {
    vendor: 'anthropic',
    facts: {
      bedrockSupportedMediaKindsInToolReturns: ['document', 'image'],
      bedrockToolResultColocatableContent: ['image', 'text'],
      bedrockSupportsLeadingAssistantMessage: true,
    },
    source: observed,
    read,
  },
  { vendor: 'anthropic', facts: { bedrockSupportsCountTokens: true }, source: `${docs}/count-tokens.html`, read },
  {
    vendor: 'anthropic',
    models: claudeFrom(406),
    facts: { bedrockSupportsAdaptiveThinking: true, bedrockSupportsEffort: true },
    source: 'https://platform.claude.com/docs/en/build-with-claude/adaptive-thinking',
    read,
  },
  {
    vendor: 'anthropic',
    models: name => claudeFrom(500)(name) || (claudeFrom(407)(name) && claudeVersion(name).tier === 'opus'),
    facts: { bedrockSupportsXhighEffort: true },
    source: 'https://platform.claude.com/docs/en/build-with-claude/effort',
    read,
  },
  {
    vendor: 'anthropic',
    models: name => claudeVersion(name).version >= 405 && !claudeWithoutNativeOutput(name),
    facts: strictOutput,
    source: structured,
    read,
  },
  {
    vendor: 'anthropic',
    models: claudeFrom(405),
    facts: { toolDeferralMode: 'standalone' },
    source: 'https://platform.claude.com/docs/en/agents-and-tools/tool-use/tool-search-tool',
    read,
  },

  // Amazon
  {
    vendor: 'amazon',
    facts: { jsonSchemaTransformer: inlineDefsTransformer, supportedNativeTools: none },
    source: observed,
    read,
  },
  {
    vendor: 'amazon',
    models: named(/^nova/),
    facts: { bedrockSupportsToolChoice: true, bedrockTopKVariant: 'nova' },
    source: 'https://docs.aws.amazon.com/nova/latest/userguide/tool-use.html',
    read,
  },
  { vendor: 'amazon', models: named(/^nova/), facts: { bedrockSupportsPromptCaching: true }, source: caching, read },
  {
    vendor: 'amazon',
    models: named(/^nova-premier/),
    facts: { supportedNativeTools: new Set(['web_search']) },
    source: 'https://docs.aws.amazon.com/nova/latest/userguide/grounding.html',
    read: '2026-11-23',
  },
  {
    vendor: 'amazon',
    models: named(/^nova-2/),
    facts: { supportedNativeTools: new Set(['code_execution', 'web_search']) },
    source: 'https://docs.aws.amazon.com/nova/latest/nova2-userguide/web-grounding.html',
    read,
  },
  {
    vendor: 'amazon',
    models: named(/^nova-2/),
    facts: { supportsThinking: true, bedrockThinkingVariant: 'nova' },
    source: 'https://docs.aws.amazon.com/nova/latest/nova2-userguide/extended-thinking.html',
    read,
  },
  {
    vendor: 'amazon',
    models: named(/^nova-2-(omni|sonic)/),
    facts: { supportsAudioInput: true, bedrockSupportsAudio: true },
    source: 'https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_AudioBlock.html',
    read,
  },

  // Meta
  {
    vendor: 'meta',
    facts: {
      jsonSchemaTransformer: inlineDefsTransformer,
      supportedNativeTools: none,
      bedrockToolResultColocatableContent: [],
      bedrockSupportedMediaKindsInToolReturns: ['document', 'image'],
    },
    source: observed,
    read,
  },

  // Mistral
  { vendor: 'mistral', facts: noStrictOutput, source: structured, read },
  {
    vendor: 'mistral',
    facts: {
      jsonSchemaTransformer: bedrockJsonSchemaTransformer,
      supportedNativeTools: none,
      bedrockToolResultFormat: 'json',
      bedrockToolCallIds: 'short',
      bedrockToolResultColocatableContent: [],
      bedrockSupportedMediaKindsInToolReturns: ['document'],
    },
    source: observed,
    read,
  },
  {
    vendor: 'mistral',
    models: named(/^(magistral-small|ministral-3|mistral-large-3|voxtral)/),
    facts: strictOutput,
    source: structured,
    read,
  },
  {
    vendor: 'mistral',
    models: named(/^magistral/),
    facts: { supportsThinking: true, thinkingAlwaysEnabled: true },
    source: `${docs}/model-parameters-mistral.html`,
    read,
  },

  // DeepSeek
  {
    vendor: 'deepseek',
    facts: { supportedNativeTools: none },
    source: converseModels,
    read,
  },
  {
    vendor: 'deepseek',
    models: named(/^(deepseek-)?r1/),
    facts: { bedrockSendBackThinkingParts: true },
    source: reasoning,
    read,
  },
  {
    vendor: 'deepseek',
    models: named(/^deepseek-r1|reasoner/),
    facts: { supportsThinking: true, thinkingAlwaysEnabled: true, ignoreStreamedLeadingWhitespace: true },
    source: observed,
    read,
  },

  // The rest, alphabetically
  { vendor: 'ai21', facts: { supportedNativeTools: none }, source: modelParameters, read },
  { vendor: 'cohere', facts: { supportedNativeTools: none }, source: modelParameters, read },
  { vendor: 'google', facts: noStrictOutput, source: structured, read },
  {
    vendor: 'google',
    facts: { jsonSchemaTransformer: bedrockJsonSchemaTransformer, supportedNativeTools: none },
    source: converseModels,
    read,
  },
  { vendor: 'google', models: named(/^gemma-3-(12|27)b-it/), facts: strictOutput, source: structured, read },
  { vendor: 'minimax', facts: noStrictOutput, source: structured, read },
  {
    vendor: 'minimax',
    facts: { jsonSchemaTransformer: bedrockJsonSchemaTransformer, supportedNativeTools: none },
    source: converseModels,
    read,
  },
  { vendor: 'minimax', models: named(/^minimax-m2/), facts: strictOutput, source: structured, read },
  ...['moonshot', 'moonshotai'].map(vendor => ({
    vendor,
    facts: {
      ...strictOutput,
      jsonSchemaTransformer: bedrockJsonSchemaTransformer,
      supportedNativeTools: none,
      ignoreStreamedLeadingWhitespace: true,
      bedrockSupportsToolChoice: true,
      bedrockSupportsLeadingAssistantMessage: true,
      bedrockSupportedMediaKindsInToolReturns: [],
    },
    source: observed,
    read,
  })),
  ...['moonshot', 'moonshotai'].map(vendor => ({
    vendor,
    models: named(/^kimi-(k2\.5|k3|.*thinking)/),
    facts: { supportsThinking: true },
    source: observed,
    read,
  })),
  ...['moonshot', 'moonshotai'].map(vendor => ({
    vendor,
    models: named(/thinking/),
    facts: { thinkingAlwaysEnabled: true },
    source: observed,
    read,
  })),
  { vendor: 'nvidia', facts: noStrictOutput, source: structured, read },
  {
    vendor: 'nvidia',
    facts: { jsonSchemaTransformer: bedrockJsonSchemaTransformer, supportedNativeTools: none },
    source: converseModels,
    read,
  },
  { vendor: 'nvidia', models: named(/^nemotron-nano/), facts: strictOutput, source: structured, read },
  {
    vendor: 'openai',
    facts: { bedrockSupportedOnConverse: false },
    source: `${docs}/models-api-compatibility.html`,
    read,
  },
  {
    vendor: 'openai',
    models: named(/^gpt-oss/),
    facts: {
      bedrockSupportedOnConverse: true,
      bedrockThinkingVariant: 'openai',
      supportsThinking: true,
      thinkingAlwaysEnabled: true,
    },
    source: `${docs}/model-parameters-openai.html`,
    read,
  },
  { vendor: 'qwen', facts: noStrictOutput, source: structured, read },
  {
    vendor: 'qwen',
    facts: {
      jsonSchemaTransformer: bedrockJsonSchemaTransformer,
      supportedNativeTools: none,
      ignoreStreamedLeadingWhitespace: true,
      bedrockSupportsLeadingAssistantMessage: true,
      bedrockSupportedMediaKindsInToolReturns: [],
    },
    source: observed,
    read,
  },
  {
    vendor: 'qwen',
    models: named(/^(qwen3|qwq)/),
    facts: { bedrockThinkingVariant: 'qwen', supportsThinking: true, thinkingAlwaysEnabled: true },
    source: reasoning,
    read,
  },
  { vendor: 'qwen', models: named(/^qwen3/), facts: strictOutput, source: structured, read },
  {
    vendor: 'writer',
    facts: {
      jsonSchemaTransformer: bedrockJsonSchemaTransformer,
      supportedNativeTools: none,
      bedrockToolResultColocatableContent: [],
      bedrockSupportsToolResultStatus: false,
    },
    source: observed,
    read,
  },
  {
    vendor: 'zai',
    facts: {
      ...strictOutput,
      jsonSchemaTransformer: bedrockJsonSchemaTransformer,
      supportedNativeTools: none,
      bedrockSupportsToolChoice: true,
      bedrockSupportsLeadingAssistantMessage: true,
    },
    source: observed,
    read,
  },
  { vendor: 'zai', models: named(/^glm-(4\.[5-9]|[5-9])/), facts: { supportsThinking: true }, source: observed, read },
]

const rowsByVendor = new Map<string, FamilyRow[]>()
for (const row of familyRows) rowsByVendor.set(row.vendor, [...(rowsByVendor.get(row.vendor) ?? []), row])

/** What may be asked of a model whose id hides its family; a family nobody described has none. */
const hidden: Partial<ModelProfile> = { supportedNativeTools: new Set(['code_execution', 'web_search']) }
const undescribed: Partial<ModelProfile> = { supportedNativeTools: none }

/** What is known of a model by its id. An id that hides its family (an application inference profile's ARN) yields
 *  the assumptions for unknown models: give the model's own name, and the ARN as `bedrockInferenceProfile`. */
export function bedrockModelProfile(modelName: string): Partial<ModelProfile> {
  const { vendor, name } = parseModelId(modelName)
  if (vendor === undefined || name === undefined) return hidden
  const facts = [undescribed]
  for (const row of rowsByVendor.get(vendor) ?? []) if (row.models?.(name) ?? true) facts.push(row.facts)
  return Object.assign({}, ...facts)
}
