import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { runs } from '../../../../scripts/test-support/property-runs.ts'
import { addUp, append, ConcurrentUpdateError, expectDone, graphBuilder, memoryStore, type } from '../index.ts'

interface State {
  q: number[]
  o: { [key: string]: unknown }
}
type Change = (state: State) => void

const initial = (): State => ({ q: [1, 2, 3], o: { list: [[1, 2], 3], length: 4, n: 1 } })

/** Two branches that change the state at once. */
const both = (onConflict: 'error' | 'last', first: Change, second: Change) => {
  const g = graphBuilder({
    name: 'both',
    state: type<State>(),
    input: type<number>(),
    output: type<null>(),
    onConflict,
  })
  g.start
    .broadcast(flow => [
      flow.step('first', ({ state }) => first(state)),
      flow.step('second', ({ state }) => second(state)),
    ])
    .ignore()
    .to(g.end)
  return g.build()
}

const merged = async (onConflict: 'error' | 'last', first: Change, second: Change): Promise<State> => {
  const live = await expectDone(both(onConflict, first, second).run({ input: 1, state: initial() }))
  const store = memoryStore()
  const app = both(onConflict, first, second)
  await expectDone(app.run({ input: 1, state: initial(), store, runId: 'r' }))
  expect((await app.at('r', { store })).state).toEqual(live.state)
  return live.state
}

const changes: Readonly<Record<string, Change>> = {
  pop: ({ q }) => void q.pop(),
  shift: ({ q }) => void q.shift(),
  push: ({ q }) => void q.push(9),
  clear: ({ q }) => void (q.length = 0),
  set: ({ q }) => void (q[1] = 8),
}

describe('what parallel branches do to one array', () => {
  it.each([
    ['pop', 'push'],
    ['push', 'pop'],
    ['shift', 'push'],
    ['push', 'shift'],
    ['clear', 'push'],
    ['push', 'clear'],
    ['pop', 'set'],
    ['set', 'shift'],
    ['pop', 'pop'],
    ['push', 'push'],
  ])('%s and %s are a conflict', async (first, second) => {
    await expect(merged('error', changes[first]!, changes[second]!)).rejects.toThrow(ConcurrentUpdateError)
  })

  it('is none where they change different elements', async () => {
    expect((await merged('error', changes['set']!, changes['push']!)).q).toEqual([1, 8, 3, 9])
  })

  it("gives the array of the later branch with onConflict: 'last'", async () => {
    expect((await merged('last', changes['pop']!, changes['push']!)).q).toEqual([1, 2, 3, 9])
    expect((await merged('last', changes['push']!, changes['pop']!)).q).toEqual([1, 2])
    expect((await merged('last', changes['clear']!, changes['set']!)).q).toEqual([1, 8, 3])
    expect((await merged('last', changes['set']!, changes['push']!)).q).toEqual([1, 8, 3, 9])
  })

  it("gives the object of the later branch with onConflict: 'last'", async () => {
    const replace: Change = state => void (state.o = { n: 5 })
    const write: Change = state => void (state.o['n'] = 6)
    expect((await merged('last', replace, write)).o).toEqual({ ...initial().o, n: 6 })
    expect((await merged('last', write, replace)).o).toEqual({ n: 5 })
  })

  it('knows an array from an object with a length', async () => {
    const { o } = await merged(
      'error',
      state => void (state.o['length'] = 5),
      state => void (state.o['n'] = 6),
    )
    expect(o).toEqual({ ...initial().o, length: 5, n: 6 })
  })
})

// every value is another one, and no change looks at what is there: so changes that do not conflict can be made in any order
const change = fc.record({
  kind: fc.constantFrom('set', 'push', 'pop', 'shift', 'cut', 'delete', 'replace'),
  path: fc.constantFrom<string[]>(['q'], ['o'], ['o', 'list'], ['o', 'list', '0']),
  index: fc.nat(2),
})
type Step = typeof change extends fc.Arbitrary<infer T> ? T : never

const make =
  (steps: readonly Step[], mark: number): Change =>
  state => {
    steps.forEach(({ kind, path, index }, at) => {
      const value = mark * 100 + at
      let target: unknown = state
      for (const key of path) target = (target as Record<string, unknown> | undefined)?.[key]
      if (Array.isArray(target)) {
        if (kind === 'push') target.push(value)
        else if (kind === 'set' || kind === 'replace') target[index] = kind === 'set' ? value : [value, value]
        else if (target.length > 0 && kind === 'pop') target.pop()
        else if (target.length > 0 && kind === 'shift') target.shift()
        // no list begins with fewer than two: a cut at two would look whether the other branch has made it longer
        else if (target.length > index && index < 2 && kind === 'cut') target.length = index
      } else if (typeof target === 'object' && target !== null) {
        const key = ['n', 'list', `new ${mark}`][index]!
        const record = target as Record<string, unknown>
        if (kind === 'set') record[key] = value
        else if (kind === 'replace') record[key] = [value, { value }]
        else if (kind === 'delete') delete record[key]
      }
    })
  }

/** Without holes and without `undefined`. */
const isSound = (value: unknown): boolean =>
  Array.isArray(value)
    ? Array.from(value).every(isSound)
    : typeof value === 'object' && value !== null
      ? Object.values(value).every(isSound)
      : value !== undefined

describe('whatever two branches write', () => {
  const steps = fc.array(change, { maxLength: 3 })

  const lengthChanges: Partial<Record<Step['kind'], string>> = {
    push: 'longer',
    set: 'longer',
    replace: 'longer',
    pop: 'shorter',
    shift: 'shorter',
    cut: 'shorter',
  }
  // what counts is what a branch leaves: one that makes an array longer and shorter again may have written nothing
  const isPlain = (branch: readonly Step[]) => new Set(branch.flatMap(({ kind }) => lengthChanges[kind] ?? [])).size < 2

  it('it is a conflict, or the same as one after the other', async () => {
    let agreed = 0
    const plain = steps.filter(isPlain)
    await fc.assert(
      fc.asyncProperty(plain, plain, async (first, second) => {
        const inTurn = initial()
        const state = await merged('error', make(first, 1), make(second, 2)).catch((error: unknown) => {
          if (error instanceof ConcurrentUpdateError) return undefined
          throw error
        })
        if (state === undefined) return
        agreed++
        make(first, 1)(inTurn)
        make(second, 2)(inTurn)
        // an array that is written beyond its end is filled with null
        expect(state).toEqual(JSON.parse(JSON.stringify(inTurn)))
      }),
      runs(400),
    )
    expect(agreed).toBeGreaterThan(20)
  })

  it("makes a sound state with onConflict: 'last', in which the later branch has all it wrote", async () => {
    await fc.assert(
      fc.asyncProperty(steps, steps, async (first, second) => {
        const state = await merged('last', make(first, 1), make(second, 2))
        expect(isSound(state)).toBe(true)
        const text = JSON.stringify(state)
        const alone = initial()
        make(second, 2)(alone)
        for (const value of JSON.stringify(alone).match(/\b2\d\d\b/g) ?? []) expect(text).toContain(value)
      }),
      runs(400),
    )
  })
})

describe('a join that closes all forks', () => {
  const summing = () => {
    const g = graphBuilder({
      name: 'summing',
      state: type<{ n: number; log: string[] }>(),
      input: type<number[][]>(),
      output: type<number[]>(),
      reducers: { n: addUp, log: append },
    })
    g.start
      .map()
      .step('outer', ({ input, state }) => {
        state.n += 1
        state.log.push(`outer ${input.join()}`)
        return input
      })
      .map()
      .step('inner', ({ input, state }) => {
        state.n += 1
        state.log.push(`inner ${input}`)
        return [input, -input]
      })
      .map()
      .step('innermost', ({ input, state }) => {
        state.n += 100
        state.log.push(`innermost ${input}`)
        return input
      })
      .collect({ closes: 'all' })
      .to(g.end)
    return g.build()
  }

  it('reduces what every branch added, once', async () => {
    const { output, state } = await expectDone(summing().run({ input: [[1, 2], [3]], state: { n: 0, log: [] } }))
    expect(output).toEqual([1, -1, 2, -2, 3, -3])
    expect(state).toEqual({
      n: 605,
      log: [
        'outer 1,2',
        'inner 1',
        'innermost 1',
        'innermost -1',
        'inner 2',
        'innermost 2',
        'innermost -2',
        'outer 3',
        'inner 3',
        'innermost 3',
        'innermost -3',
      ],
    })
  })

  const filling = () => {
    const g = graphBuilder({
      name: 'filling',
      state: type<{ o: Record<string, Record<string, number>> }>(),
      input: type<number[]>(),
      output: type<number[]>(),
    })
    g.start
      .map({ concurrency: 1 })
      .step('make', ({ input, state }) => {
        state.o[`k${input}`] = { made: 1 }
        return [input]
      })
      .map()
      .step('fill', ({ input, state }) => {
        state.o[`k${input}`]!['filled'] = 1
        return [input]
      })
      .map()
      .step('close', ({ input, state }) => {
        state.o[`k${input}`]!['closed'] = 1
        return input
      })
      .collect({ closes: 'all' })
      .to(g.end)
    return g.build()
  }

  it.each([
    ['summing', summing, { input: [[1, 2], [3]], state: { n: 0, log: [] } }],
    ['filling', filling, { input: [1, 2], state: { o: {} } }],
  ])('does the same whenever a run is taken up from a snapshot: %s', async (_name, make, options) => {
    const app = make()
    const store = memoryStore()
    // each graph is given with its own options
    const { status, state } = await app.run({ ...options, store, runId: 'r' } as never)
    expect(status).toBe('done')
    const { seq } = (await store.get('r'))!
    for (let at = 1; at <= seq; at++) {
      const forked = await app.fork('r', { store, seq: at })
      expect((await app.resume(forked, { store })).state).toEqual(state)
    }
  })

  it('merges the writes of inner branches with those around them', async () => {
    const { state } = await expectDone(filling().run({ input: [1, 2], state: { o: {} } }))
    const whole = { made: 1, filled: 1, closed: 1 }
    expect(state).toEqual({ o: { k1: whole, k2: whole } })
  })
})
