import { parseModelId } from '../model-id.ts'

export type MediaKind = 'text' | 'image' | 'document' | 'video' | 'audio' | 'other'

/** What one family of models accepts over Converse. Facts were read on 2026-11-20 unless a line says otherwise. */
export interface Family {
  /** members of `toolChoice` it takes
   *  @see https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ToolChoice.html */
  toolChoice: readonly ('auto' | 'any' | 'tool')[]
  /** `false`: no tools at all; `unary`: tools, but not in ConverseStream
   *  @see https://docs.aws.amazon.com/bedrock/latest/userguide/conversation-inference-supported-models-features.html */
  tools: boolean | 'unary'
  hasSystem: boolean
  /** may a conversation begin with an assistant turn */
  acceptsLeadingAssistant: boolean
  /** may it end with one (prefill) */
  acceptsPrefill: boolean
  cachesMessages: boolean
  cachesTools: boolean
  /** kinds of blocks that may stand in one turn with tool results */
  besideToolResult: readonly MediaKind[] | 'all'
  /** kinds of media inside a tool result */
  mediaInToolResult: readonly MediaKind[]
  hasToolResultStatus: boolean
  /** `outputConfig.textFormat` and strict tools
   *  @see https://docs.aws.amazon.com/bedrock/latest/userguide/structured-output.html */
  hasNativeOutput: boolean
  /** tool call ids the model's own chat template insists on */
  toolUseIdPattern?: RegExp
  /** Claude's `thinking` field: by budget, adaptive, or both */
  thinking: readonly ('enabled' | 'adaptive')[]
  /** keys of `additionalModelRequestFields`; undefined: not known, so nothing is refused */
  additionalFields?: readonly string[]
  hasSystemTools: boolean
  /** refuses `temperature` and `topP` together */
  samplesByOne: boolean
  countsTokens: boolean
}

const conservative: Family = {
  toolChoice: ['auto'],
  tools: true,
  hasSystem: true,
  acceptsLeadingAssistant: false,
  acceptsPrefill: true,
  cachesMessages: false,
  cachesTools: false,
  besideToolResult: 'all',
  mediaInToolResult: ['image'],
  hasToolResultStatus: true,
  hasNativeOutput: false,
  thinking: [],
  hasSystemTools: false,
  samplesByOne: false,
  countsTokens: false,
}

const anyChoice = ['auto', 'any', 'tool'] as const

const claude: Partial<Family> = {
  toolChoice: anyChoice,
  acceptsLeadingAssistant: true,
  cachesMessages: true,
  cachesTools: true,
  besideToolResult: ['text', 'image'],
  mediaInToolResult: ['image', 'document'],
  thinking: ['enabled'],
  countsTokens: true,
  additionalFields: [
    'anthropic_beta',
    'anthropic_version',
    'context_management',
    'effort',
    'mcp_servers',
    'metadata',
    'output_config',
    'output_format',
    'reasoning_config',
    'thinking',
    'tool_choice',
    'tools',
    'top_k',
  ],
}

const nova: Partial<Family> = {
  toolChoice: anyChoice,
  cachesMessages: true,
  additionalFields: ['inferenceConfig', 'reasoningConfig', 'additionalModelRequestFields', 'toolConfig'],
}

/** Rows from general to special: a model takes the facts of every row it matches, later rows win. */
const rows: readonly { vendor: string; name?: RegExp; facts: Partial<Family> }[] = [
  { vendor: 'anthropic', facts: claude },
  {
    vendor: 'anthropic',
    name: /^claude(?:-instant|-2|$)/,
    facts: { tools: false, cachesMessages: false, thinking: [] },
  },
  { vendor: 'anthropic', name: /^claude-3-(?!7)/, facts: { thinking: [] } },
  { vendor: 'anthropic', name: /(?:haiku|sonnet|opus)-4-5|(?:sonnet|opus)-4-6/, facts: { hasNativeOutput: true } },
  { vendor: 'anthropic', name: /mythos/, facts: { hasNativeOutput: true } },
  // Claude 4.6 and later think adaptively and take no prefill
  {
    vendor: 'anthropic',
    name: /(?:haiku|sonnet|opus)-(?:4-[6-9]|[5-9])|fable|mythos/,
    facts: { thinking: ['enabled', 'adaptive'], acceptsPrefill: false },
  },
  // https://github.com/theopenco/llmgateway/pull/2778 (read 2026-11-23): budgets are refused from Opus 4.7 on
  { vendor: 'anthropic', name: /opus-(?:4-[7-9]|[5-9])|sonnet-5|fable|mythos/, facts: { thinking: ['adaptive'] } },
  // https://github.com/aws-samples/failure-analysis-assistant/pull/25 (read 2026-11-23)
  {
    vendor: 'anthropic',
    name: /opus-4-[1-9]|(?:haiku|sonnet)-4-[5-9]|(?:haiku|sonnet|opus)-[5-9]|fable|mythos/,
    facts: { samplesByOne: true },
  },
  { vendor: 'amazon', name: /^nova/, facts: nova },
  { vendor: 'amazon', name: /^nova-2/, facts: { hasSystemTools: true } },
  { vendor: 'amazon', name: /^titan/, facts: { tools: false, hasSystem: false } },
  // https://github.com/earendil-works/pi/issues/3739 (read 2026-11-23)
  { vendor: 'meta', facts: { tools: 'unary', besideToolResult: [], mediaInToolResult: ['image', 'document'] } },
  {
    vendor: 'mistral',
    facts: {
      toolChoice: ['auto', 'any'],
      besideToolResult: [],
      mediaInToolResult: ['document'],
      // ids that Bedrock made itself come back unchanged and are taken
      toolUseIdPattern: /^(?:[a-zA-Z0-9]{9}|tooluse_[\w-]{22})$/,
    },
  },
  { vendor: 'mistral', name: /^(?:mistral-7b|mixtral)/, facts: { tools: false, hasSystem: false } },
  {
    vendor: 'mistral',
    name: /^(?:magistral-small|ministral-3|mistral-large-3|voxtral)/,
    facts: { hasNativeOutput: true },
  },
  { vendor: 'cohere', name: /^command-(?:light-)?text/, facts: { tools: false, hasSystem: false } },
  // https://github.com/langchain-ai/langchain-aws/issues/447 (read 2026-11-23)
  { vendor: 'deepseek', name: /^r1/, facts: { tools: false } },
  { vendor: 'qwen', facts: { acceptsLeadingAssistant: true, mediaInToolResult: [] } },
  { vendor: 'qwen', name: /^qwen3/, facts: { hasNativeOutput: true } },
  { vendor: 'google', name: /^gemma-3-(?:12b|27b)-it/, facts: { hasNativeOutput: true } },
  { vendor: 'minimax', name: /^minimax-m2/, facts: { hasNativeOutput: true } },
  { vendor: 'nvidia', name: /^nemotron-nano/, facts: { hasNativeOutput: true } },
  { vendor: 'writer', facts: { besideToolResult: [], hasToolResultStatus: false } },
  { vendor: 'zai', facts: { toolChoice: anyChoice, acceptsLeadingAssistant: true, hasNativeOutput: true } },
  ...['moonshot', 'moonshotai'].map(vendor => ({
    vendor,
    facts: { toolChoice: anyChoice, acceptsLeadingAssistant: true, mediaInToolResult: [], hasNativeOutput: true },
  })),
]

/** A model nobody listed, or one hidden behind an ARN: nothing is refused for the family's sake. */
const permissive: Family = {
  ...conservative,
  toolChoice: anyChoice,
  acceptsLeadingAssistant: true,
  cachesMessages: true,
  cachesTools: true,
  mediaInToolResult: ['image', 'document', 'video'],
  hasNativeOutput: true,
  thinking: ['enabled', 'adaptive'],
  hasSystemTools: true,
}

/** The facts of a model id, with or without geographic prefix, or of an ARN that names its model. */
export function familyOf(modelId: string): Family {
  const { vendor, name = '' } = parseModelId(modelId) ?? {}
  if (vendor === undefined) return permissive
  const matching = rows.filter(row => row.vendor === vendor && (row.name?.test(name) ?? true))
  return Object.assign({}, conservative, ...matching.map(row => row.facts)) as Family
}
