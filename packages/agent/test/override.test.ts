import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { agent, depsType, FunctionToolset, tool } from '../src/core.ts'
import { TestModel } from '../src/testing/index.ts'
import { answer, call, scripted } from './support/scripted.ts'

const make = (name: string) => tool({ name, input: z.object({}), run: () => name })

describe('override()', () => {
  it('replaces the model for everything that is called, and nothing after it', async () => {
    const real = agent({ model: scripted('real', 'real') })
    const inside = await real.override({ model: new TestModel({ customOutputText: 'fake' }) }, async () => {
      await new Promise(setImmediate)
      return real.run('go')
    })
    expect(inside.output).toBe('fake')
    expect((await real.run('go')).output).toBe('real')
  })

  it('beats what the run says; inner scopes beat outer ones, key by key', async () => {
    const model = scripted('ok', 'ok')
    const named = agent({ model: scripted(), instructions: 'own' })
    await named.override({ model, instructions: 'outer' }, () =>
      named.override({ instructions: 'inner' }, () =>
        named.run('go', { model: scripted(), instructions: 'of the run' }),
      ),
    )
    expect(model.infos[0]?.instructions).toBe('inner')
  })

  it('replaces deps, tools, toolsets, settings and metadata', async () => {
    const model = scripted('ok')
    const rich = agent({
      model,
      deps: depsType<{ user: string }>(),
      instructions: ctx => ctx.deps.user,
      tools: [make('a')],
      toolsets: [new FunctionToolset([make('b')])],
      capabilities: [{ toolset: new FunctionToolset([make('c')]) }],
      modelSettings: { temperature: 1, topP: 0.5 },
      metadata: { a: 1 },
    })
    const result = await rich.override(
      {
        deps: { user: 'test' },
        tools: [make('x')],
        toolsets: [new FunctionToolset([make('y')])],
        modelSettings: { temperature: 0 },
        metadata: { b: 2 },
      },
      () => rich.run('go', { deps: { user: 'real' } }),
    )
    const [info] = model.infos
    expect(info?.instructions).toBe('test')
    expect(info?.functionTools.map(one => one.name)).toEqual(['x', 'y'])
    expect(info?.settings).toEqual({ temperature: 0 })
    expect(result.metadata).toEqual({ b: 2 })
  })

  it('reaches an agent inside a tool of another', async () => {
    const inner = agent({ model: scripted() })
    const ask = tool({ name: 'ask', input: z.object({}), run: async () => (await inner.run('go')).output })
    const outer = agent({ model: scripted(answer(call('ask')), 'done'), tools: [ask] })
    const result = await inner.override({ model: new TestModel({ customOutputText: 'from inside' }) }, () =>
      outer.run('go'),
    )
    expect(result.messages[2]?.parts).toMatchObject([{ content: 'from inside' }])
  })

  it('scopes side by side do not see each other', async () => {
    const shared = agent({ model: scripted() })
    const outputs = await Promise.all(
      ['a', 'b', 'c'].map(name =>
        shared.override({ model: new TestModel({ customOutputText: name }) }, async () => {
          await new Promise(setImmediate)
          return (await shared.run('go')).output
        }),
      ),
    )
    expect(outputs).toEqual(['a', 'b', 'c'])
  })
})

describe('a copy', () => {
  const fake = () => ({ model: new TestModel({ customOutputText: 'fake' }) })

  it('is replaced with its original, wherever it was made', async () => {
    const original = agent({ model: scripted() })
    const before = original.with({ model: scripted() }).with({ name: 'copy of a copy' })
    const outputs = await original.override(fake(), async () => [
      (await before.run('go')).output,
      (await original.with({ name: 'made inside' }).run('go')).output,
    ])
    expect(outputs).toEqual(['fake', 'fake'])
  })

  it('that is replaced does not replace its original', async () => {
    const original = agent({ model: scripted('real') })
    const copy = original.with({ name: 'copy' })
    expect((await copy.override(fake(), () => original.run('go'))).output).toBe('real')
    expect((await copy.override(fake(), () => copy.with({ retries: 2 }).run('go'))).output).toBe('fake')
  })
})

describe('with()', () => {
  it('makes a copy and leaves the original alone', async () => {
    const original = agent({ model: scripted('original'), name: 'first', description: 'd' })
    const copy = original.with({ model: scripted('copy'), name: 'second', retries: 3 })
    expect((await copy.run('go')).output).toBe('copy')
    expect([original.name, copy.name, copy.description]).toEqual(['first', 'second', 'd'])
    expect((await original.run('go')).output).toBe('original')
  })
})
