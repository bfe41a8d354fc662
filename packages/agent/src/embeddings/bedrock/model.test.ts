import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { ModelConnectionError, ModelTimeoutError } from '../../errors/model-error.ts'
import { ModelHttpError } from '../../errors/model-http-error.ts'
import { UserError } from '../../errors/user-error.ts'
import { localKeys } from '../../models/bedrock/test-support/endpoint.ts'
import { startLocalBedrock, type LocalBedrock } from '@tenon/local-bedrock'
import { BedrockProvider } from '../../models/bedrock/provider.ts'
import { withoutModelRequests } from '../../models/request-switch.ts'
import { embedder, embeddingOf } from '../embedder.ts'
import { BedrockEmbeddingModel } from './model.ts'

let server: LocalBedrock
let provider: BedrockProvider
beforeAll(async () => {
  server = await startLocalBedrock()
  provider = new BedrockProvider({ region: 'us-east-1', credentials: localKeys, baseUrl: server.url, maxAttempts: 1 })
})
afterAll(async () => {
  provider.close()
  await server.close()
})
beforeEach(() => {
  server.log.clear()
  server.faults.clear()
})

const texts = Array.from({ length: 12 }, (_, index) => `text number ${index}`)

describe('BedrockEmbeddingModel', () => {
  it.each([
    'amazon.titan-embed-text-v2:0',
    'cohere.embed-v4:0',
    'cohere.embed-english-v3',
    'amazon.nova-2-multimodal-embeddings-v1:0',
  ])('R66: %s: each text gets its own vector, in order, and the tokens of the header are counted', async name => {
    const embed = embedder({ model: new BedrockEmbeddingModel(name, { provider }) })
    const result = await embed.embedDocuments(texts)
    expect(result.embeddings).toHaveLength(texts.length)
    expect(result.usage.inputTokens).toBeGreaterThan(0)
    const alone = await embed.embedDocuments(texts[7]!)
    expect(embeddingOf(result, texts[7]!)).toEqual(alone.embeddings[0])
    expect(embeddingOf(result, 'never seen')).toBeUndefined()
  })

  it('R66: sends no more requests at a time than allowed', async () => {
    server.faults.always({ firstByteDelayMs: 20 })
    const model = new BedrockEmbeddingModel('amazon.titan-embed-text-v2:0', {
      provider,
      settings: { bedrockMaxConcurrency: 3 },
    })
    await embedder({ model }).embedDocuments(texts)
    const most = Math.max(
      ...server.log.map(
        entry =>
          server.log.filter(
            other => other.receivedAt <= entry.receivedAt && (other.endedAt ?? Infinity) > entry.receivedAt,
          ).length,
      ),
    )
    expect(server.log).toHaveLength(12)
    expect(most).toBeLessThanOrEqual(3)
  })

  it.each([0, -1, Number.NaN])(
    'R66: a concurrency of %d is a UserError, not a deadlock',
    async bedrockMaxConcurrency => {
      const model = new BedrockEmbeddingModel('amazon.titan-embed-text-v2:0', { provider })
      await expect(embedder({ model, settings: { bedrockMaxConcurrency } }).embedQuery('x')).rejects.toBeInstanceOf(
        UserError,
      )
    },
  )

  it('maps errors, and ends the other requests when one fails', async () => {
    server.faults.add(
      { error: { type: 'ThrottlingException' } },
      { when: entry => JSON.stringify(entry.body).includes('number 3') },
    )
    server.faults.always({ firstByteDelayMs: 200 })
    const model = new BedrockEmbeddingModel('amazon.titan-embed-text-v2:0', { provider })
    const error: unknown = await embedder({ model })
      .embedDocuments(texts)
      .catch((caught: unknown) => caught)
    expect(error).toBeInstanceOf(ModelHttpError)
    expect(error).toMatchObject({ status: 429 })
    expect(server.log.length).toBeLessThan(12)
  })

  it('each request has a time limit of its own, and one too slow ends the others', async () => {
    const hasty = new BedrockProvider({ ...provider.options, firstByteTimeoutMs: 400 })
    const model = new BedrockEmbeddingModel('amazon.titan-embed-text-v2:0', {
      provider: hasty,
      settings: { bedrockMaxConcurrency: 1 },
    })
    // together they take longer than the limit
    server.faults.always({ firstByteDelayMs: 60 })
    const { embeddings } = await embedder({ model }).embedDocuments(texts)
    expect(embeddings).toHaveLength(12)
    server.faults.clear()
    server.log.clear()
    server.faults.add(
      { firstByteDelayMs: Infinity },
      { when: entry => JSON.stringify(entry.body).includes('number 3') },
    )
    const error: unknown = await embedder({ model, settings: { bedrockMaxConcurrency: 2 } })
      .embedDocuments(texts)
      .catch((caught: unknown) => caught)
    expect(error).toBeInstanceOf(ModelTimeoutError)
    expect(error).toMatchObject({ which: 'first-byte', timeoutMs: 400, modelName: 'amazon.titan-embed-text-v2:0' })
    await server.log.waitFor(entry => entry.closedByClient)
    expect(hasty.running.size).toBe(0)
    hasty.close()
  })

  it('ends when its provider is closed, which leaves nothing behind', async () => {
    server.faults.always({ firstByteDelayMs: Infinity })
    const own = new BedrockProvider(provider.options)
    const model = new BedrockEmbeddingModel('cohere.embed-v4:0', { provider: own })
    const running = embedder({ model })
      .embedDocuments(texts)
      .catch((caught: unknown) => caught)
    await vi.waitFor(() => expect(server.log).toHaveLength(1))
    expect(own.running.size).toBe(1)
    own.close()
    expect(await running).toBeInstanceOf(ModelConnectionError)
    expect(own.running.size).toBe(0)
  })

  it('knows the longest input, refuses unknown models and obeys the switch', async () => {
    expect(await embedder({ model: new BedrockEmbeddingModel('us.cohere.embed-v4:0') }).maxInputTokens()).toBe(128_000)
    expect(() => new BedrockEmbeddingModel('anthropic.claude-3')).toThrow(UserError)
    const model = new BedrockEmbeddingModel('amazon.titan-embed-text-v1', { provider })
    await expect(withoutModelRequests(() => embedder({ model }).embedQuery('x'))).rejects.toMatchObject({
      code: 'model_requests_blocked',
    })
    await expect(embedder({ model }).countTokens('x')).rejects.toBeInstanceOf(UserError)
  })
})
