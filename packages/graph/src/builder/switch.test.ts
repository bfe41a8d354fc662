import { describe, expect, it } from 'vitest'
import { expectDone, graphBuilder, memoryStore, NoBranchError, type } from '../index.ts'

type Value = 1 | 'a' | 'null' | boolean | null | undefined

/** A graph that says which case took the value. */
const cases = () => {
  const g = graphBuilder({ name: 'cases', input: type<{ key?: Value }>(), output: type<string>() })
  g.start
    .switch('key', {
      1: flow => flow.step('one', () => 'one'),
      a: flow => flow.step('a', ({ input }) => `letter ${input.key}`),
      true: flow => flow.step('yes', () => 'yes'),
      false: flow => flow.step('no', () => 'no'),
      null: flow => flow.step('nothing', () => 'nothing'),
      undefined: flow => flow.step('missing', () => 'missing'),
    })
    .to(g.end)
  return g.build()
}

describe('switch', () => {
  it.each([
    [{ key: 1 }, 'one'],
    [{ key: 'a' }, 'letter a'],
    [{ key: true }, 'yes'],
    [{ key: false }, 'no'],
    [{ key: null }, 'nothing'],
    [{ key: 'null' }, 'nothing'],
    [{ key: undefined }, 'missing'],
    [{}, 'missing'],
  ] satisfies [{ key?: Value }, string][])('takes %o to its case', async (input, wanted) => {
    expect((await expectDone(cases().run({ input }))).output).toBe(wanted)
    expect((await expectDone(cases().run({ input, store: memoryStore() }))).output).toBe(wanted)
  })

  it('gives what has no case to otherwise, and draws it', async () => {
    const g = graphBuilder({ name: 'rest', input: type<{ name: string }>(), output: type<string>() })
    g.start
      .switch(
        'name',
        { ada: flow => flow.step('known', ({ input }) => `hello ${input.name}`) },
        { id: 'who', otherwise: flow => flow.step('stranger', ({ input }) => `who is ${input.name}?`) },
      )
      .to(g.end)
    const app = g.build()
    expect((await expectDone(app.run({ input: { name: 'ada' } }))).output).toBe('hello ada')
    expect((await expectDone(app.run({ input: { name: 'otherwise' } }))).output).toBe('who is otherwise?')
    expect((await expectDone(app.run({ input: { name: 'constructor' } }))).output).toBe('who is constructor?')
    expect(app.topology.nodes.find(({ id }) => id === 'who')?.edges).toEqual([
      { to: 'known', label: 'ada' },
      { to: 'stranger', label: 'otherwise' },
    ])
  })

  it('takes objects by no case, whatever their text', async () => {
    const g = graphBuilder({ name: 'odd', input: type<{ kind: 'a' | string[] }>(), output: type<string>() })
    g.start
      .switch(
        'kind',
        { a: flow => flow.step('letter', () => 'letter') },
        { otherwise: flow => flow.step('list', ({ input }) => input.kind.join('+')) },
      )
      .to(g.end)
    const app = g.build()
    expect((await expectDone(app.run({ input: { kind: 'a' } }))).output).toBe('letter')
    expect((await expectDone(app.run({ input: { kind: ['a'] } }))).output).toBe('a')
  })

  it('refuses a value that its type did not announce', async () => {
    const input: { key?: Value } = JSON.parse('{"key":"b"}')
    await expect(cases().run({ input })).rejects.toThrow(NoBranchError)
  })
})
