import type { Response, ResponseStreamEvent } from 'openai/resources/responses/responses'
import { UnexpectedModelBehavior } from '../../../errors/run-error.ts'
import type { ModelResponse } from '../../../messages/message.ts'
import { fetchFiles } from '../../fetch-files.ts'
import type { Model, ModelCall, StreamedResponse } from '../../model.ts'
import { resolveProfile, type ProfileOverride } from '../../profile.ts'
import type { ModelSettings } from '../../settings.ts'
import { Exchange } from '../exchange.ts'
import { withOpenAIDefaults, type OpenAIProfile } from '../facts.ts'
import type { OpenAIHost } from '../host.ts'
import { OpenAIProvider } from '../provider.ts'
import { openStream } from '../stream.ts'
import { responsesUsage } from '../usage.ts'
import { mustFetch } from './content.ts'
import { mapRequest } from './request.ts'
import { partsOf, summaryOf } from './response.ts'
import { failIfFailed, failIfRefused, ResponsesReader } from './stream.ts'

import type {} from '../settings.ts'

export interface OpenAIModelOptions {
  /** Default: a provider made from the environment. */
  readonly provider?: OpenAIHost
  /** Corrects what is assumed of the model. */
  readonly profile?: ProfileOverride
  readonly settings?: ModelSettings
}

/** A model behind OpenAI's Responses API. Runs function tools and structured output; the provider's own tools are not mapped yet.
 *
 *  @example new OpenAIResponsesModel('gpt-5', { provider: new OpenAIProvider({ apiKey }) }) */
export class OpenAIResponsesModel implements Model {
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
    const exchange = new Exchange(call, this.modelName, this.host)
    return exchange.whole(async signal => {
      const answer: Response | string = await this.#send(call, { stream: false, signal })
      if (!isResponse(answer)) throw notResponse(this.modelName, answer)
      failIfFailed(answer, exchange.scope)
      return this.#toResponse(answer)
    })
  }

  requestStream(call: ModelCall): Promise<StreamedResponse> {
    const exchange = new Exchange(call, this.modelName, this.host)
    const { modelName, host, profile } = this
    return openStream<ResponseStreamEvent>({
      call,
      modelName,
      host,
      profile,
      exchange,
      send: signal => this.#send(call, { stream: true, signal }),
      checkFirst: event => failIfRefused(event, exchange.scope),
      reader: (parts, facts) => new ResponsesReader(parts, facts, { scope: exchange.scope, profile }),
    })
  }

  async #send<T>(call: ModelCall, { stream, signal }: { stream: boolean; signal: AbortSignal }): Promise<T> {
    const client = await this.host.getClient()
    const files = await fetchFiles(call.messages, { ...this.host.fetchFile, mustFetch, receiver: this.system }, signal)
    const body = { ...mapRequest(call, this, files), stream }
    const { extraHeaders } = call.settings
    // the call of the SDK's own that leaves the answer as it came: whatever came, it is looked at here
    return client.post<T>('/responses', {
      body,
      stream,
      signal,
      ...(extraHeaders !== undefined && { headers: extraHeaders }),
    })
  }

  #toResponse(answer: Response): ModelResponse {
    const { host, system, profile } = this
    return {
      kind: 'response',
      parts: partsOf(answer.output, { system, profile, responseId: answer.id }),
      usage: responsesUsage(answer.usage),
      modelName: answer.model,
      timestamp: new Date().toISOString(),
      providerName: system,
      ...(host.providerUrl !== undefined && { providerUrl: host.providerUrl }),
      providerResponseId: answer.id,
      ...summaryOf(answer),
      state: 'complete',
    }
  }
}

function isResponse(answer: Response | string): answer is Response {
  return typeof answer === 'object' && answer !== null && Array.isArray(answer.output)
}

/** Something else answers at this address: a proxy, a login page. */
function notResponse(modelName: string, answer: unknown): UnexpectedModelBehavior {
  const body = typeof answer === 'string' ? answer : JSON.stringify(answer)
  return new UnexpectedModelBehavior(`What came for \`${modelName}\` is no answer of the Responses API.`, { body })
}
