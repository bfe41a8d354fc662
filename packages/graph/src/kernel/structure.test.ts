import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { expectDone, graphBuilder, interruptPoint, memoryStore } from '../index.ts'
import { onEveryStore } from '../test-support/stores.ts'

const point = interruptPoint('go', { payload: z.null(), resume: z.number() })

/** The same nodes and edges; only what the join does differs. */
const joining = (kind: 'two' | 'three' | 'collect') => {
  const g = graphBuilder({ name: 'joining', input: z.array(z.number()), output: z.string() })
  const items = g.start.map().step('work', ({ input }) => input)
  const joined = kind === 'collect' ? items.collect() : items.first(kind === 'two' ? 2 : 3)
  joined
    .step('ask', async ({ interrupt, input }) => {
      await interrupt(point, null)
      return JSON.stringify(input)
    })
    .to(g.end)
  return g.build()
}

/** Two forks, one within the other, and a join that closes the inner one or both. */
const nested = (closes: 'all' | undefined) => {
  const g = graphBuilder({ name: 'nested', input: z.array(z.array(z.number())), output: z.string() })
  const inner = g.start
    .map({ id: 'outer' })
    .map({ id: 'inner' })
    .step('ask', async ({ input, interrupt }) => {
      await interrupt(point, null)
      return input
    })
  if (closes === 'all')
    inner
      .collect({ closes })
      .step('show', ({ input }) => JSON.stringify(input))
      .to(g.end)
  else
    inner
      .collect()
      .collect()
      .step('show', ({ input }) => JSON.stringify(input))
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
    const first = await nested(undefined).run({ input: [[1], [2]], store, runId: 'r' })
    const answers = first.status === 'interrupted' ? first.interrupts.map(({ id }) => point.answer(1, id)) : []
    await expect(nested('all').resume('r', { store, answers })).rejects.toMatchObject({ code: 'version-mismatch' })
    expect((await expectDone(nested(undefined).resume('r', { store, answers }))).output).toBe('[[1],[2]]')
  })
})
