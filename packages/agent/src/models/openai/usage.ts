import type { CompletionUsage } from 'openai/resources/completions'
import type { ResponseUsage } from 'openai/resources/responses/responses'
import { requestUsage, type RequestUsage } from '../../usage/usage.ts'

/** Usage of the Responses API: its input counts what was read from the cache, as ours does. */
export function responsesUsage(usage: ResponseUsage | null | undefined): RequestUsage {
  if (!usage) return requestUsage({})
  // compatible servers leave the details out
  const input: Partial<ResponseUsage.InputTokensDetails> | undefined = usage.input_tokens_details
  const output: Partial<ResponseUsage.OutputTokensDetails> | undefined = usage.output_tokens_details
  return requestUsage({
    inputTokens: usage.input_tokens,
    outputTokens: usage.output_tokens,
    cacheReadTokens: input?.cached_tokens ?? 0,
    cacheWriteTokens: input?.cache_write_tokens ?? 0,
    details: { reasoning_tokens: output?.reasoning_tokens ?? 0 },
    ...(output !== undefined && reasoningCounter(output.reasoning_tokens)),
  })
}

/** Usage of the Chat API. */
export function chatUsage(usage: CompletionUsage | null | undefined): RequestUsage {
  if (!usage) return requestUsage({})
  const input: Partial<CompletionUsage.PromptTokensDetails> & { cache_write_tokens?: number } =
    usage.prompt_tokens_details ?? {}
  return requestUsage({
    inputTokens: usage.prompt_tokens,
    outputTokens: usage.completion_tokens,
    cacheReadTokens: input.cached_tokens ?? 0,
    cacheWriteTokens: input.cache_write_tokens ?? 0,
    inputAudioTokens: input.audio_tokens ?? 0,
    outputAudioTokens: usage.completion_tokens_details?.audio_tokens ?? 0,
    details: countersOf(usage.completion_tokens_details),
    ...reasoningCounter(usage.completion_tokens_details?.reasoning_tokens),
  })
}

/** Beside the provider's own name, reasoning has the one that other readers of a stored history look for. */
function reasoningCounter(reasoning: number | null | undefined): Pick<RequestUsage, 'extra'> {
  return typeof reasoning === 'number' ? { extra: { output_reasoning_tokens: reasoning } } : {}
}

function countersOf(details: object | null | undefined): Readonly<Record<string, number>> {
  const counters: Record<string, number> = Object.create(null)
  for (const [name, value] of Object.entries(details ?? {})) if (typeof value === 'number') counters[name] = value
  return counters
}
