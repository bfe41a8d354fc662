import { getEventListeners } from 'node:events'
import { describe, expect, it } from 'vitest'
import { onAbort } from './on-abort.ts'

describe('onAbort', () => {
  it('calls everybody once, in order, through one listener', () => {
    const controller = new AbortController()
    const called: number[] = []
    for (let n = 0; n < 100; n += 1) onAbort(controller.signal, () => called.push(n))
    expect(getEventListeners(controller.signal, 'abort')).toHaveLength(1)
    controller.abort()
    controller.abort()
    expect(called).toEqual(Array.from({ length: 100 }, (_, n) => n))
  })

  it('calls at once for a signal that is aborted', () => {
    const called: string[] = []
    onAbort(AbortSignal.abort(), () => called.push('now'))()
    expect(called).toEqual(['now'])
  })

  it('forgets who stops waiting, and leaves no listener behind', () => {
    const controller = new AbortController()
    const called: string[] = []
    const stops = ['a', 'b'].map(name => onAbort(controller.signal, () => called.push(name)))
    stops[0]!()
    stops[0]!()
    expect(getEventListeners(controller.signal, 'abort')).toHaveLength(1)
    stops[1]!()
    expect(getEventListeners(controller.signal, 'abort')).toHaveLength(0)
    onAbort(controller.signal, () => called.push('c'))
    controller.abort()
    expect(called).toEqual(['c'])
  })

  it('a function given twice is called twice', () => {
    const controller = new AbortController()
    let calls = 0
    const count = () => (calls += 1)
    onAbort(controller.signal, count)
    const stop = onAbort(controller.signal, count)
    stop()
    onAbort(controller.signal, count)
    controller.abort()
    expect(calls).toBe(2)
  })
})
