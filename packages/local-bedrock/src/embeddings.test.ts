import { CountTokensCommand, InvokeModelCommand } from '@aws-sdk/client-bedrock-runtime'
import { describe, expect, it } from 'vitest'
import { clientFor, serverFor } from './test-support/clients.ts'

const invoke = async (modelId: string, body: object) => {
  const server = await serverFor()
  let header: string | undefined
  const client = clientFor(server)
  client.middlewareStack.add(
    next => async args => {
      const result = await next(args)
      header = (result.response as { headers: Record<string, string> }).headers['x-amzn-bedrock-input-token-count']
      return result
    },
    { step: 'deserialize', priority: 'low', name: 'header', override: true },
  )
  const answer = await client.send(
    new InvokeModelCommand({ modelId, body: JSON.stringify(body), contentType: 'application/json' }),
  )
  return { answer: JSON.parse(answer.body.transformToString()) as Answer, header }
}
interface Answer {
  embedding: number[]
  inputTextTokenCount: number
  embeddings: unknown
  response_type: string
}

const dot = (a: number[], b: number[]) => a.reduce((sum, value, index) => sum + value * b[index]!, 0)

describe('embeddings over InvokeModel', () => {
  it('answers Titan v2 with a unit vector and the token header', async () => {
    const { answer, header } = await invoke('amazon.titan-embed-text-v2:0', {
      inputText: 'Hello world',
      dimensions: 256,
      normalize: true,
    })
    expect(answer.embedding).toHaveLength(256)
    expect(dot(answer.embedding, answer.embedding)).toBeCloseTo(1)
    expect(answer.inputTextTokenCount).toBe(3)
    expect(header).toBe('3')
  })

  it('answers Cohere v4 in the order of its texts', async () => {
    const texts = ['streaming text', 'stream of texts', 'quantum physics']
    const { answer } = await invoke('us.cohere.embed-v4:0', {
      texts,
      input_type: 'search_document',
      embedding_types: ['float'],
      output_dimension: 512,
    })
    const [a, b, c] = (answer.embeddings as { float: number[][] }).float
    expect(a).toHaveLength(512)
    expect(dot(a!, b!)).toBeGreaterThan(0.9)
    expect(dot(a!, c!)).toBeLessThan(0.5)
    expect(answer.response_type).toBe('embeddings_by_type')
  })

  it('answers Cohere v3 with plain lists', async () => {
    const { answer } = await invoke('cohere.embed-english-v3', {
      texts: ['a'],
      input_type: 'search_query',
      truncate: 'NONE',
    })
    expect((answer.embeddings as number[][])[0]).toHaveLength(1024)
  })

  it('answers Nova', async () => {
    const { answer } = await invoke('amazon.nova-2-multimodal-embeddings-v1:0', {
      taskType: 'SINGLE_EMBEDDING',
      singleEmbeddingParams: {
        embeddingPurpose: 'GENERIC_INDEX',
        embeddingDimension: 384,
        text: { value: 'x', truncationMode: 'NONE' },
      },
    })
    expect((answer.embeddings as { embedding: number[] }[])[0]?.embedding).toHaveLength(384)
  })

  it.each([
    ['amazon.titan-embed-text-v2:0', {}, 'required key [inputText] not found'],
    ['amazon.titan-embed-text-v2:0', { texts: ['a'], inputText: 'a' }, 'extraneous key [texts] is not permitted'],
    ['amazon.titan-embed-text-v1', { inputText: 'a', normalize: true }, 'extraneous key [normalize] is not permitted'],
    ['amazon.titan-embed-text-v2:0', { inputText: 'a', dimensions: 7 }, '7 is not a valid enum value'],
    ['cohere.embed-english-v3', { texts: ['a'] }, 'required key [input_type] not found'],
    ['amazon.nova-2-multimodal-embeddings-v1:0', { taskType: 'X', singleEmbeddingParams: {} }, '#/taskType'],
    ['amazon.nova-pro-v1:0', {}, 'for embedding models only'],
  ])('refuses %s with %j', async (modelId, body, message) => {
    await expect(invoke(modelId, body)).rejects.toMatchObject({
      name: 'ValidationException',
      message: expect.stringContaining(message),
    })
  })
})

describe('CountTokens', () => {
  const modelId = 'anthropic.claude-sonnet-4-5-20250929-v1:0'
  const messages = [{ role: 'user' as const, content: [{ text: 'Hello world' }] }]
  const count = async (id: string, input: ConstructorParameters<typeof CountTokensCommand>[0]['input']) =>
    clientFor(await serverFor()).send(new CountTokensCommand({ modelId: id, input }))

  it('counts what Converse would report as input', async () => {
    expect((await count(modelId, { converse: { messages } })).inputTokens).toBe(6)
    const system = [{ text: 'Be brief and kind.' }]
    expect((await count(modelId, { converse: { messages, system } })).inputTokens).toBe(11)
    const body = new TextEncoder().encode('{"messages":[]}')
    expect((await count(modelId, { invokeModel: { body } })).inputTokens).toBe(4)
  })

  it('refuses models and profile ids it does not count for, and invalid conversations', async () => {
    const unsupported = "The provided model doesn't support counting tokens."
    await expect(count('amazon.nova-pro-v1:0', { converse: { messages } })).rejects.toThrow(unsupported)
    await expect(count(`us.${modelId}`, { converse: { messages } })).rejects.toThrow(unsupported)
    const blank = [{ role: 'user' as const, content: [{ text: ' ' }] }]
    await expect(count(modelId, { converse: { messages: blank } })).rejects.toThrow('is blank')
  })
})
