import type { BedrockRuntimeClient, ConverseRequest, ConverseStreamOutput } from '@aws-sdk/client-bedrock-runtime'
import { UnexpectedModelBehavior } from '../../errors/run-error.ts'
import { UserError } from '../../errors/user-error.ts'
import type { ModelResponse } from '../../messages/message.ts'
import { requestUsage, type RequestUsage } from '../../usage/usage.ts'
import { Deadlines } from '../deadlines.ts'
import { fetchFiles, type FetchedFiles } from '../fetch-files.ts'
import { mergeModelSettings } from '../merge-settings.ts'
import type { Model, ModelCall, StreamedResponse } from '../model.ts'
import { completedStreamedResponse } from '../streamed-response.ts'
import { prepareCall, resolveThinking } from '../prepare.ts'
import { resolveProfile, type ProfileOverride } from '../profile.ts'
import type { ModelSettings } from '../settings.ts'
import { mapError } from './errors.ts'
import { mustFetch } from './content.ts'
import { withBedrockDefaults, type BedrockProfile } from './facts.ts'
import type { BedrockModelName } from './names.ts'
import { prepareForBedrock } from './prepare-call.ts'
import { bedrockModelProfile } from './profiles.ts'
import { BedrockProvider } from './provider.ts'
import { checkSdkKnows } from './sdk-features.ts'
import { loadSdk, type BedrockSdk } from './sdk.ts'
import { sendCommand } from './send.ts'
import { mapCountTokens, mapRequest } from './request.ts'
import { detailsOf, finishReasonOf, partsOf, usageOf } from './response.ts'
import { BedrockStreamedResponse } from './stream.ts'
import { toolNamesOf } from './tool-names.ts'

import type {} from './settings.ts'

export interface BedrockModelOptions {
  /** Default: a provider made from the environment, shared by all models that name none. */
  readonly provider?: BedrockProvider
  /** Corrects what is assumed of the model. */
  readonly profile?: ProfileOverride
  readonly settings?: ModelSettings
}

interface Ready {
  readonly sdk: BedrockSdk
  readonly client: BedrockRuntimeClient
  readonly files: FetchedFiles
}

let sharedProvider: BedrockProvider | undefined

/** A model on Amazon Bedrock, through its Converse API.
 *
 *  @example
 *  const model = new BedrockConverseModel('us.anthropic.claude-sonnet-4-5-20250929-v1:0', {
 *    provider: new BedrockProvider({ region: 'us-east-1' }),
 *    settings: { maxTokens: 2000, bedrockCacheInstructions: true },
 *  }) */
export class BedrockConverseModel implements Model {
  readonly modelName: BedrockModelName
  readonly system = 'bedrock'
  readonly profile: BedrockProfile
  readonly settings?: ModelSettings
  readonly provider: BedrockProvider
  #cannotCount: Error | undefined

  /** @throws {UserError} for a model that Converse does not serve */
  constructor(modelName: BedrockModelName, options: BedrockModelOptions = {}) {
    this.modelName = modelName
    this.provider = options.provider ?? (sharedProvider ??= new BedrockProvider())
    this.profile = withBedrockDefaults(resolveProfile(bedrockModelProfile(modelName), options.profile))
    if (options.settings !== undefined) this.settings = options.settings
    if (!this.profile.bedrockSupportedOnConverse) {
      throw new UserError(
        `The model \`${modelName}\` is not known to be served by Converse. If it is by now, say so: ` +
          '{ profile: { bedrockSupportedOnConverse: true } }.',
      )
    }
  }

  get baseUrl(): string | undefined {
    return this.provider.baseUrl
  }

  /** Decides what the shared preparation cannot know: Claude does not think and call output tools at once. */
  prepare(call: ModelCall): ModelCall {
    const { outputTools, outputObject } = call.parameters
    if (outputTools.length === 0 && outputObject === undefined) return prepareCall(this, call)
    const settings = mergeModelSettings(this.settings, call.settings)
    const thinking = resolveThinking(this.profile, settings.thinking)
    return prepareCall(this, {
      ...call,
      parameters: prepareForBedrock(call.parameters, { profile: this.profile, settings, thinking }),
    })
  }

  request(call: ModelCall): Promise<ModelResponse> {
    return this.#once(call, signal => this.#converse(call, signal))
  }

  async requestStream(call: ModelCall): Promise<StreamedResponse> {
    if (!this.profile.bedrockStreamsToolCalls && speaksOfTools(call)) {
      return completedStreamedResponse(await this.request(call), call.parameters)
    }
    const deadlines = this.#deadlines(call)
    // a stream that opens keeps its deadlines
    return this.#guard(deadlines, signal => this.#openStream(call, signal, deadlines))
  }

  countTokens(call: ModelCall): Promise<RequestUsage> {
    return this.#once(call, signal => this.#count(call, signal))
  }

  async #once<T>(call: ModelCall, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const deadlines = this.#deadlines(call)
    const result = await this.#guard(deadlines, work)
    deadlines.release()
    return result
  }

  async #converse(call: ModelCall, signal: AbortSignal): Promise<ModelResponse> {
    const { sdk, client, files } = await this.#ready(call, signal)
    const command = new sdk.ConverseCommand(this.#body(call, sdk, files))
    const answer = await sendCommand(client, command, { signal, extraHeaders: call.settings.extraHeaders })
    const timestamp = new Date().toISOString()
    const message = answer.output?.message
    // an answer that was malformed or filtered may be without one
    if (message === undefined && answer.stopReason === undefined) {
      throw new UnexpectedModelBehavior(`Bedrock sent no message for \`${this.modelName}\`.`)
    }
    const { requestId } = answer.$metadata
    const finishReason = finishReasonOf(answer.stopReason)
    return {
      kind: 'response',
      parts: partsOf(message?.content ?? [], { system: this.system, timestamp, names: toolNamesOf(call.parameters) }),
      usage: usageOf(answer.usage),
      modelName: this.modelName,
      timestamp,
      providerName: this.system,
      ...(this.baseUrl !== undefined && { providerUrl: this.baseUrl }),
      providerDetails: detailsOf(answer.stopReason, answer),
      ...(requestId !== undefined && { providerResponseId: requestId }),
      ...(finishReason !== undefined && { finishReason }),
      state: 'complete',
    }
  }

  async #openStream(call: ModelCall, signal: AbortSignal, deadlines: Deadlines): Promise<StreamedResponse> {
    const { sdk, client, files } = await this.#ready(call, signal)
    const command = new sdk.ConverseStreamCommand(this.#body(call, sdk, files))
    const answer = await sendCommand(client, command, { signal, extraHeaders: call.settings.extraHeaders })
    const rest = (answer.stream ?? noEvents())[Symbol.asyncIterator]()
    const first = await rest.next()
    deadlines.begun()
    return new BedrockStreamedResponse({
      modelName: this.modelName,
      system: this.system,
      baseUrl: this.baseUrl,
      requestId: answer.$metadata.requestId,
      parameters: call.parameters,
      ignoreLeadingWhitespace: this.profile.ignoreStreamedLeadingWhitespace,
      deadlines,
      first,
      rest,
    })
  }

  async #count(call: ModelCall, signal: AbortSignal): Promise<RequestUsage> {
    if (this.#cannotCount !== undefined) throw this.#cannotCount
    const { sdk, client, files } = await this.#ready(call, signal)
    const command = new sdk.CountTokensCommand(mapCountTokens(call, this, files))
    try {
      const { inputTokens = 0 } = await sendCommand(client, command, {
        signal,
        extraHeaders: call.settings.extraHeaders,
      })
      return requestUsage({ inputTokens })
    } catch (error) {
      // a model that cannot count will not learn to: the next call need not ask
      if (isCountingUnsupported(error)) this.#cannotCount = mapError(error, { modelName: this.modelName })
      throw this.#cannotCount ?? error
    }
  }

  #body(call: ModelCall, sdk: BedrockSdk, files: FetchedFiles): ConverseRequest {
    const body = mapRequest(call, this, files)
    checkSdkKnows(sdk.all, body)
    return body
  }

  /** Everything a request needs besides itself. */
  async #ready(call: ModelCall, signal: AbortSignal): Promise<Ready> {
    const client = this.provider.client ?? (await this.provider.getClient())
    const files = await fetchFiles(
      call.messages,
      { ...this.provider.options.fetchFile, mustFetch, receiver: 'Bedrock' },
      signal,
    )
    return { sdk: await loadSdk(), client, files }
  }

  #deadlines({ settings, signal }: ModelCall): Deadlines {
    const { timeouts, running } = this.provider
    const deadlines = new Deadlines({
      modelName: this.modelName,
      signal,
      totalMs: settings.timeoutMs ?? timeouts.timeoutMs,
      firstByteMs: timeouts.firstByteTimeoutMs,
      idleMs: timeouts.idleTimeoutMs,
      onRelease: ended => running.delete(ended),
    })
    running.add(deadlines)
    return deadlines
  }

  /** Runs one request under its deadlines. An abort wins at once, whatever the SDK is busy with, and every error is one of ours. */
  async #guard<T>(deadlines: Deadlines, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const { signal } = deadlines
    try {
      return await deadlines.race(work(signal))
    } catch (error) {
      const thrown: unknown = signal.aborted
        ? signal.reason
        : mapError(error, { modelName: this.modelName, baseUrl: this.baseUrl })
      // only after a failure: the SDK would close the connection of a finished request, which is to be kept
      deadlines.abort(thrown)
      throw thrown
    }
  }
}

/** Whether the request declares tools, or holds calls of earlier ones. */
function speaksOfTools({ parameters, messages }: ModelCall): boolean {
  const { functionTools, outputTools } = parameters
  if (functionTools.length + outputTools.length > 0) return true
  return messages.some(({ parts }) => parts.some(part => part.kind === 'tool-call' || part.kind === 'tool-return'))
}

function isCountingUnsupported(error: unknown): boolean {
  return (
    error instanceof Error &&
    /(doesn.t|does not) support (counting tokens|count ?tokens|token counting)/i.test(error.message)
  )
}

async function* noEvents(): AsyncGenerator<ConverseStreamOutput> {}
