import type { BedrockRuntimeClient } from '@aws-sdk/client-bedrock-runtime'
import { UnexpectedModelBehavior } from '../../errors/run-error.ts'
import { UserError } from '../../errors/user-error.ts'
import { Deadlines } from '../../models/deadlines.ts'
import { mapError } from '../../models/bedrock/errors.ts'
import { withExtraHeaders } from '../../models/bedrock/extra-headers.ts'
import { BedrockProvider } from '../../models/bedrock/provider.ts'
import { loadSdk, type BedrockSdk } from '../../models/bedrock/sdk.ts'
import { requestUsage } from '../../usage/usage.ts'
import type { EmbeddingCall, EmbeddingModel, EmbeddingResult, EmbeddingSettings } from '../embedding-model.ts'
import { embeddingFamily, type EmbeddingFamily } from './families.ts'
import { readingHeaders } from './response-headers.ts'

import type {} from './settings.ts'

/** Known embedding models; any name of their families works. */
export type BedrockEmbeddingModelName =
  | 'amazon.titan-embed-text-v1'
  | 'amazon.titan-embed-text-v2:0'
  | 'cohere.embed-english-v3'
  | 'cohere.embed-multilingual-v3'
  | 'cohere.embed-v4:0'
  | 'amazon.nova-2-multimodal-embeddings-v1:0'
  | (string & {})

export interface BedrockEmbeddingModelOptions {
  readonly provider?: BedrockProvider
  readonly settings?: EmbeddingSettings
}

const tokenHeader = 'x-amzn-bedrock-input-token-count'
const defaultConcurrency = 5

/** An embedding model on Amazon Bedrock: Titan, Cohere or Nova. Titan and Nova take one text per request; several are sent at a time.
 *
 *  @example new BedrockEmbeddingModel('cohere.embed-v4:0', { settings: { dimensions: 512 } }) */
export class BedrockEmbeddingModel implements EmbeddingModel {
  readonly modelName: BedrockEmbeddingModelName
  readonly system = 'bedrock'
  readonly settings?: EmbeddingSettings
  readonly provider: BedrockProvider
  readonly #family: EmbeddingFamily
  readonly #baseId: string

  /** @throws {UserError} for a name of no known family */
  constructor(modelName: BedrockEmbeddingModelName, options: BedrockEmbeddingModelOptions = {}) {
    const { family, baseId } = embeddingFamily(modelName)
    this.modelName = modelName
    this.#family = family
    this.#baseId = baseId
    this.provider = options.provider ?? new BedrockProvider()
    if (options.settings !== undefined) this.settings = options.settings
  }

  get baseUrl(): string | undefined {
    return this.provider.baseUrl
  }

  maxInputTokens(): number | undefined {
    return this.#family.maxInputTokens.find(([pattern]) => pattern.test(this.#baseId))?.[1]
  }

  async embed(call: EmbeddingCall): Promise<EmbeddingResult> {
    const concurrency = call.settings.bedrockMaxConcurrency ?? defaultConcurrency
    if (!(concurrency >= 1)) throw new UserError(`\`bedrockMaxConcurrency\` must be 1 or more, not ${concurrency}.`)
    const { timeouts, running } = this.provider
    const totalMs = call.settings.timeoutMs ?? timeouts.timeoutMs
    const deadlines = new Deadlines({
      modelName: this.modelName,
      signal: call.signal,
      totalMs,
      // that is of each request below
      firstByteMs: 0,
      idleMs: 0,
      onRelease: ended => running.delete(ended),
    })
    running.add(deadlines)
    const { signal } = deadlines
    try {
      const batches = inBatches(call.inputs, this.#family.batchSize)
      const answers = await deadlines.race(this.#send(batches, call, { concurrency, signal }))
      return this.#result(call, answers)
    } catch (error) {
      const thrown: unknown = signal.aborted
        ? signal.reason
        : mapError(error, { modelName: this.modelName, baseUrl: this.baseUrl })
      // ends what still runs when one batch has failed
      deadlines.abort(thrown)
      throw thrown
    } finally {
      deadlines.release()
    }
  }

  #result(call: EmbeddingCall, answers: readonly Answer[]): EmbeddingResult {
    const inputTokens = answers.reduce((sum, answer) => sum + answer.tokens, 0)
    const responseId = answers.length === 1 ? answers[0]!.responseId : undefined
    return {
      embeddings: answers.flatMap(({ vectors }) => vectors),
      inputs: call.inputs,
      inputType: call.inputType,
      modelName: this.modelName,
      providerName: this.system,
      timestamp: new Date().toISOString(),
      usage: requestUsage({ inputTokens }),
      ...(responseId !== undefined && { providerResponseId: responseId }),
    }
  }

  /** Answers in the order of the batches, however they come in. */
  async #send(
    batches: readonly (readonly string[])[],
    call: EmbeddingCall,
    { concurrency, signal }: { concurrency: number; signal: AbortSignal },
  ): Promise<Answer[]> {
    const client = await this.provider.getClient()
    const sdk = await loadSdk()
    const answers: Answer[] = Array.from({ length: batches.length })
    let next = 0
    const worker = async () => {
      while (next < batches.length && !signal.aborted) {
        const index = next++
        answers[index] = await this.#invoke(batches[index]!, call, { client, sdk, signal })
      }
    }
    await Promise.all(Array.from({ length: Math.min(concurrency, batches.length) }, worker))
    return answers
  }

  async #invoke(
    texts: readonly string[],
    { settings, inputType }: EmbeddingCall,
    { client, sdk, signal }: { client: BedrockRuntimeClient; sdk: BedrockSdk; signal: AbortSignal },
  ): Promise<Answer> {
    const body = { ...this.#family.body(texts, { baseId: this.#baseId, inputType, settings }), ...settings.extraBody }
    const command = new sdk.InvokeModelCommand({
      modelId: settings.bedrockInferenceProfile || this.modelName,
      contentType: 'application/json',
      accept: 'application/json',
      body: JSON.stringify(body),
    })
    const headers = readingHeaders(withExtraHeaders(command, settings.extraHeaders))
    const output = await this.#inTime(signal, abortSignal => client.send(command, { abortSignal }))
    const answer: unknown = JSON.parse(new TextDecoder().decode(output.body))
    const vectors = this.#family.vectors(answer)
    if (vectors?.length !== texts.length) {
      throw new UnexpectedModelBehavior(
        `\`${this.modelName}\` sent ${vectors?.length ?? 0} embeddings for ${texts.length} texts.`,
      )
    }
    return { vectors, tokens: Number(headers()[tokenHeader] ?? 0) || 0, responseId: this.#family.responseId?.(answer) }
  }

  /** One request, whose whole answer is its first piece. */
  async #inTime<T>(signal: AbortSignal, send: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const { firstByteTimeoutMs } = this.provider.timeouts
    const deadlines = new Deadlines({
      modelName: this.modelName,
      signal,
      totalMs: 0,
      firstByteMs: firstByteTimeoutMs,
      idleMs: 0,
    })
    try {
      return await deadlines.race(send(deadlines.signal))
    } finally {
      deadlines.release()
    }
  }
}

interface Answer {
  readonly vectors: readonly (readonly number[])[]
  readonly tokens: number
  readonly responseId?: string
}

function inBatches(inputs: readonly string[], size: number): (readonly string[])[] {
  const count = Math.ceil(inputs.length / size)
  return Array.from({ length: count }, (_, index) => inputs.slice(index * size, (index + 1) * size))
}
