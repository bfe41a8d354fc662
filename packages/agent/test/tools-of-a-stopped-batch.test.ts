import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { agent, failedRunOf, tool, type ToolOptions } from '../src/core.ts'
import { deferred } from './support/deferred.ts'
import { drivers, ways } from './support/drive.ts'
import { answer, call, scripted, toolResults } from './support/scripted.ts'

const input = z.object({})
const boom = new TypeError('a defect')

const turns = async (count: number) => {
  for (let turn = 0; turn < count; turn += 1) await new Promise(setImmediate)
}

const broken = tool({
  name: 'broken',
  input,
  run: async () => {
    await turns(2)
    throw boom
  },
})

/** A tool that takes its time to stop, and what it has done. */
function tidy(options: ToolOptions = {}) {
  const log: string[] = []
  const made = tool({
    ...options,
    name: 'tidy',
    input,
    run: async (_args, ctx) => {
      await new Promise(resolve => ctx.signal.addEventListener('abort', resolve))
      log.push('told')
      await turns(5)
      log.push('rolled back')
      throw ctx.signal.reason
    },
  })
  return { tool: made, log }
}

/** Pays, whatever the signal says. */
const pay = tool({
  name: 'pay',
  input,
  run: async () => {
    await turns(8)
    return 'paid'
  },
})

const failureOf = (running: Promise<unknown>) =>
  running.then(
    () => expect.unreachable(),
    (error: unknown) => error,
  )

describe.each(ways)('%s: the tools of a batch that is stopped', way => {
  it.each([{}, { timeoutMs: 60_000 }])(
    'have stopped when the run ends with the error of another (%j)',
    async options => {
      const { tool: tidied, log } = tidy(options)
      const one = agent({ model: scripted(answer(call('tidy'), call('broken'))), tools: [tidied, broken] })
      expect(await failureOf(drivers[way](one, 'Go.'))).toBe(boom)
      expect(log).toEqual(['told', 'rolled back'])
    },
  )

  it.each([{}, { timeoutMs: 60_000 }])('have stopped when the run ends cancelled (%j)', async options => {
    const controller = new AbortController()
    const { tool: tidied, log } = tidy(options)
    const one = agent({ model: scripted(answer(call('tidy'))), tools: [tidied] })
    const running = drivers[way](one, 'Go.', { signal: controller.signal })
    setTimeout(() => controller.abort(), 5)
    expect(await failureOf(running)).toMatchObject({ code: 'run_cancelled' })
    expect(log).toEqual(['told', 'rolled back'])
  })

  it('have their results in the history when they finish all the same', async () => {
    const one = agent({ model: scripted(answer(call('pay'), call('broken'))), tools: [pay, broken] })
    const failed = failedRunOf(await failureOf(drivers[way](one, 'Go.')))
    expect(toolResults(failed?.messages ?? [])).toEqual([['pay', 'paid']])
    expect(failed?.messages.at(-1)).toMatchObject({ kind: 'request', state: 'interrupted' })
    expect(failed?.usage).toMatchObject({ toolCalls: 1 })
  })

  it('do not hold the run up for ever; what they do later counts for nothing', async () => {
    const { promise, resolve } = deferred<string>()
    const stuck = tool({ name: 'stuck', input, run: () => promise })
    const one = agent({ model: scripted(answer(call('stuck'), call('broken'))), tools: [stuck, broken] })
    const error = await failureOf(drivers[way](one, 'Go.'))
    expect(error).toBe(boom)
    resolve('late')
    await turns(2)
    expect(failedRunOf(error)).toMatchObject({ usage: { toolCalls: 0 } })
    expect(toolResults(failedRunOf(error)?.messages ?? [])).toEqual([])
  })
})

it('a tool does not start when the run was stopped while a hook was busy before it', async () => {
  const controller = new AbortController()
  let started = false
  const act = tool({ name: 'act', input, run: () => (started = true) })
  const slow = {
    beforeToolExecute: async (_ctx: unknown, _call: unknown, args: unknown) => {
      controller.abort()
      await turns(3)
      return args
    },
  }
  const one = agent({ model: scripted(answer(call('act'))), tools: [act], capabilities: [slow] })
  expect(await failureOf(one.run('Go.', { signal: controller.signal }))).toMatchObject({ code: 'run_cancelled' })
  await turns(5)
  expect(started).toBe(false)
})

it('tools are told of the error of another at once, however slowly the events are read', async () => {
  const { tool: tidied, log } = tidy()
  const quick = tool({ name: 'quick', input, run: () => 'done' })
  const model = scripted(answer(call('quick'), call('tidy'), call('broken')))
  const stream = agent({ model, tools: [quick, tidied, broken] }).stream('Go.')
  const reading = (async () => {
    for await (const event of stream) {
      if (event.kind !== 'function-tool-result') continue
      await turns(20)
      expect(log).toEqual(['told', 'rolled back'])
    }
  })()
  expect(await failureOf(reading)).toBe(boom)
})
