import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { expectDone, graphBuilder, interruptPoint, memoryStore } from '../index.ts'
import { onEveryStore } from '../test-support/stores.ts'

const point = interruptPoint('go', { payload: z.json(), resume: z.number() })

/** The same nodes and edges; only what the join does differs. */
const joining = (kind: 'two' | 'three' | 'collect') => {
  const g = graphBuilder({ name: 'joining', input: z.array(z.number()), output: z.string() })
  const items = g.start.map().step('work', ({ input }) => input)
  const joined = kind === 'collect' ? items.collect() : items.first(kind === 'two' ? 2 : 3)
  joined
    .step('ask', async ({ interrupt, input }) => {
      await interrupt(point, input)
      return JSON.stringify(input)
    })
    .to(g.end)
  return g.build()
}

/** Two forks, one within the other, and a join that closes the inner one or both. */
const nested = (closes: 'all' | undefined) => {
  const g = graphBuilder({ name: 'nested', input: z.array(z.array(z.number())), output: z.string() })
  g.start
    .map({ id: 'outer' })
    .map({ id: 'inner' })
    .step('ask', async ({ input, interrupt }) => {
      await interrupt(point, input)
      return input
    })
    .collect({ id: 'joined', ...(closes === undefined ? {} : { closes }) })
    .step('show', ({ input }) => JSON.stringify(input))
    .to(g.end)
  return g.build()
}

/** Items that come one by one, or all at once. */
const source = (isStream: boolean) => {
  const g = graphBuilder({ name: 'source', input: z.number(), output: z.array(z.number()) })
  const items = isStream
    ? g.start
        .stream('items', async function* ({ input }) {
          yield input
        })
        .map({ id: 'each' })
    : g.start.step('items', ({ input }) => [input]).map({ id: 'each' })
  items
    .step('ask', ({ input, interrupt }) => interrupt(point, input))
    .collect({ id: 'all' })
    .to(g.end)
  return g.build()
}

describe('a stored run', () => {
  onEveryStore(open => {
    it('is of another version once a join takes another number of items', async () => {
      const { store, other } = open()
      await joining('two').run({ input: [1, 2, 3, 4], store, runId: 'r' })
      const answers = [point.answer(1)]
      for (const kind of ['three', 'collect'] as const) {
        const resumed = joining(kind).resume('r', { store: other, answers })
        await expect(resumed).rejects.toMatchObject({
          code: 'version-mismatch',
          message: expect.stringContaining('Changed nodes: "$start.map.join"') as unknown,
        })
        // it can still be looked at
        expect((await joining(kind).at('r', { store: other })).tasks).toMatchObject([{ nodeId: 'ask' }])
      }
      const migrated = await joining('collect')
        .fork('r', { store, runId: 'copy' })
        .catch((error: unknown) => error)
      expect(migrated).toMatchObject({ code: 'version-mismatch' })
      expect((await expectDone(joining('two').resume('r', { store, answers }))).output).toBe('[1,2]')
    })
  })

  it('goes on where a join changed if it is migrated', async () => {
    const store = memoryStore()
    await joining('two').run({ input: [1, 2, 3, 4], store, runId: 'r' })
    const migrate = <T>(run: T): T => run
    const outcome = joining('three').resume('r', { store, answers: [point.answer(1)], migrate })
    expect((await expectDone(outcome)).output).toBe('[1,2]')
  })

  it('is of another version once a join closes another fork', async () => {
    const store = memoryStore()
    const first = await nested('all').run({ input: [[1], [2]], store, runId: 'r' })
    const answers = first.status === 'interrupted' ? first.interrupts.map(({ id }) => point.answer(1, id)) : []
    expect(nested('all').program.hash).toBe(nested(undefined).program.hash)
    await expect(nested(undefined).resume('r', { store, answers })).rejects.toMatchObject({ code: 'version-mismatch' })
    expect((await expectDone(nested('all').resume('r', { store, answers }))).output).toBe('[1,2]')
  })

  it('is of another version once a step has become a stream', async () => {
    const store = memoryStore()
    const first = await source(true).run({ input: 5, store, runId: 'r' })
    const answers = first.status === 'interrupted' ? first.interrupts.map(({ id }) => point.answer(7, id)) : []
    expect(source(true).program.hash).toBe(source(false).program.hash)
    await expect(source(false).resume('r', { store, answers })).rejects.toMatchObject({ code: 'version-mismatch' })
    expect((await expectDone(source(true).resume('r', { store, answers }))).output).toEqual([7])
  })
})
