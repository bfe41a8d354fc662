import { describe, expect, it } from 'vitest'
import { embedder } from '../embeddings/embedder.ts'
import { withoutModelRequests } from '../models/request-switch.ts'
import { TestEmbeddingModel } from './test-embedding-model.ts'

describe('TestEmbeddingModel', () => {
  it('gives one vector of ones per input, in order, and counts tokens', async () => {
    const embed = embedder({ model: new TestEmbeddingModel() })
    const result = await embed.embedDocuments(['Hello, world!', 'again'])
    expect(result.embeddings).toEqual([Array(8).fill(1), Array(8).fill(1)])
    expect(result.inputs).toEqual(['Hello, world!', 'again'])
    expect(result.usage.inputTokens).toBe(3)
    expect(await embed.countTokens('Hello, world!')).toBe(2)
  })

  it('takes the length of its vectors from the settings: the call over the embedder over the model', async () => {
    const model = new TestEmbeddingModel({ settings: { dimensions: 2 } })
    const embed = embedder({ model })
    expect((await embed.embedQuery('x')).embeddings[0]).toHaveLength(2)
    expect((await embed.with({ settings: { dimensions: 3 } }).embedQuery('x')).embeddings[0]).toHaveLength(3)
    const called = await embed.with({ settings: { dimensions: 3 } }).embedQuery('x', { settings: { dimensions: 4 } })
    expect(called.embeddings[0]).toHaveLength(4)
    expect(model.lastSettings).toEqual({ dimensions: 4 })
  })

  it('answers while real requests are forbidden', async () => {
    const embed = embedder({ model: new TestEmbeddingModel() })
    const result = await withoutModelRequests(() => embed.embedQuery('x'))
    expect(result.embeddings).toHaveLength(1)
  })
})
