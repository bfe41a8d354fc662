import type {
  ResponseCreateParamsBase,
  ResponseFormatTextConfig,
  ResponseIncludable,
  ResponseInputItem,
} from 'openai/resources/responses/responses'
import { joinInstructions } from '../../instructions.ts'
import type { FetchedFiles } from '../../fetch-files.ts'
import type { ModelCall } from '../../model.ts'
import type { ModelSettings } from '../../settings.ts'
import type { OpenAIProfile } from '../facts.ts'
import { acceptedSettings, reasoningEffort } from '../reasoning.ts'
import { mapInput } from './input.ts'
import { mapTools } from './tools.ts'

export interface RequestScope {
  readonly modelName: string
  /** Only this provider's own items go back under their ids. */
  readonly system: string
  readonly profile: OpenAIProfile
}

/** The body of `POST /responses` for a prepared call, but for `stream`. Pure: files were fetched before.
 *  @throws {UserError} for what the API would refuse and we can tell
 *  @see https://platform.openai.com/docs/api-reference/responses/create (fields as in `openai` 6.49.0) */
export function mapRequest(call: ModelCall, scope: RequestScope, files: FetchedFiles): ResponseCreateParamsBase {
  const { parameters } = call
  const { profile } = scope
  const settings = acceptedSettings(call.settings, parameters.thinking, profile)
  const include = includeOf(settings, profile)
  const reasoning = reasoningOf(settings, call, profile)
  const text = textOf(settings, call)
  const { input, instructions } = conversationOf(call, settings, scope, files)
  return {
    model: scope.modelName,
    input,
    ...(instructions !== undefined && { instructions }),
    ...(include.length > 0 && { include }),
    ...(reasoning !== undefined && { reasoning }),
    ...(text !== undefined && { text }),
    ...mapTools(parameters, settings, scope),
    ...plainSettings(settings),
    ...settings.extraBody,
  }
}

/** Settings that travel under a name of their own. */
function plainSettings(settings: ModelSettings): Partial<ResponseCreateParamsBase> {
  const serviceTier = settings.openaiServiceTier ?? settings.serviceTier
  const fields = {
    max_output_tokens: settings.maxTokens,
    temperature: settings.temperature,
    top_p: settings.topP,
    truncation: settings.openaiTruncation,
    service_tier: serviceTier,
    top_logprobs: settings.openaiTopLogprobs,
    store: settings.openaiStore,
    user: settings.openaiUser,
    prompt_cache_key: settings.openaiPromptCacheKey,
    prompt_cache_retention: settings.openaiPromptCacheRetention,
    // the SDK's type has the values of today
    prompt_cache_options: settings.openaiPromptCacheOptions as ResponseCreateParamsBase['prompt_cache_options'],
  }
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined))
}

function conversationOf(
  { messages, parameters }: ModelCall,
  settings: ModelSettings,
  { system, profile }: RequestScope,
  files: FetchedFiles,
): { input: ResponseInputItem[]; instructions?: string } {
  const sendIds = settings.openaiSendReasoningIds ?? profile.openaiSupportsEncryptedReasoningContent
  const input = mapInput(messages, { system, profile, files, sendIds })
  const instructions = joinInstructions(parameters.instructionParts)?.trim()
  // the API wants to find the word JSON in the input when it is to write JSON
  if (instructions !== undefined && wantsJsonObject(parameters)) {
    input.unshift({ role: profile.openaiSystemPromptRole ?? 'system', content: instructions })
    return { input }
  }
  if (input.length === 0) input.push({ role: 'user', content: '' })
  return { input, ...(instructions !== undefined && { instructions }) }
}

function wantsJsonObject({ outputMode }: ModelCall['parameters']): boolean {
  return outputMode === 'prompted'
}

function includeOf(settings: ModelSettings, profile: OpenAIProfile): ResponseIncludable[] {
  const include: ResponseIncludable[] = []
  if (profile.openaiSupportsEncryptedReasoningContent) include.push('reasoning.encrypted_content')
  if (settings.openaiLogprobs === true) include.push('message.output_text.logprobs')
  return include
}

function reasoningOf(
  settings: ModelSettings,
  { parameters }: ModelCall,
  profile: OpenAIProfile,
): ResponseCreateParamsBase['reasoning'] | undefined {
  const asked = settings.openaiReasoningContext
  const context =
    profile.openaiResponsesSupportsReasoningContext || asked !== 'all_turns'
      ? (asked ?? (profile.openaiResponsesSupportsReasoningContext ? 'all_turns' : undefined))
      : undefined
  const fields = {
    effort: reasoningEffort(settings, parameters.thinking, profile),
    summary: settings.openaiReasoningSummary,
    mode: profile.openaiResponsesSupportsReasoningMode ? settings.openaiReasoningMode : undefined,
    context: profile.openaiSupportsReasoning ? context : undefined,
  }
  const given = Object.entries(fields).filter(([, value]) => value !== undefined)
  return given.length === 0 ? undefined : Object.fromEntries(given)
}

function textOf(settings: ModelSettings, { parameters }: ModelCall): ResponseCreateParamsBase['text'] | undefined {
  const format = formatOf(parameters)
  const verbosity = settings.openaiTextVerbosity
  if (format === undefined && verbosity === undefined) return undefined
  return { ...(format !== undefined && { format }), ...(verbosity !== undefined && { verbosity }) }
}

function formatOf({ outputMode, outputObject }: ModelCall['parameters']): ResponseFormatTextConfig | undefined {
  if (outputMode === 'prompted') return { type: 'json_object' }
  if (outputMode !== 'native' || outputObject === undefined) return undefined
  const { name, description, jsonSchema, strict } = outputObject
  return {
    type: 'json_schema',
    name: name ?? 'final_result',
    schema: jsonSchema,
    ...(description !== undefined && { description }),
    ...(strict !== undefined && { strict }),
  }
}
