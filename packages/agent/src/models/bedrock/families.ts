import { claudeVersion } from './claude-version.ts'

/** Kinds of content block that may stand beside a tool result. */
export type BedrockContentKind = 'text' | 'image' | 'document' | 'video'
/** How many files of a kind one message may hold, in any family. Files inside a tool result do not count.
 *  @see https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Message.html (read 2026-11-20); one video: seen with Nova only */
export const filesPerMessage = { image: 20, document: 5, video: 1 } as const

/** In whose words thinking is asked for. */
export type BedrockThinkingVariant = 'anthropic' | 'openai' | 'qwen' | 'zai' | 'nova'

/** What Converse takes from one family of models, and how it answers. Nothing here is a decision of a client or of an endpoint. */
export interface FamilyFacts {
  /** Converse serves the model at all. */
  readonly isOnConverse: boolean
  /** `unary`: tools, but not in ConverseStream. */
  readonly tools: boolean | 'unary'
  /** Members of `toolChoice` that are taken. */
  readonly toolChoice: readonly ('auto' | 'any' | 'tool')[]
  /** Tools that Bedrock runs itself. */
  readonly systemTools: readonly ('nova_code_interpreter' | 'nova_grounding')[]
  readonly hasSystem: boolean
  readonly acceptsLeadingAssistant: boolean
  /** The conversation may end with an assistant turn that the model goes on with. */
  readonly acceptsPrefill: boolean
  readonly cachesMessages: boolean
  /** A cache point may stand in the tool list. */
  readonly cachesTools: boolean
  /** A cache point may ask for an hour instead of five minutes. */
  readonly cachesForAnHour: boolean
  readonly besideToolResult: readonly BedrockContentKind[] | 'all'
  readonly mediaInToolResult: readonly ('image' | 'document' | 'video')[]
  /** Formats of documents taken inside a tool result where documents as such are not. */
  readonly documentFormatsInToolResult: readonly string[]
  /** `searchResult` blocks are taken, in user turns and in tool results. */
  readonly readsSearchResults: boolean
  /** How structured tool results travel best: as JSON text, or as a `json` block. */
  readonly toolResultFormat: 'text' | 'json'
  readonly hasToolResultStatus: boolean
  /** Which call ids are taken: up to 64 characters, or nine letters and digits. */
  readonly toolCallIds: 'any' | 'short'
  /** `outputConfig.textFormat`, and strict tools. */
  readonly hasNativeOutput: boolean
  /** What a JSON Schema must look like: `closable` takes `$defs`, and closed objects for strict use; `inlined` follows no references. */
  readonly schemas: 'plain' | 'closable' | 'inlined'
  readonly thinks: 'never' | 'when-asked' | 'always'
  readonly thinkingVariant?: BedrockThinkingVariant
  /** Values of Claude's `thinking.type` that switch it on. */
  readonly thinkingTypes: readonly ('enabled' | 'adaptive')[]
  /** Values of Claude's `output_config.effort`. */
  readonly efforts: readonly ('low' | 'medium' | 'high' | 'xhigh' | 'max')[]
  /** Thinking goes back with its signature. */
  readonly replaysThinking: boolean
  /** Tags by which the model knows thinking in text. */
  readonly thinkingTags?: readonly [open: string, close: string]
  /** Its text begins with blanks nobody wants. */
  readonly leadsWithBlanks: boolean
  /** Where `topK` goes. */
  readonly topK?: 'anthropic' | 'nova'
  /** Keys of `additionalModelRequestFields`; absent: not known. */
  readonly additionalFields?: readonly string[]
  /** `disable_parallel_tool_use` is understood. */
  readonly canCallOneByOne: boolean
  /** Tools may be found by a search of the vendor's own API. */
  readonly searchesTools: boolean
  /** `one`: `temperature` or `topP`, not both · `none`: neither, and no `topK`. */
  readonly sampling: 'free' | 'one' | 'none'
  readonly hears: boolean
  readonly countsTokens: boolean
}

/** Some facts about some models, and where they come from. Later rows win, key by key. */
export interface FamilyRow {
  readonly vendor: string
  /** Which of the vendor's models; absent: all. Takes the name without geography, vendor and version. */
  readonly models?: (name: string) => boolean
  readonly facts: Partial<FamilyFacts>
  readonly source: string
  /** Date the source was read. */
  readonly read: string
}

/** What is assumed of a family nobody described: the narrowest reading that every known family accepts. */
export const defaultFamilyFacts: FamilyFacts = {
  isOnConverse: true,
  tools: true,
  toolChoice: ['auto'],
  systemTools: [],
  hasSystem: true,
  acceptsLeadingAssistant: false,
  acceptsPrefill: true,
  cachesMessages: false,
  cachesTools: false,
  cachesForAnHour: false,
  besideToolResult: 'all',
  mediaInToolResult: ['image'],
  documentFormatsInToolResult: [],
  readsSearchResults: false,
  toolResultFormat: 'text',
  hasToolResultStatus: true,
  toolCallIds: 'any',
  hasNativeOutput: false,
  schemas: 'plain',
  thinks: 'never',
  thinkingTypes: [],
  efforts: [],
  replaysThinking: false,
  leadsWithBlanks: false,
  canCallOneByOne: false,
  searchesTools: false,
  sampling: 'free',
  hears: false,
  countsTokens: false,
}

const docs = 'https://docs.aws.amazon.com/bedrock/latest/userguide'
const nova = 'https://docs.aws.amazon.com/nova/latest'
const claude = 'https://platform.claude.com/docs/en'
const converseModels = `${docs}/conversation-inference-supported-models-features.html`
const toolChoices = 'https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ToolChoice.html'
const caching = `${docs}/prompt-caching.html`
const structured = `${docs}/structured-output.html`
const reasoning = `${docs}/inference-reasoning.html`
/** Found out by calling the service: what other open clients recorded (pydantic-ai, vercel/ai). */
const observed = 'https://github.com/pydantic/pydantic-ai (provider facts, verified live)'
const read = '2026-08-22'

const named = (pattern: RegExp) => (name: string) => pattern.test(name)
const claudeFrom = (least: number) => (name: string) => claudeVersion(name).version >= least
/** From Opus 4.7 on, and in every tier from version 5. */
const newestClaude = (name: string) =>
  claudeFrom(500)(name) || (claudeFrom(407)(name) && claudeVersion(name).tier === 'opus')
/** Versions the documentation does not list for structured output although the vendor's own API has it. */
const claudeWithoutNativeOutput = named(/^claude-(opus-4-[178]|opus-5|sonnet-5|fable-5)/)
const anyChoice = ['auto', 'any', 'tool'] as const
const moonshots = ['moonshot', 'moonshotai']

/** The table of families. A new model that behaves like its elders needs no row. */
export const familyRows: readonly FamilyRow[] = [
  // Anthropic
  {
    vendor: 'anthropic',
    facts: { toolChoice: anyChoice },
    source: toolChoices,
    read: '2026-11-20',
  },
  {
    vendor: 'anthropic',
    facts: { topK: 'anthropic', canCallOneByOne: true, thinkingTags: ['<thinking>', '</thinking>'] },
    source: `${docs}/model-parameters-anthropic-claude-messages.html`,
    read,
  },
  {
    vendor: 'anthropic',
    facts: {
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
    },
    source: `${docs}/model-parameters-anthropic-claude-messages.html`,
    read: '2026-11-20',
  },
  { vendor: 'anthropic', facts: { schemas: 'closable' }, source: structured, read },
  { vendor: 'anthropic', facts: { cachesMessages: true, cachesTools: true }, source: caching, read },
  // versions that know no hour take it for five minutes
  {
    vendor: 'anthropic',
    facts: { cachesForAnHour: true },
    source: 'https://github.com/LibreChat-AI/agents/pull/256',
    read: '2026-11-23',
  },
  {
    vendor: 'anthropic',
    facts: { thinks: 'when-asked', thinkingVariant: 'anthropic', replaysThinking: true },
    source: reasoning,
    read,
  },
  {
    vendor: 'anthropic',
    facts: {
      mediaInToolResult: ['document', 'image'],
      besideToolResult: ['image', 'text'],
      acceptsLeadingAssistant: true,
    },
    source: observed,
    read,
  },
  {
    vendor: 'anthropic',
    models: name => claudeFrom(307)(name) || name.startsWith('claude-3-5-haiku'),
    facts: { readsSearchResults: true },
    source: 'https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_SearchResultBlock.html',
    read: '2026-11-23',
  },
  { vendor: 'anthropic', facts: { countsTokens: true }, source: `${docs}/count-tokens.html`, read },
  {
    vendor: 'anthropic',
    models: named(/^claude(-instant|-2|$)/),
    facts: { tools: false },
    source: converseModels,
    read: '2026-11-20',
  },
  {
    vendor: 'anthropic',
    models: named(/^claude-(fable|mythos)/),
    facts: { toolChoice: ['auto'] },
    source: 'https://github.com/langchain-ai/langchain-aws/issues/1273',
    read: '2026-11-23',
  },
  {
    vendor: 'anthropic',
    models: claudeFrom(307),
    facts: { thinkingTypes: ['enabled'] },
    source: `${docs}/claude-messages-extended-thinking.html`,
    read: '2026-11-20',
  },
  {
    vendor: 'anthropic',
    models: claudeFrom(406),
    facts: { thinkingTypes: ['enabled', 'adaptive'], efforts: ['low', 'medium', 'high', 'max'] },
    source: `${claude}/build-with-claude/adaptive-thinking`,
    read,
  },
  {
    vendor: 'anthropic',
    models: claudeFrom(406),
    facts: { acceptsPrefill: false },
    source: `${claude}/about-claude/models/whats-new-claude-4-6`,
    read: '2026-11-23',
  },
  {
    vendor: 'anthropic',
    models: newestClaude,
    facts: { efforts: ['low', 'medium', 'high', 'xhigh', 'max'] },
    source: `${claude}/build-with-claude/effort`,
    read,
  },
  {
    vendor: 'anthropic',
    models: newestClaude,
    facts: { thinkingTypes: ['adaptive'] },
    source: 'https://github.com/theopenco/llmgateway/pull/2778',
    read: '2026-11-23',
  },
  {
    vendor: 'anthropic',
    models: name => claudeFrom(405)(name) || (claudeFrom(401)(name) && claudeVersion(name).tier === 'opus'),
    facts: { sampling: 'one' },
    source: 'https://github.com/aws-samples/failure-analysis-assistant/pull/25',
    read: '2026-11-23',
  },
  {
    vendor: 'anthropic',
    models: newestClaude,
    facts: { sampling: 'none' },
    source: `${docs}/model-card-anthropic-claude-opus-4-7.html`,
    read: '2026-11-23',
  },
  {
    vendor: 'anthropic',
    models: name => claudeFrom(405)(name) && !claudeWithoutNativeOutput(name),
    facts: { hasNativeOutput: true },
    source: structured,
    read,
  },
  {
    vendor: 'anthropic',
    models: claudeFrom(405),
    facts: { searchesTools: true },
    source: `${claude}/agents-and-tools/tool-use/tool-search-tool`,
    read,
  },

  // Amazon
  { vendor: 'amazon', facts: { schemas: 'inlined' }, source: observed, read },
  {
    vendor: 'amazon',
    models: named(/^titan/),
    facts: { tools: false, hasSystem: false },
    source: converseModels,
    read: '2026-11-20',
  },
  {
    vendor: 'amazon',
    models: named(/^nova/),
    facts: { toolChoice: anyChoice, topK: 'nova' },
    source: `${nova}/userguide/tool-use.html`,
    read,
  },
  {
    vendor: 'amazon',
    models: named(/^nova/),
    facts: { additionalFields: ['inferenceConfig', 'reasoningConfig', 'additionalModelRequestFields', 'toolConfig'] },
    source: `${nova}/userguide/complete-request-schema.html`,
    read: '2026-11-20',
  },
  { vendor: 'amazon', models: named(/^nova/), facts: { cachesMessages: true }, source: caching, read },
  {
    vendor: 'amazon',
    models: named(/^nova/),
    facts: { documentFormatsInToolResult: ['csv', 'txt'] },
    source: observed,
    read,
  },
  {
    vendor: 'amazon',
    models: named(/^nova-premier/),
    facts: { systemTools: ['nova_grounding'] },
    source: `${nova}/userguide/grounding.html`,
    read: '2026-11-23',
  },
  {
    vendor: 'amazon',
    models: named(/^nova-2/),
    facts: { systemTools: ['nova_code_interpreter', 'nova_grounding'] },
    source: `${nova}/nova2-userguide/web-grounding.html`,
    read,
  },
  {
    vendor: 'amazon',
    models: named(/^nova-2/),
    facts: { thinks: 'when-asked', thinkingVariant: 'nova' },
    source: `${nova}/nova2-userguide/extended-thinking.html`,
    read,
  },
  {
    vendor: 'amazon',
    models: named(/^nova-2-(omni|sonic)/),
    facts: { hears: true },
    source: 'https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_AudioBlock.html',
    read,
  },

  // Meta
  {
    vendor: 'meta',
    facts: { schemas: 'inlined', besideToolResult: [], mediaInToolResult: ['document', 'image'] },
    source: observed,
    read,
  },
  {
    vendor: 'meta',
    facts: { tools: 'unary' },
    source: 'https://github.com/earendil-works/pi/issues/3739',
    read: '2026-11-23',
  },

  {
    vendor: 'meta',
    models: named(/^llama(2|3-(8|70)b|3-2-[13]b)/),
    facts: { tools: false },
    source: converseModels,
    read: '2026-11-23',
  },

  // Mistral
  {
    vendor: 'mistral',
    facts: {
      toolResultFormat: 'json',
      toolCallIds: 'short',
      besideToolResult: [],
      mediaInToolResult: ['document'],
    },
    source: observed,
    read,
  },
  { vendor: 'mistral', facts: { schemas: 'closable' }, source: structured, read },
  { vendor: 'mistral', facts: { toolChoice: ['auto', 'any'] }, source: toolChoices, read: '2026-11-20' },
  {
    vendor: 'mistral',
    models: named(/^(mistral-7b|mixtral)/),
    facts: { tools: false, hasSystem: false },
    source: converseModels,
    read: '2026-11-20',
  },
  {
    vendor: 'mistral',
    models: named(/^mistral-large-240[27]/),
    facts: { tools: 'unary' },
    source: converseModels,
    read: '2026-11-23',
  },
  {
    vendor: 'mistral',
    models: named(/^(magistral-small|ministral-3|mistral-large-3|voxtral)/),
    facts: { hasNativeOutput: true },
    source: structured,
    read,
  },
  {
    vendor: 'mistral',
    models: named(/^magistral/),
    facts: { thinks: 'always' },
    source: `${docs}/model-parameters-mistral.html`,
    read,
  },

  // DeepSeek
  { vendor: 'deepseek', models: named(/^(deepseek-)?r1/), facts: { replaysThinking: true }, source: reasoning, read },
  {
    vendor: 'deepseek',
    models: named(/^r1/),
    facts: { tools: false },
    source: 'https://github.com/langchain-ai/langchain-aws/issues/447',
    read: '2026-11-23',
  },
  {
    vendor: 'deepseek',
    models: named(/^deepseek-r1|reasoner/),
    facts: { thinks: 'always', leadsWithBlanks: true },
    source: observed,
    read,
  },

  // The rest, alphabetically
  {
    vendor: 'ai21',
    models: named(/^(j2|jamba-instruct)/),
    facts: { tools: false },
    source: converseModels,
    read: '2026-11-23',
  },
  {
    vendor: 'cohere',
    models: named(/^command-(light-)?text/),
    facts: { tools: false, hasSystem: false },
    source: converseModels,
    read: '2026-11-20',
  },
  { vendor: 'google', facts: { schemas: 'closable' }, source: structured, read },
  {
    vendor: 'google',
    models: named(/^gemma-3-(12|27)b-it/),
    facts: { hasNativeOutput: true },
    source: structured,
    read,
  },
  { vendor: 'minimax', facts: { schemas: 'closable' }, source: structured, read },
  { vendor: 'minimax', models: named(/^minimax-m2/), facts: { hasNativeOutput: true }, source: structured, read },
  ...moonshots.map(vendor => ({
    vendor,
    facts: {
      toolChoice: anyChoice,
      acceptsLeadingAssistant: true,
      mediaInToolResult: [],
      hasNativeOutput: true,
      schemas: 'closable',
      leadsWithBlanks: true,
    } as const,
    source: observed,
    read,
  })),
  ...moonshots.map(vendor => ({
    vendor,
    models: named(/^kimi-(k2\.5|k3)/),
    facts: { thinks: 'when-asked' } as const,
    source: observed,
    read,
  })),
  ...moonshots.map(vendor => ({
    vendor,
    models: named(/^kimi-k2\.5/),
    facts: { thinkingVariant: 'zai' } as const,
    source: 'https://github.com/danny-avila/LibreChat/issues/11974',
    read: '2026-11-23',
  })),
  ...moonshots.map(vendor => ({
    vendor,
    models: named(/thinking/),
    facts: { thinks: 'always' } as const,
    source: observed,
    read,
  })),
  { vendor: 'nvidia', facts: { schemas: 'closable' }, source: structured, read },
  { vendor: 'nvidia', models: named(/^nemotron-nano/), facts: { hasNativeOutput: true }, source: structured, read },
  { vendor: 'openai', facts: { isOnConverse: false }, source: `${docs}/models-api-compatibility.html`, read },
  {
    vendor: 'openai',
    models: named(/^gpt-oss/),
    facts: { isOnConverse: true, thinks: 'always', thinkingVariant: 'openai' },
    source: `${docs}/model-parameters-openai.html`,
    read,
  },
  {
    vendor: 'qwen',
    facts: { acceptsLeadingAssistant: true, mediaInToolResult: [], leadsWithBlanks: true },
    source: observed,
    read,
  },
  { vendor: 'qwen', facts: { schemas: 'closable' }, source: structured, read },
  {
    vendor: 'qwen',
    models: named(/^(qwen3|qwq)/),
    facts: { thinks: 'always', thinkingVariant: 'qwen' },
    source: reasoning,
    read,
  },
  { vendor: 'qwen', models: named(/^qwen3/), facts: { hasNativeOutput: true }, source: structured, read },
  {
    vendor: 'writer',
    facts: { schemas: 'closable', besideToolResult: [], hasToolResultStatus: false },
    source: observed,
    read,
  },
  {
    vendor: 'zai',
    facts: { toolChoice: anyChoice, acceptsLeadingAssistant: true, hasNativeOutput: true, schemas: 'closable' },
    source: observed,
    read,
  },
  { vendor: 'zai', models: named(/^glm-(4\.[5-9]|[5-9])/), facts: { thinks: 'when-asked' }, source: observed, read },
  {
    vendor: 'zai',
    models: named(/^glm-(4\.[7-9]|[5-9])/),
    facts: { thinkingVariant: 'zai' },
    source: 'https://github.com/anomalyco/opencode/pull/28143',
    read: '2026-11-23',
  },
]

const rowsByVendor = new Map<string, FamilyRow[]>()
for (const row of familyRows) rowsByVendor.set(row.vendor, [...(rowsByVendor.get(row.vendor) ?? []), row])

/** The vendors that have a row. */
export const familyVendors: ReadonlySet<string> = new Set(rowsByVendor.keys())

/** A model by its vendor and its name without geography and version: `anthropic`, `claude-sonnet-4-6`. */
export interface FamilyMember {
  readonly vendor: string
  readonly name: string
}

/** What is known of a model. A vendor nobody described has the defaults.
 *  @param corrections rows of yours, which win */
export function familyFacts({ vendor, name }: FamilyMember, corrections: readonly FamilyRow[] = []): FamilyFacts {
  const own = corrections.filter(row => row.vendor === vendor)
  const rows = [...(rowsByVendor.get(vendor) ?? []), ...own].filter(row => row.models?.(name) ?? true)
  return Object.assign({}, defaultFamilyFacts, ...rows.map(row => row.facts)) as FamilyFacts
}
