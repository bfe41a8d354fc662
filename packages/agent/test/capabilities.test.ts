import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { agent, FunctionToolset, tool, type Agent, type Capability } from '../src/core.ts'
import { TestModel } from '../src/testing/index.ts'
import { drivers, ways } from './support/drive.ts'
import { answer, call, scripted } from './support/scripted.ts'

/** The order in which capabilities are entered. */
async function order(...capabilities: readonly Capability[]): Promise<readonly string[]> {
  const log: string[] = []
  const marked = capabilities.map(capability => ({
    ...capability,
    beforeRun: () => void log.push(capability.id ?? '?'),
  }))
  await agent({ model: scripted('ok'), capabilities: marked }).run('go')
  return log
}

describe('the order of capabilities', () => {
  it('is the one they are given in', async () => {
    expect(await order({ id: 'a' }, { id: 'b' }, { id: 'c' })).toEqual(['a', 'b', 'c'])
  })

  it('may be changed by what they wish for', async () => {
    expect(await order({ id: 'a' }, { id: 'b', ordering: { position: 'outermost' } }, { id: 'c' })).toEqual([
      'b',
      'a',
      'c',
    ])
    expect(await order({ id: 'a', ordering: { position: 'innermost' } }, { id: 'b' })).toEqual(['b', 'a'])
    expect(await order({ id: 'a' }, { id: 'b', ordering: { wraps: ['a'] } })).toEqual(['b', 'a'])
    expect(await order({ id: 'a', ordering: { wrappedBy: ['c'] } }, { id: 'b' }, { id: 'c' })).toEqual(['b', 'c', 'a'])
  })

  it('cannot be contradictory, have the same id twice, or lack what is required', async () => {
    await expect(
      order({ id: 'a', ordering: { wraps: ['b'] } }, { id: 'b', ordering: { wraps: ['a'] } }),
    ).rejects.toThrow(/contradicts itself/)
    await expect(order({ id: 'a' }, { id: 'a' })).rejects.toThrow('Two capabilities have the id `a`')
    await expect(order({ id: 'a', ordering: { requires: ['z'] } })).rejects.toThrow('`a` requires `z`')
  })

  it('puts those of the run after those of the agent', async () => {
    const log: string[] = []
    const note = (name: string): Capability => ({ beforeRun: () => void log.push(name) })
    await agent({ model: scripted('ok'), capabilities: [note('agent')] }).run('go', { capabilities: [note('run')] })
    expect(log).toEqual(['agent', 'run'])
  })
})

describe('forRun', () => {
  /** Counts the requests of one run. */
  class Counting implements Capability {
    #requests = 0
    readonly #counts: number[]

    constructor(counts: number[]) {
      this.#counts = counts
    }

    forRun() {
      return new Counting(this.#counts)
    }

    afterRun(_: unknown, outcome: { readonly output: unknown }) {
      this.#counts.push(this.#requests)
      return outcome
    }

    beforeModelRequest<T>(_: unknown, request: T): T {
      this.#requests += 1
      return request
    }
  }

  it('gives every run a copy of its own', async () => {
    const counts: number[] = []
    const ping = tool({ name: 'ping', input: z.object({}), run: () => 'pong' })
    const counting = agent({ model: new TestModel(), tools: [ping], capabilities: [new Counting(counts)] })
    await Promise.all([counting.run('a'), counting.run('b'), counting.run('c')])
    expect(counts).toEqual([2, 2, 2])
  })
})

describe('what a capability brings', () => {
  it('instructions, settings, tools', async () => {
    const model = scripted('ok')
    const ping = tool({ name: 'ping', input: z.object({}), run: () => 'pong' })
    const bundle: Capability = {
      instructions: 'From the bundle.',
      modelSettings: ctx => ({ temperature: (ctx.modelSettings.temperature ?? 0) + 1, topP: 0.2 }),
      toolset: new FunctionToolset([ping]),
    }
    await agent({ model, modelSettings: { temperature: 1, topP: 0.9 }, capabilities: [bundle] }).run('go', {
      modelSettings: { topP: 0.1 },
    })
    const [info] = model.infos
    expect(info?.instructions).toBe('From the bundle.')
    expect(info?.functionTools.map(one => one.name)).toEqual(['ping'])
    expect(info?.settings).toEqual({ temperature: 2, topP: 0.1 })
  })

  it.each(ways)('the model of each step; the last one that names one wins, in %s()', async way => {
    const first = scripted(answer(call('ping')))
    const second = scripted('from the second')
    const ping = tool({ name: 'ping', input: z.object({}), run: () => 'pong' })
    const select: Capability = { getModel: ctx => (ctx.step > 1 ? second : undefined) }
    const { output } = await drivers[way](agent({ model: first, tools: [ping], capabilities: [select] }), 'go')
    expect(output).toBe('from the second')
  })

  it('names of models', async () => {
    const resolve: Capability = {
      resolveModelId: id => (id === 'house' ? new TestModel({ customOutputText: 'ours' }) : undefined),
    }
    // strings of your own are named where the agent is
    const named = agent({ capabilities: [resolve] }) as Agent<unknown, string, 'house' | 'other'>
    expect((await named.run('go', { model: 'house' })).output).toBe('ours')
    await expect(named.run('go', { model: 'other' })).rejects.toThrow(/`other`/)
  })

  it('a wrapper around all tools', async () => {
    const ping = tool({ name: 'ping', input: z.object({}), run: () => 'pong' })
    const model = scripted('ok')
    const none: Capability = { wrapToolset: () => new FunctionToolset([]) }
    await agent({ model, tools: [ping], capabilities: [none] }).run('go')
    expect(model.infos[0]?.functionTools).toEqual([])
  })
})
