import { describe, expect, it } from 'vitest'
import { agent, RunCancelled } from '../src/core.ts'
import { collect } from './support/drive.ts'
import { scripted } from './support/scripted.ts'
import { streaming } from './support/streams.ts'

describe('output and result of a stream', () => {
  it('can be awaited without reading the stream', async () => {
    const stream = agent({ model: streaming(['a', 'b']) }).stream('hi')
    expect(await stream.output).toBe('ab')
    const result = await stream.result
    expect(result).toMatchObject({ output: 'ab', usage: { requests: 1 } })
    expect(result.messages).toHaveLength(2)
  })

  it('can be awaited before, during and after reading', async () => {
    const stream = agent({ model: streaming(['a', 'b']) }).stream('hi')
    const iterator = stream[Symbol.asyncIterator]()
    const before = stream.output
    let events = 0
    while ((await iterator.next()).done !== true) events += 1
    expect(events).toBe(5)
    expect(await before).toBe('ab')
    expect(await stream.output).toBe('ab')
    expect(await iterator.next()).toEqual({ done: true, value: undefined })
  })

  it('are the same promise of the same run', async () => {
    const model = scripted('once')
    const stream = agent({ model }).stream('hi')
    const [a, b, c] = await Promise.all([stream.result, stream.result, stream.output])
    expect(a).toBe(b)
    expect(c).toBe('once')
    expect(model.sent).toHaveLength(1)
  })

  it('reject with the error of the run, which is nobody’s loss when nobody waits', async () => {
    const unhandled: unknown[] = []
    const onUnhandled = (error: unknown) => unhandled.push(error)
    process.on('unhandledRejection', onUnhandled)
    const stream = agent({ model: scripted() }).stream('hi')
    await expect(collect(stream)).rejects.toThrow('was not expected')
    await new Promise(setImmediate)
    await expect(stream.output).rejects.toThrow('was not expected')
    await new Promise(setImmediate)
    process.off('unhandledRejection', onUnhandled)
    expect(unhandled).toEqual([])
  })

  it('show usage and messages while the run goes on', async () => {
    const stream = agent({ model: streaming(['a', 'b']) }).stream('hi')
    const seen: number[] = []
    for await (const event of stream) if (event.kind !== 'part-delta') seen.push(stream.messages.length)
    expect(seen[0]).toBe(1)
    expect(seen.at(-1)).toBe(2)
    expect(stream.usage.requests).toBe(1)
  })

  it('cancel() ends it from outside', async () => {
    const stream = agent({ model: streaming(['a', 'b', 'c']) }).stream('hi')
    const iterator = stream[Symbol.asyncIterator]()
    await iterator.next()
    await stream.cancel('lost interest')
    const error = await stream.output.catch((thrown: unknown) => thrown)
    expect(RunCancelled.is(error)).toBe(true)
    expect(error).toMatchObject({ reason: 'lost interest' })
    await stream.cancel('again')
  })

  it('cancel() after the end changes nothing', async () => {
    const stream = agent({ model: streaming(['a']) }).stream('hi')
    expect(await stream.output).toBe('a')
    await stream.cancel('too late')
    expect(await stream.output).toBe('a')
  })
})
