import { getEventListeners } from 'node:events'
import { describe, expect, it } from 'vitest'
import { ConcurrencyLimitExceeded } from '../errors/run-error.ts'
import { ConcurrencyLimiter } from './concurrency-limiter.ts'

/** Lets everything that can go on go on. */
const settle = () => new Promise(resolve => setTimeout(resolve))

describe('ConcurrencyLimiter', () => {
  it('lets as many run as it may, the others in the order they came', async () => {
    const limiter = new ConcurrencyLimiter(2)
    const log: string[] = []
    const finish: (() => void)[] = []
    const jobs = ['a', 'b', 'c', 'd'].map(name =>
      limiter.run(async () => {
        log.push(name)
        await new Promise<void>(resolve => finish.push(resolve))
        return name
      }),
    )
    await settle()
    expect([log, limiter.runningCount, limiter.waitingCount]).toEqual([['a', 'b'], 2, 2])
    finish[1]!()
    await settle()
    expect([log, limiter.runningCount, limiter.waitingCount]).toEqual([['a', 'b', 'c'], 2, 1])
    finish[0]!()
    finish[2]!()
    await settle()
    finish[3]!()
    expect(await Promise.all(jobs)).toEqual(['a', 'b', 'c', 'd'])
    expect([limiter.runningCount, limiter.waitingCount]).toEqual([0, 0])
  })

  it('gives the slot back after an error', async () => {
    const limiter = new ConcurrencyLimiter(1)
    await expect(limiter.run(() => Promise.reject(new Error('boom')))).rejects.toThrow('boom')
    expect(limiter.runningCount).toBe(0)
  })

  it('refuses when the queue is full', async () => {
    const limiter = new ConcurrencyLimiter({ maxRunning: 1, maxQueued: 1 })
    const release = await limiter.acquire()
    const waiting = limiter.acquire()
    await expect(limiter.acquire()).rejects.toThrow(ConcurrencyLimitExceeded)
    release()
    release()
    ;(await waiting)()
    expect(limiter.runningCount).toBe(0)
  })

  it('lets one who was cancelled leave the queue', async () => {
    const limiter = new ConcurrencyLimiter(1)
    const release = await limiter.acquire()
    const controller = new AbortController()
    const cancelled = limiter.acquire(controller.signal)
    const next = limiter.acquire()
    controller.abort(new Error('enough'))
    await expect(cancelled).rejects.toThrow('enough')
    await expect(limiter.acquire(controller.signal)).rejects.toThrow('enough')
    expect(limiter.waitingCount).toBe(1)
    release()
    ;(await next)()
    expect(limiter.runningCount).toBe(0)
  })

  it('listens once to a signal that many who wait share, and no longer than they wait', async () => {
    const limiter = new ConcurrencyLimiter(1)
    const release = await limiter.acquire()
    const { signal } = new AbortController()
    const waiting = Array.from({ length: 20 }, () => limiter.run(() => {}, signal))
    expect(getEventListeners(signal, 'abort')).toHaveLength(1)
    release()
    await Promise.all(waiting)
    expect(getEventListeners(signal, 'abort')).toEqual([])
  })

  it('needs room for one', () => {
    expect(() => new ConcurrencyLimiter(0)).toThrow(RangeError)
    expect(() => new ConcurrencyLimiter(Number.NaN)).toThrow(RangeError)
  })
})
