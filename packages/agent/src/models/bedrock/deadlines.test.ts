import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { ModelTimeoutError } from '../../errors/model-error.ts'
import { requestModel, streamModel } from '../call-model.ts'
import { Deadlines } from '../deadlines.ts'
import { callOf, drain } from './test-support/calls.ts'
import { startEndpoint, type Endpoint } from './test-support/endpoint.ts'

let endpoint: Endpoint
beforeAll(async () => {
  endpoint = await startEndpoint()
  // loads the SDK, which the short limits below do not allow for
  endpoint.responder.push('warm')
  await requestModel(endpoint.model(), callOf())
})
afterAll(() => endpoint[Symbol.asyncDispose]())
beforeEach(() => {
  endpoint.server.log.clear()
  endpoint.server.faults.clear()
})

/** How long it took to fail, and with what. */
async function failing(work: Promise<unknown>): Promise<{ ms: number; error: unknown }> {
  const start = performance.now()
  const error: unknown = await work.then(
    () => 'no error',
    (caught: unknown) => caught,
  )
  return { ms: performance.now() - start, error }
}

describe('the clock', () => {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => void vi.useRealTimers())

  it('runs out exactly after the wait, however the pieces came before', () => {
    const limits = { modelName: 'm', totalMs: 60_000, firstByteMs: 5000, idleMs: 1000 }
    for (const gaps of [[], [999], [1, 1, 1], [300, 300, 300, 300], [999, 999, 999, 1]]) {
      const deadlines = new Deadlines(limits)
      const { signal } = deadlines
      vi.advanceTimersByTime(4999)
      deadlines.begun()
      for (const gap of gaps) {
        deadlines.waiting()
        vi.advanceTimersByTime(gap)
        deadlines.received()
        // the reader takes its time, which is nobody's fault
        vi.advanceTimersByTime(2500)
      }
      deadlines.waiting()
      vi.advanceTimersByTime(998)
      expect(signal.aborted).toBe(false)
      vi.advanceTimersByTime(3)
      expect(signal.reason).toMatchObject({ which: 'idle' })
      expect(vi.getTimerCount()).toBe(0)
    }
  })

  it('takes time that is used up for used up, 0 for no limit, and no time for a mistake', () => {
    const limits = { modelName: 'm', firstByteMs: 0, idleMs: 0 }
    const late = new Deadlines({ ...limits, totalMs: -50 })
    const free = new Deadlines({ ...limits, totalMs: 0 })
    vi.advanceTimersByTime(1000)
    expect(late.signal.reason).toMatchObject({ which: 'total', timeoutMs: -50 })
    expect(free.signal.aborted).toBe(false)
    free.release()
    expect(() => new Deadlines({ ...limits, totalMs: Number.NaN })).toThrow(/not a number: NaN/)
  })

  it.each([
    ['first-byte', { totalMs: 60_000, firstByteMs: 1000 }],
    ['total', { totalMs: 1000, firstByteMs: 60_000 }],
  ])('%s runs out from the beginning of the request', (which, limits) => {
    const { signal } = new Deadlines({ modelName: 'm', idleMs: 60_000, ...limits })
    vi.advanceTimersByTime(999)
    expect(signal.aborted).toBe(false)
    vi.advanceTimersByTime(1)
    expect(signal.reason).toMatchObject({ which })
    expect(vi.getTimerCount()).toBe(0)
  })
})

describe('timeouts', () => {
  it('first-byte: an endpoint that accepts and never answers', async () => {
    endpoint.server.faults.next({ firstByteDelayMs: Infinity })
    const { ms, error } = await failing(
      requestModel(endpoint.model(undefined, { connect: { firstByteTimeoutMs: 200 } }), callOf()),
    )
    expect(error).toBeInstanceOf(ModelTimeoutError)
    expect(error).toMatchObject({ which: 'first-byte', timeoutMs: 200 })
    expect(ms).toBeGreaterThan(190)
    await endpoint.server.log.waitFor(entry => entry.closedByClient)
  })

  it('first-byte: a stream whose headers come and nothing more', async () => {
    endpoint.server.faults.next({ after: { events: 0 }, do: 'stall' })
    endpoint.responder.push('x')
    const { error } = await failing(
      streamModel(endpoint.model(undefined, { connect: { firstByteTimeoutMs: 150 } }), callOf()),
    )
    expect(error).toMatchObject({ which: 'first-byte' })
  })

  it('idle: counts only while the reader waits', async () => {
    endpoint.responder.push('one two three four five six')
    const stream = await streamModel(endpoint.model(undefined, { connect: { idleTimeoutMs: 60 } }), callOf())
    for await (const _ of stream) await new Promise(resolve => setTimeout(resolve, 100))
    expect(stream.response().state).toBe('complete')
  })

  it('idle: a trickle slower than the limit', async () => {
    endpoint.server.faults.next({ chunkBytes: 16, chunkDelayMs: 40 })
    endpoint.responder.push('slow')
    const opened = await failing(
      streamModel(endpoint.model(undefined, { connect: { idleTimeoutMs: 100 } }), callOf())
        .then(drain)
        .then(({ error }) => Promise.reject(error)),
    )
    expect(opened.error).toMatchObject({ which: 'idle' })
  })

  it("total: the call's own limit wins, over the whole of a stream that keeps sending", async () => {
    endpoint.server.faults.next({ chunkBytes: 4, chunkDelayMs: 5 })
    endpoint.responder.push('x'.repeat(2000))
    const { ms, error } = await failing(
      streamModel(endpoint.model(), callOf({ settings: { timeoutMs: 300 } }))
        .then(drain)
        .then(result => Promise.reject(result.error)),
    )
    expect(error).toMatchObject({ which: 'total', timeoutMs: 300 })
    expect(ms).toBeGreaterThan(290)
  })

  it('total: covers the waits between retries', async () => {
    endpoint.server.faults.always({ error: { type: 'ThrottlingException' } })
    const { error } = await failing(requestModel(endpoint.model(), callOf({ settings: { timeoutMs: 100 } })))
    expect(error).toMatchObject({ which: 'total' })
  })

  it('leave no timer behind', async () => {
    // its own: the last retry of the test above may come in late and take a reply
    await using own = await startEndpoint()
    own.responder.push('a', 'b')
    const model = own.model()
    const before = timers()
    await requestModel(model, callOf())
    await drain(await streamModel(model, callOf()))
    // the SDK keeps some of its own for sockets, for seconds; ours run for minutes
    await vi.waitFor(() => expect(timers()).toBeLessThanOrEqual(before + 2), { timeout: 15_000, interval: 100 })
  })
})

function timers(): number {
  return process.getActiveResourcesInfo().filter(name => name === 'Timeout').length
}
