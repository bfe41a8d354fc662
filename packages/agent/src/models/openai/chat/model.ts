import type { ChatCompletion, ChatCompletionChunk } from 'openai/resources/chat/completions/completions'
import { UnexpectedModelBehavior } from '../../../errors/run-error.ts'
import type { ModelResponse } from '../../../messages/message.ts'
import { fetchFiles } from '../../fetch-files.ts'
import type { Model, ModelCall, StreamedResponse } from '../../model.ts'
import { resolveProfile } from '../../profile.ts'
import type { ModelSettings } from '../../settings.ts'
import { Exchange } from '../exchange.ts'
import { withOpenAIDefaults, type OpenAIProfile } from '../facts.ts'
import type { OpenAIHost } from '../host.ts'
import { OpenAIProvider } from '../provider.ts'
import type { OpenAIModelOptions } from '../responses/model.ts'
import { openStream } from '../stream.ts'
import { chatUsage } from '../usage.ts'
import { mustFetch } from './content.ts'
import { mapRequest } from './request.ts'
import { detailsOf, finishReasonOf, isChatCompletion, partsOf } from './response.ts'
import { ChatReader } from './stream.ts'

import type {} from '../settings.ts'

/** A model behind OpenAI's Chat Completions API, or one compatible with it.
 *
 *  @example new OpenAIChatModel('gpt-4o-mini', { settings: { maxTokens: 500 } }) */
export class OpenAIChatModel implements Model {
  readonly modelName: string
  readonly profile: OpenAIProfile
  readonly settings?: ModelSettings
  readonly host: OpenAIHost

  constructor(modelName: string, options: OpenAIModelOptions = {}) {
    this.modelName = modelName
    this.host = options.provider ?? new OpenAIProvider()
    const profile = resolveProfile(this.host.profileOf(modelName), options.profile)
    // no provider-run tool has a mapping here yet, so none is promised
    this.profile = withOpenAIDefaults({ ...profile, supportedNativeTools: new Set(), supportsImageOutput: false })
    if (options.settings !== undefined) this.settings = options.settings
  }

  get system(): string {
    return this.host.name
  }

  get baseUrl(): string | undefined {
    return this.host.baseUrl
  }

  request(call: ModelCall): Promise<ModelResponse> {
    return new Exchange(call, this.modelName, this.host).whole(async signal => {
      const answer: unknown = await this.#send(call, { stream: false, signal })
      if (!isChatCompletion(answer) || answer.choices[0] === undefined) throw notCompletion(this.modelName, answer)
      return this.#toResponse(answer, answer.choices[0])
    })
  }

  requestStream(call: ModelCall): Promise<StreamedResponse> {
    const { modelName, host, profile, system } = this
    const usageIsTotal = call.settings.openaiContinuousUsageStats === true
    return openStream<ChatCompletionChunk>({
      call,
      modelName,
      host,
      profile,
      exchange: new Exchange(call, modelName, host),
      thinkingTags: profile.thinkingTags,
      send: signal => this.#send(call, { stream: true, signal }),
      reader: (parts, facts) => new ChatReader(parts, facts, { system, profile, usageIsTotal }),
    })
  }

  async #send<T>(call: ModelCall, { stream, signal }: { stream: boolean; signal: AbortSignal }): Promise<T> {
    const client = await this.host.getClient()
    const files = await fetchFiles(
      call.messages,
      { ...this.host.fetchFile, mustFetch: mustFetch(this.profile), receiver: this.system },
      signal,
    )
    const isTotal = call.settings.openaiContinuousUsageStats
    const streamOptions = { include_usage: true, ...(isTotal !== undefined && { continuous_usage_stats: isTotal }) }
    const usage = stream ? { stream_options: streamOptions } : {}
    const body = { ...mapRequest(call, this, files), stream, ...usage }
    const { extraHeaders } = call.settings
    // the call of the SDK's own that leaves the answer as it came: whatever came, it is looked at here
    return client.post<T>('/chat/completions', {
      body,
      stream,
      signal,
      ...(extraHeaders !== undefined && { headers: extraHeaders }),
    })
  }

  #toResponse(answer: ChatCompletion, choice: ChatCompletion.Choice): ModelResponse {
    const { host, system, profile } = this
    const { message } = choice
    // compatible servers leave the reason out
    const reason = choice.finish_reason ?? 'stop'
    const finishReason = message.refusal ? 'content_filter' : finishReasonOf(reason)
    const providerDetails = detailsOf({
      finishReason: reason,
      created: answer.created,
      refusal: message.refusal,
      logprobs: choice.logprobs?.content,
    })
    return {
      kind: 'response',
      parts: message.refusal ? [] : partsOf(message, { system, profile }),
      usage: chatUsage(answer.usage),
      modelName: answer.model,
      timestamp: new Date().toISOString(),
      providerName: system,
      ...(host.providerUrl !== undefined && { providerUrl: host.providerUrl }),
      ...(providerDetails !== undefined && { providerDetails }),
      ...(answer.id && { providerResponseId: answer.id }),
      ...(finishReason !== undefined && { finishReason }),
      state: 'complete',
    }
  }
}

/** Something else answers at this address: a proxy, a login page, a server that is not quite compatible. */
function notCompletion(modelName: string, answer: unknown): UnexpectedModelBehavior {
  const body = typeof answer === 'string' ? answer : JSON.stringify(answer)
  return new UnexpectedModelBehavior(`What came for \`${modelName}\` is no answer of the Chat API.`, { body })
}
