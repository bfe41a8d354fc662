import { getEventListeners } from 'node:events'
import fc from 'fast-check'
import { expect, it, vi } from 'vitest'
import { agent, RunCancelled, type AgentStream } from '../../src/core.ts'
import { scripted } from '../support/scripted.ts'
import { failure } from './drive.ts'
import { expectValidHistory } from './invariants.ts'
import { plannedAgent, type PlannedAgent } from './planned-agent.ts'
import { plans } from './plans.ts'
import { probe, probePlans } from './probe.ts'
import { runs, timeLimitMs } from '../../../../scripts/test-support/property-runs.ts'

// of this test, not of what it watches
const { setTimeout: setTimer, clearTimeout: clearTimer } = globalThis

/** Nothing in a plan takes this long but what never ends. */
const stalledMs = 15
/** A cancelled run gives code that ignores its signal a tenth of a second; the rest is for a machine that is busy. */
const promptMs = 1500

type Stop = (stream: AgentStream<unknown>, controller: AbortController) => void

const stops: Readonly<Record<string, Stop>> = {
  'its signal': (_stream, controller) => controller.abort('enough'),
  'cancel()': stream => void stream.cancel('enough'),
}

const anyCase = fc.record({
  plan: plans({ mayHang: true }),
  probes: fc.oneof(fc.constant<readonly (readonly string[])[]>([]), probePlans),
  /** After how many events. */
  at: fc.nat(30),
  streams: fc.boolean(),
})

it(
  'a stream that is stopped ends soon, with what it has, and goes on later',
  () =>
    fc.assert(
      fc.asyncProperty(anyCase, fc.constantFrom(...Object.keys(stops)), async ({ plan, probes, at, streams }, how) => {
        await withoutTraces(async controller => {
          const planned = plannedAgent(plan, { capabilities: probes.map(hooks => probe(hooks)), streams })
          const stream = planned.agent.stream('Go on.', { signal: controller.signal })
          const error = await stopped(stream, { at, stop: () => stops[how]!(stream, controller) })
          if (error === undefined) return
          expect(failure(error).error).toBe('run_cancelled')
          expect(await stream.result.catch((reason: unknown) => reason)).toBe(error)
          expectValidHistory(stream.messages)
          await expectResumable(error)
        })
      }),
      runs(120),
    ),
  timeLimitMs,
)

it(
  'a stream that is left ends soon, with what it has, and goes on later',
  () =>
    fc.assert(
      fc.asyncProperty(anyCase, async ({ plan, probes, at, streams }) => {
        await withoutTraces(async controller => {
          const planned = plannedAgent(plan, { capabilities: probes.map(hooks => probe(hooks)), streams })
          const stream = planned.agent.stream('Go on.', { signal: controller.signal })
          if (!(await left(stream, at))) controller.abort()
          const error = await soon(errorOf(stream.result))
          if (error === undefined) return
          if (!RunCancelled.is(error)) return
          await expectResumable(error)
        })
      }),
      runs(120),
    ),
  timeLimitMs,
)

it(
  'run() and iter() that are cancelled end soon and go on later',
  () =>
    fc.assert(
      fc.asyncProperty(anyCase, fc.boolean(), async ({ plan, probes, at, streams }, steps) => {
        await withoutTraces(async controller => {
          const planned = plannedAgent(plan, { capabilities: probes.map(hooks => probe(hooks)), streams })
          const running = errorOf(steps ? stepThrough(planned, controller) : runThrough(planned, controller))
          for (let turn = 0; turn < at * 3; turn += 1) await Promise.resolve()
          await new Promise(setImmediate)
          controller.abort('enough')
          const error = await soon(running)
          if (error === undefined || !RunCancelled.is(error)) return
          await expectResumable(error)
        })
      }),
      runs(120),
    ),
  timeLimitMs,
)

function runThrough({ agent: planned }: PlannedAgent, { signal }: AbortController): Promise<unknown> {
  return planned.run('Go on.', { signal })
}

async function stepThrough({ agent: planned }: PlannedAgent, { signal }: AbortController): Promise<void> {
  for await (const _ of planned.iter('Go on.', { signal }));
}

/** The error of a stream that is stopped after some events, or when nothing more comes; `undefined`: it ended by itself. */
async function stopped(
  stream: AgentStream<unknown>,
  { at, stop }: { readonly at: number; readonly stop: () => void },
): Promise<unknown> {
  let isStopped = false
  const once = () => {
    if (!isStopped) stop()
    isStopped = true
  }
  const reading = stream[Symbol.asyncIterator]()
  for (let seen = 0; ; seen += 1) {
    if (seen === at) once()
    const timer = setTimer(once, stalledMs)
    try {
      const next = await soon(reading.next())
      if (next.done === true) return undefined
    } catch (error) {
      return isStopped ? error : undefined
    } finally {
      clearTimer(timer)
    }
  }
}

/** Whether the stream could be left after some events: it neither ended nor stalled before. */
async function left(stream: AgentStream<unknown>, at: number): Promise<boolean> {
  const reading = stream[Symbol.asyncIterator]()
  for (let seen = 0; seen <= at; seen += 1) {
    const next = reading.next().catch(() => undefined)
    const stalled = new Promise<undefined>(resolve => setTimer(resolve, stalledMs))
    if ((await Promise.race([next, stalled]))?.done !== false) return false
  }
  await soon(Promise.resolve(reading.return?.()))
  return true
}

function errorOf(running: Promise<unknown>): Promise<unknown> {
  return running.then(
    () => undefined,
    (reason: unknown) => reason,
  )
}

function soon<T>(pending: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimer(() => reject(new Error(`nothing came of it for ${promptMs} ms`)), promptMs)
    pending.then(resolve, reject).finally(() => clearTimer(timer))
  })
}

async function expectResumable(error: unknown): Promise<void> {
  const { messages } = failure(error)
  expectValidHistory(messages)
  const next = await agent({ model: scripted('Here I am.') }).run('Where were we?', { messageHistory: messages })
  expect(next.output).toBe('Here I am.')
}

/** Neither listeners nor timers nor rejections are left when a run is over. */
async function withoutTraces(use: (controller: AbortController) => Promise<void>): Promise<void> {
  const controller = new AbortController()
  const rejections: unknown[] = []
  const note = (reason: unknown) => rejections.push(reason)
  process.on('unhandledRejection', note)
  const timers = watchTimers()
  try {
    await use(controller)
    expect(getEventListeners(controller.signal, 'abort')).toEqual([])
    await new Promise(setImmediate)
    expect(timers.active.size).toBe(0)
    expect(rejections).toEqual([])
  } finally {
    timers.stop()
    process.off('unhandledRejection', note)
  }
}

/** The timers that are set and neither fired nor cleared. */
function watchTimers(): { readonly active: ReadonlySet<unknown>; readonly stop: () => void } {
  const active = new Set<unknown>()
  const set = vi.spyOn(globalThis, 'setTimeout').mockImplementation(((act: () => void, ms?: number) => {
    const timer = setTimer(() => {
      active.delete(timer)
      act()
    }, ms)
    active.add(timer)
    return timer
  }) as typeof setTimeout)
  const clear = vi.spyOn(globalThis, 'clearTimeout').mockImplementation(timer => {
    active.delete(timer)
    clearTimer(timer)
  })
  return {
    active,
    stop: () => {
      set.mockRestore()
      clear.mockRestore()
    },
  }
}
