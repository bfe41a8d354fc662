import { getEventListeners } from 'node:events'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { agent, RunCancelled, tool, type Agent } from '../src/core.ts'
import { FunctionModel } from '../src/testing/index.ts'
import { collect } from './support/drive.ts'
import { deferred, untilAborted } from './support/deferred.ts'
import { answer, call, scripted, toolResults } from './support/scripted.ts'

async function cancelled(running: Promise<unknown>): Promise<RunCancelled> {
  const error = await running.catch((thrown: unknown) => thrown)
  if (!RunCancelled.is(error)) throw new Error(`not cancelled: ${String(error)}`)
  return error
}

const followers: Record<string, (started: Agent, signal: AbortSignal) => Promise<unknown>> = {
  run: (started, signal) => started.run('go', { signal }),
  stream: (started, signal) => collect(started.stream('go', { signal })),
  iter: (started, signal) => collect(started.iter('go', { signal })),
}

describe.each(Object.entries(followers))('a signal that is aborted, in %s()', (_, follow) => {
  it('before the start: nothing happens', async () => {
    const model = scripted('never')
    const error = await cancelled(follow(agent({ model }), AbortSignal.abort('changed my mind')))
    expect(error).toMatchObject({ code: 'run_cancelled', reason: 'changed my mind' })
    expect(error.message).toContain('changed my mind')
    expect(model.sent).toEqual([])
  })

  it('while the model answers: the request is aborted, what came so far is kept', async () => {
    const controller = new AbortController()
    let stopped = false
    const model = new FunctionModel({
      function: async (_messages, { signal }) => {
        queueMicrotask(() => controller.abort(new Error('enough')))
        await untilAborted(signal)
        return 'never'
      },
      streamFunction: async function* (_messages, { signal }) {
        try {
          yield 'Once upon '
          yield 'a time '
          queueMicrotask(() => controller.abort(new Error('enough')))
          await untilAborted(signal)
        } finally {
          stopped = true
        }
      },
    })
    const error = await cancelled(follow(agent({ model }), controller.signal))
    expect(error.message).toContain('enough')
    expect(error.messages[0]).toMatchObject({ kind: 'request', parts: [{ content: 'go' }] })
    if (error.messages.length > 1) {
      expect(stopped).toBe(true)
      expect(error.messages[1]).toMatchObject({
        kind: 'response',
        state: 'interrupted',
        parts: [{ kind: 'text', content: 'Once upon a time ' }],
      })
      expect(error.usage?.requests).toBe(1)
    }
    expect(getEventListeners(controller.signal, 'abort')).toEqual([])
  })

  it('while tools run: they are told, results that are there are kept', async () => {
    const controller = new AbortController()
    const told: unknown[] = []
    const quick = tool({ name: 'quick', input: z.object({}), run: () => 'done' })
    const slow = tool({
      name: 'slow',
      input: z.object({}),
      run: async (_args, ctx) => {
        setImmediate(() => controller.abort('stop'))
        return untilAborted(ctx.signal).finally(() => told.push(ctx.signal.reason))
      },
    })
    const model = scripted(answer(call('quick'), call('slow')))
    const error = await cancelled(follow(agent({ model, tools: [quick, slow] }), controller.signal))
    expect(told).toHaveLength(1)
    expect(toolResults(error.messages)).toEqual([['quick', 'done']])
    expect(error.messages.at(-1)).toMatchObject({ kind: 'request', state: 'interrupted' })
    expect(error.usage).toMatchObject({ requests: 1, toolCalls: 1 })
    expect(getEventListeners(controller.signal, 'abort')).toEqual([])

    // and the history can be continued
    const { output, messages } = await agent({ model: scripted('ok'), tools: [quick, slow] }).run('again', {
      messageHistory: error.messages,
    })
    expect(output).toBe('ok')
    expect(toolResults(messages)[1]).toEqual(['slow', 'The tool call was interrupted before a result was produced.'])
  })

  it('between two attempts: there is no further request', async () => {
    const controller = new AbortController()
    const model = scripted(() => {
      controller.abort()
      return answer()
    }, 'never')
    const error = await cancelled(follow(agent({ model }), controller.signal))
    expect(model.sent).toHaveLength(1)
    expect(error.messages[0]).toMatchObject({ kind: 'request' })
  })

  it('while a tool is asked again: no further request', async () => {
    const controller = new AbortController()
    const add = tool({ name: 'add', input: z.object({ n: z.number() }), run: ({ n }) => n })
    const picky = tool({
      name: 'picky',
      input: z.object({}),
      run: () => {
        controller.abort()
        return 1
      },
    })
    const model = scripted(answer(call('add', { n: 'x' }), call('picky')), 'never')
    await cancelled(follow(agent({ model, tools: [add, picky] }), controller.signal))
    expect(model.sent).toHaveLength(1)
  })
})

it('a tool that ignores its signal does not hold the run up', async () => {
  const controller = new AbortController()
  const never = deferred()
  const stuck = tool({
    name: 'stuck',
    input: z.object({}),
    run: () => {
      setImmediate(() => controller.abort())
      return never.promise
    },
  })
  await cancelled(
    agent({ model: scripted(answer(call('stuck'))), tools: [stuck] }).run('go', { signal: controller.signal }),
  )
})

it('a signal shared by many runs ends all of them and keeps no listener', async () => {
  const controller = new AbortController()
  const model = new FunctionModel({ function: (_, { signal }) => untilAborted(signal) })
  const runs = Array.from({ length: 20 }, () => cancelled(agent({ model }).run('go', { signal: controller.signal })))
  await new Promise(setImmediate)
  controller.abort()
  const errors = await Promise.all(runs)
  expect(new Set(errors.map(error => error.runId)).size).toBe(20)
  expect(getEventListeners(controller.signal, 'abort')).toEqual([])
})

it('a run that succeeds lets go of its signal', async () => {
  const { signal } = new AbortController()
  const ping = tool({ name: 'ping', input: z.object({}), timeoutMs: 60_000, run: () => 'pong' })
  for (const follow of Object.values(followers)) {
    await follow(
      agent({ model: scripted(answer(call('ping', {}, '1'), call('ping', {}, '2')), 'ok'), tools: [ping] }),
      signal,
    )
  }
  expect(getEventListeners(signal, 'abort')).toEqual([])
})
