import { describe, expect, it, vi } from 'vitest'
import { z } from 'zod'
import { agent, RunCancelled, tool, type AgentStream } from '../src/core.ts'
import { FunctionModel } from '../src/testing/index.ts'
import { untilAborted } from './support/deferred.ts'
import { answer, call, scripted } from './support/scripted.ts'

function story() {
  const state = { yielded: 0, closed: false, aborted: false }
  const model = new FunctionModel({
    streamFunction: async function* (_messages, { signal }) {
      signal.addEventListener('abort', () => (state.aborted = true))
      try {
        for (; state.yielded < 1000; state.yielded += 1) {
          await new Promise(setImmediate)
          yield `word${state.yielded} `
        }
      } finally {
        state.closed = true
      }
    },
  })
  return { state, model }
}

const views: Record<string, (stream: AgentStream) => AsyncIterable<unknown>> = {
  events: stream => stream,
  'text()': stream => stream.text(),
  'responses()': stream => stream.responses(),
  'text() with a debounce': stream => stream.text({ debounceMs: 1 }),
}

describe.each(Object.entries(views))('leaving %s early', (_, read) => {
  it('stops the model', async () => {
    const { state, model } = story()
    const stream = agent({ model }).stream('go')
    let seen = 0
    for await (const _item of read(stream)) {
      seen += 1
      if (seen === 3) break
    }
    expect(state.aborted).toBe(true)
    // a model in the middle of its work closes when it comes to it, and nobody waits for that
    await vi.waitFor(() => expect(state.closed).toBe(true))
    expect(state.yielded).toBeLessThan(1000)
    await expect(stream.output).rejects.toBeInstanceOf(RunCancelled)
    await expect(stream.result).rejects.toMatchObject({
      messages: [{ kind: 'request' }, { kind: 'response', state: 'interrupted' }],
    })
  })
})

it('does not wait for a model that has stalled', async () => {
  const model = new FunctionModel({
    streamFunction: async function* (_messages, { signal }) {
      yield 'one '
      await untilAborted(signal)
    },
  })
  const stream = agent({ model }).stream('go')
  for await (const text of stream.text({ debounceMs: 1 })) {
    expect(text).toBe('one ')
    break
  }
  await expect(stream.output).rejects.toMatchObject({ messages: [{}, { parts: [{ content: 'one ' }] }] })
})

it('stops the tools', async () => {
  const told: unknown[] = []
  const slow = tool({
    name: 'slow',
    input: z.object({}),
    run: (_args, ctx) => untilAborted(ctx.signal).finally(() => told.push(ctx.signal.reason)),
  })
  const quick = tool({ name: 'quick', input: z.object({}), run: () => 'done' })
  const stream = agent({ model: scripted(answer(call('slow'), call('quick'))), tools: [slow, quick] }).stream('go')
  for await (const event of stream) if (event.kind === 'function-tool-result') break
  expect(told).toHaveLength(1)
  await expect(stream.output).rejects.toMatchObject({
    code: 'run_cancelled',
    messages: [{}, {}, { state: 'interrupted', parts: [{ toolName: 'quick', content: 'done' }] }],
  })
})

it('an error in the body does the same', async () => {
  const { state, model } = story()
  const reading = (async () => {
    for await (const _event of agent({ model }).stream('go')) throw new Error('mine')
  })()
  await expect(reading).rejects.toThrow('mine')
  expect(state.closed).toBe(true)
})

it('disposing of it does the same', async () => {
  const { state, model } = story()
  const stream = agent({ model }).stream('go')
  await stream[Symbol.asyncIterator]().next()
  expect(state.closed).toBe(false)
  await stream[Symbol.asyncDispose]()
  expect(state.closed).toBe(true)
})

it('a stream that nobody reads does nothing', async () => {
  const { state, model } = story()
  const stream = agent({ model }).stream('go')
  await new Promise(setImmediate)
  expect(state.yielded).toBe(0)
  await stream.cancel('not needed')
  await expect(stream.output).rejects.toThrow('not needed')
  expect(state.yielded).toBe(0)
})

it('leaving iter() stops the run', async () => {
  const run = agent({ model: scripted('never') }).iter('go')
  for await (const node of run) if (node.kind === 'model-request') break
  expect(run.result).toBeUndefined()
  await expect(run.next()).rejects.toBeInstanceOf(RunCancelled)
})
