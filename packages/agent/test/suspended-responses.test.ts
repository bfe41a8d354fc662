import { describe, expect, it } from 'vitest'
import { agent, emptyUsage, requestUsage, type ModelMessage, type ModelResponse } from '../src/core.ts'
import { FunctionModel, type FunctionAnswer } from '../src/testing/index.ts'
import { drivers, ways } from './support/drive.ts'

const suspended = (content: string, extra: Partial<ModelResponse> = {}): FunctionAnswer => ({
  parts: [{ kind: 'text', content }],
  state: 'suspended',
  usage: requestUsage({ outputTokens: 1 }),
  ...extra,
})

interface Job {
  readonly model: FunctionModel & Partial<{ cancelSuspendedResponse: (response: ModelResponse) => Promise<void> }>
  readonly sent: (readonly ModelMessage[])[]
  readonly cancelled: ModelResponse[]
}

function job(...answers: readonly (FunctionAnswer | Error)[]): Job {
  const sent: (readonly ModelMessage[])[] = []
  const cancelled: ModelResponse[] = []
  const model = new FunctionModel({
    modelName: 'worker',
    function: messages => {
      const next = answers[sent.length]
      sent.push([...messages])
      if (next === undefined || next instanceof Error) throw next ?? new Error('not expected')
      return next
    },
  })
  return {
    sent,
    cancelled,
    model: Object.assign(model, {
      cancelSuspendedResponse: async (response: ModelResponse) => void cancelled.push(response),
    }),
  }
}

describe.each(ways)('a response the provider suspends, in %s()', way => {
  it('is asked for until it is finished; its parts and its usage add up', async () => {
    const { model, sent } = job(suspended('one '), suspended('two '), {
      parts: [{ kind: 'text', content: 'three' }],
      usage: requestUsage({ outputTokens: 1 }),
    })
    const { output, messages, usage } = await drivers[way](agent({ model }), 'go')
    expect(output).toBe('one two three')
    expect(messages.map(message => message.kind)).toEqual(['request', 'response'])
    expect(usage.outputTokens).toBe(3)
    expect(sent[1]?.at(-1)).toMatchObject({ kind: 'response', state: 'suspended' })
    expect(sent[2]?.at(-1)).toMatchObject({ parts: [{ content: 'one ' }, { content: 'two ' }] })
  })

  it('of a background job is replaced by its next form', async () => {
    const id = { providerResponseId: 'job-1' }
    const { model } = job(suspended('', id), { parts: [{ kind: 'text', content: 'done' }], usage: emptyUsage, ...id })
    const { output, messages } = await drivers[way](agent({ model }), 'go')
    expect(output).toBe('done')
    expect(messages).toHaveLength(2)
    expect(messages[1]?.parts).toHaveLength(1)
  })

  it('at the end of a history is resumed, and replaced by the whole', async () => {
    const { model, sent } = job('and the rest')
    const history: ModelMessage[] = [
      { kind: 'request', parts: [{ kind: 'user-prompt', content: 'go' }] },
      {
        kind: 'response',
        parts: [{ kind: 'text', content: 'begun ' }],
        usage: emptyUsage,
        modelName: 'worker',
        state: 'suspended',
      },
    ]
    const { output, messages } = await drivers[way](agent({ model }), null, { messageHistory: history })
    expect(output).toBe('begun and the rest')
    expect(sent[0]).toHaveLength(2)
    expect(messages).toHaveLength(2)
  })

  it('is given up when the next request fails', async () => {
    const { model, cancelled } = job(suspended('begun'), new Error('down'))
    await expect(drivers[way](agent({ model }), 'go')).rejects.toThrow('down')
    expect(cancelled).toMatchObject([{ parts: [{ content: 'begun' }] }])
  })
})

it('a new prompt over a suspended response is refused', async () => {
  const { model } = job('x')
  const messageHistory: ModelMessage[] = [
    { kind: 'request', parts: [{ kind: 'user-prompt', content: 'go' }] },
    { kind: 'response', parts: [], usage: emptyUsage, state: 'suspended' },
  ]
  await expect(agent({ model }).run('more', { messageHistory })).rejects.toThrow(/suspended response/)
})
