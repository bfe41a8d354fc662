import { describe, expect, it } from 'vitest'
import { addUp, expectDone, graphBuilder, memoryStore, type } from '../index.ts'

interface State {
  n: number
  last: number
}

/** Adds all its items to `n` at once, and writes them to `last`; gives `n`. */
const adding = (rules: { reducers?: { n: typeof addUp }; onConflict?: 'error' | 'last' }) => {
  const g = graphBuilder({
    name: 'adding',
    state: type<State>(),
    input: type<number[]>(),
    output: type<number>(),
    ...rules,
  })
  g.start
    .map()
    .step('add', ({ input, state }) => {
      state.n += input
      return input
    })
    .ignore()
    .step('sum', ({ state }) => state.n)
    .to(g.end)
  return g.build()
}

const around = (
  inner: ReturnType<typeof adding>,
  { own, ...rules }: { own: boolean; reducers?: { n: typeof addUp }; onConflict?: 'error' | 'last' },
) => {
  const g = graphBuilder({
    name: 'around',
    state: type<State>(),
    input: type<number[]>(),
    output: type<number>(),
    ...rules,
  })
  if (own) g.start.subgraph('inner', inner, { state: () => ({ n: 0, last: 0 }) }).to(g.end)
  else g.start.subgraph('inner', inner).to(g.end)
  return g.build()
}

/** Without a store, with one, and in a subgraph of a subgraph. */
const outputs = async (app: ReturnType<typeof adding>): Promise<unknown[]> => {
  const options = { input: [1, 2], state: { n: 0, last: 0 } }
  const outer = around(app, { own: false })
  const runs = [app.run(options), app.run({ ...options, store: memoryStore() }), outer.run(options)]
  const codeOf = (error: unknown) => (error as { code?: string }).code
  return Promise.all(runs.map(run => expectDone(run).then(({ output }) => output, codeOf)))
}

const same = (value: unknown) => [value, value, value]

describe('a subgraph merges what its branches wrote by its own rules', () => {
  const rules = {
    reduced: { reducers: { n: addUp } },
    last: { onConflict: 'last' },
    strict: { onConflict: 'error' },
  } as const

  it.each([false, true])('with a state of its own: %s', async own => {
    expect(await outputs(around(adding(rules.reduced), { own }))).toEqual(same(3))
    expect(await outputs(around(adding(rules.last), { own }))).toEqual(same(2))
    expect(await outputs(around(adding({}), { own }))).toEqual(same('concurrent-update'))
  })

  it('and not by those around it', async () => {
    expect(await outputs(around(adding(rules.strict), { own: false, ...rules.last }))).toEqual(
      same('concurrent-update'),
    )
    expect(await outputs(around(adding({}), { own: true, ...rules.last }))).toEqual(same('concurrent-update'))
    expect(await outputs(around(adding({}), { own: true, ...rules.reduced }))).toEqual(same('concurrent-update'))
  })

  it('which hold where it shares the state and says nothing', async () => {
    expect(await outputs(around(adding({}), { own: false, ...rules.reduced }))).toEqual(same(3))
    expect(await outputs(around(adding({}), { own: false, ...rules.last }))).toEqual(same(2))
  })

  it('the graph around it merges by its own', async () => {
    const g = graphBuilder({ name: 'twice', state: type<State>(), input: type<number[]>(), output: type<unknown>() })
    const inner = adding(rules.reduced)
    g.start.all({ a: flow => flow.subgraph('a', inner), b: flow => flow.subgraph('b', inner) }).to(g.end)
    const run = g.build().run({ input: [1, 2], state: { n: 0, last: 0 } })
    await expect(run).rejects.toMatchObject({ code: 'concurrent-update' })
  })
})
