import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import {
  agent,
  emptyUsage,
  resolveProfile,
  RunCancelled,
  tool,
  type AgentStream,
  type Model,
  type ModelEvent,
  type ModelResponse,
} from '../src/core.ts'
import { FunctionModel } from '../src/testing/index.ts'
import { untilAborted } from './support/deferred.ts'
import { collect } from './support/drive.ts'
import { streaming, toolCall } from './support/streams.ts'

const ping = tool({ name: 'ping', input: z.object({}), run: () => 'pong' })
const words = ['one ', 'two ', 'three ', 'four']

/** Says two words, then nothing more. */
function stalling() {
  return new FunctionModel({
    streamFunction: async function* (_messages, { signal }) {
      yield 'one '
      yield 'two '
      await untilAborted(signal)
    },
  })
}

const views: Record<string, (stream: AgentStream) => AsyncIterable<unknown>> = {
  events: stream => stream,
  'text()': stream => stream.text(),
  'responses()': stream => stream.responses(),
}

describe.each(Object.entries(views))('%s', (_, read) => {
  it('asked for several steps at once, gives them in order', async () => {
    const inTurn = await collect(read(agent({ model: streaming(words) }).stream('Go.')))
    const iterator = read(agent({ model: streaming(words) }).stream('Go.'))[Symbol.asyncIterator]()
    const atOnce = await Promise.all(Array.from({ length: inTurn.length + 3 }, () => iterator.next()))
    expect(atOnce.map(step => step.done === true)).toEqual([...inTurn.map(() => false), true, true, true])
    expect(atOnce.map(step => textOf(step.value)).slice(0, inTurn.length)).toEqual(inTurn.map(textOf))
  })

  it('left while the next step is awaited, does not wait for it', async () => {
    const stream = agent({ model: stalling() }).stream('Go.')
    const iterator = read(stream)[Symbol.asyncIterator]()
    for (let n = 0; n < 2; n += 1) await iterator.next()
    const waiting = skipTo(iterator, 20)
    expect(await iterator.return!()).toEqual({ done: true, value: undefined })
    await expect(waiting).rejects.toBeInstanceOf(RunCancelled)
    expect(await iterator.next()).toMatchObject({ done: true })
    await expect(stream.result).rejects.toMatchObject({ messages: [{}, { state: 'interrupted' }] })
  })

  it('leaves with the error of a reader who throws', async () => {
    const stream = agent({ model: stalling() }).stream('Go.')
    const iterator = read(stream)[Symbol.asyncIterator]()
    await iterator.next()
    await expect(iterator.throw!(new Error('mine'))).rejects.toThrow('mine')
    expect(await iterator.next()).toMatchObject({ done: true })
    await expect(stream.result).rejects.toMatchObject({ reason: 'its stream was left' })
  })

  it('told by somebody else that it is over while it waits, knows what the run had done', async () => {
    const stream = agent({ model: stalling() }).stream('Go.')
    const waiting = collect(read(stream)).catch((error: unknown) => error)
    setTimeout(() => void stream.cancel('enough'), 20)
    const error = await waiting
    expect(error).toMatchObject({ reason: 'enough', run: { messages: [{}, { parts: [{ content: 'one two ' }] }] } })
    await expect(stream.result).rejects.toBe(error)
  })

  it('cancelled from outside between two steps, ends with the next one', async () => {
    const controller = new AbortController()
    const stream = agent({ model: streaming(words) }).stream('Go.', { signal: controller.signal })
    const iterator = read(stream)[Symbol.asyncIterator]()
    await iterator.next()
    controller.abort('enough')
    await expect(iterator.next()).rejects.toMatchObject({ code: 'run_cancelled', run: { messages: [{}, {}] } })
    expect(await iterator.next()).toMatchObject({ done: true })
  })

  it('of a model that breaks down, has its error and keeps what had come', async () => {
    const model = new FunctionModel({
      streamFunction: async function* () {
        yield 'one '
        throw new Error('broken')
      },
    })
    const stream = agent({ model }).stream('Go.')
    await expect(collect(read(stream))).rejects.toThrow('broken')
    await expect(stream.result).rejects.toThrow('broken')
    expect(stream.messages).toMatchObject([{}, { state: 'interrupted', parts: [{ content: 'one ' }] }])
  })

  it('refuses a second reader, who ends nothing by leaving', async () => {
    const stream = agent({ model: streaming(words) }).stream('Go.')
    const first = read(stream)[Symbol.asyncIterator]()
    await first.next()
    const second = stream.text()[Symbol.asyncIterator]()
    await expect(second.next()).rejects.toThrow('being read already')
    await second.return!()
    await skipTo(first, 100)
    expect(await stream.output).toBe(words.join(''))
  })
})

it('a view that is left before it is read leaves the stream to others', async () => {
  const stream = agent({ model: streaming(words) }).stream('Go.')
  const unread = stream.text()[Symbol.asyncIterator]()
  await unread.return!()
  expect(await unread.next()).toMatchObject({ done: true })
  expect((await collect(stream.text())).join('')).toBe(words.join(''))
})

it('the events are the same whether the run reads the answers or its reader does', async () => {
  const answers = () => streaming(['Let me ', 'look.', ...toolCall('ping', {})], [{ 0: { thinking: 'so ' } }, ...words])
  const kinds = async (options: object) => {
    const stream = agent({ model: answers(), tools: [ping] }).stream('Go.', options)
    return (await collect(stream)).map(textOf)
  }
  const direct = await kinds({})
  // limits of tokens are looked after with each event, by the run
  expect(await kinds({ usageLimits: { totalTokensLimit: 1e9 } })).toEqual(direct)
  expect(direct.length).toBeGreaterThan(12)
})

describe('a stream of somebody else, which ignores that it was cancelled', () => {
  it.each([
    ['breaks in its own way', () => new Error('the socket was closed')],
    ['never says anything again', undefined],
  ])('and %s', async (_, failure) => {
    const stream = agent({ model: foreign(failure) }).stream('Go.')
    const waiting = collect(stream.text()).catch((error: unknown) => error)
    await new Promise(resolve => setTimeout(resolve, 20))
    await stream.cancel('enough')
    expect(await waiting).toMatchObject({ code: 'run_cancelled', reason: 'enough' })
    expect(stream.messages).toMatchObject([{}, { parts: [{ content: 'one ' }] }])
  })

  it('does not keep a run open that was cancelled from outside', async () => {
    const controller = new AbortController()
    const stream = agent({ model: foreign(undefined) }).stream('Go.', { signal: controller.signal })
    setTimeout(() => controller.abort('enough'), 20)
    await expect(collect(stream.text())).rejects.toMatchObject({ code: 'run_cancelled' })
    expect(stream.messages).toHaveLength(2)
  })
})

/** One word, then it waits for ever, or until it is cancelled and fails. */
function foreign(failure: (() => Error) | undefined): Model {
  const answer = { parts: [{ kind: 'text', content: 'one ' }], usage: emptyUsage } as const
  const response = (): ModelResponse => ({ kind: 'response', ...answer })
  const start: ModelEvent = { kind: 'part-start', index: 0, part: answer.parts[0] }
  return {
    modelName: 'foreign',
    system: 'foreign',
    profile: resolveProfile({}),
    isTestDouble: true,
    request: () => Promise.reject(new Error('it only streams')),
    requestStream: async () => {
      let break_ = (_error: Error) => {}
      let isRead = false
      const cancel = async () => {
        if (failure !== undefined) break_(failure())
      }
      return {
        modelName: 'foreign',
        timestamp: '2026-11-23T00:00:00Z',
        response,
        cancel,
        [Symbol.asyncDispose]: cancel,
        [Symbol.asyncIterator]: () => ({
          next: () => {
            if (isRead) return new Promise((_, reject) => (break_ = reject))
            isRead = true
            return Promise.resolve({ done: false, value: start })
          },
        }),
      }
    },
  }
}

async function skipTo(iterator: AsyncIterator<unknown>, steps: number): Promise<void> {
  for (let n = 0; n < steps; n += 1) if ((await iterator.next()).done === true) return
}

/** What can be compared between two runs: ids and times differ. */
function textOf(item: unknown): string | undefined {
  return JSON.stringify(item, (key, value: unknown) => (/^(timestamp|.*[iI]d)$/.test(key) ? undefined : value))
}
