import type { ChatCompletionCreateParams } from 'openai/resources/chat/completions/completions'
import type { FetchedFiles } from '../../fetch-files.ts'
import type { ModelCall } from '../../model.ts'
import type { ModelSettings } from '../../settings.ts'
import type { OpenAIProfile } from '../facts.ts'
import { acceptedSettings, reasoningEffort } from '../reasoning.ts'
import type { RequestScope } from '../responses/request.ts'
import { mapMessages } from './messages.ts'
import { mapTools } from './tools.ts'

type Body = Omit<ChatCompletionCreateParams, 'stream'>

/** The body of `POST /chat/completions` for a prepared call, but for `stream`. Pure: files were fetched before.
 *  @throws {UserError} for what the API would refuse and we can tell
 *  @see https://platform.openai.com/docs/api-reference/chat/create (fields as in `openai` 6.49.0) */
export function mapRequest(call: ModelCall, scope: RequestScope, files: FetchedFiles): Body {
  const { parameters } = call
  const { modelName, system, profile } = scope
  const settings = acceptedSettings(call.settings, parameters.thinking, profile)
  const format = formatOf(call)
  return {
    model: modelName,
    messages: mapMessages(call.messages, parameters.instructionParts ?? [], { system, profile, files }),
    ...(format !== undefined && { response_format: format }),
    ...mapTools(parameters, settings, scope),
    ...plainSettings(settings, call, profile),
    ...settings.extraBody,
  }
}

/** Settings that travel under a name of their own. */
function plainSettings(settings: ModelSettings, { parameters }: ModelCall, profile: OpenAIProfile): Partial<Body> {
  const limit = profile.openaiChatSupportsMaxCompletionTokens ? 'max_completion_tokens' : 'max_tokens'
  const fields = {
    [limit]: settings.maxTokens,
    temperature: settings.temperature,
    top_p: settings.topP,
    stop: settings.stopSequences,
    seed: settings.seed,
    presence_penalty: settings.presencePenalty,
    frequency_penalty: settings.frequencyPenalty,
    logit_bias: settings.logitBias,
    logprobs: settings.openaiLogprobs,
    top_logprobs: settings.openaiTopLogprobs,
    reasoning_effort: reasoningEffort(settings, parameters.thinking, profile),
    verbosity: settings.openaiTextVerbosity,
    service_tier: settings.openaiServiceTier ?? settings.serviceTier,
    store: settings.openaiStore,
    user: settings.openaiUser,
    prediction: settings.openaiPrediction,
    prompt_cache_key: settings.openaiPromptCacheKey,
    prompt_cache_retention: settings.openaiPromptCacheRetention,
    prompt_cache_options: settings.openaiPromptCacheOptions,
  }
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined))
}

function formatOf({ parameters }: ModelCall): Body['response_format'] | undefined {
  const { outputMode, outputObject } = parameters
  if (outputMode === 'prompted') return { type: 'json_object' }
  if (outputMode !== 'native' || outputObject === undefined) return undefined
  const { name, description, jsonSchema, strict } = outputObject
  return {
    type: 'json_schema',
    json_schema: {
      name: name ?? 'final_result',
      schema: jsonSchema,
      ...(description !== undefined && { description }),
      ...(strict !== undefined && { strict }),
    },
  }
}
