import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { expectDone, graphBuilder, interruptPoint, memoryStore, type, type Migration, type Schema } from '../index.ts'

const ok = interruptPoint('ok', { payload: type<unknown>(), resume: type<boolean>() })

/** Three versions of one graph: the first counts in `n`, the second in `count`, the third has a node more. */
const versions = (version: 1 | 2 | 3) => {
  const g = graphBuilder({
    name: 'changing',
    version,
    state: type<{ n?: number; count?: number }>(),
    input: type<number>(),
    output: type<string>(),
  })
  const asked = g.start
    .step(version === 1 ? 'old' : 'new', ({ input, state }) => {
      if (version === 1) state.n = 1
      else state.count = (state.count ?? 0) + 1
      return input
    })
    .step('ask', async ({ interrupt }) => interrupt(ok, 1))
    .step('ask again', async ({ interrupt, state }) => (await interrupt(ok, 2)) && `${JSON.stringify(state)}`)
  const last = version === 3 ? asked.step('added', ({ input }) => input) : asked
  last.step('last', ({ input }) => String(input)).to(g.end)
  return g.build()
}

const migrate: Migration = ({ state, tasks }) => {
  const { n } = state as { n?: number }
  if (n === undefined) throw new Error('migrated twice')
  return { state: { count: n }, tasks }
}

describe('a run of an older version', () => {
  it('is migrated once, and then belongs to the new one', async () => {
    const store = memoryStore()
    await versions(1).run({ input: 1, state: {}, store, runId: 'm' })
    await expect(versions(2).resume('m', { store, answers: [ok.answer(true)] })).rejects.toMatchObject({
      code: 'version-mismatch',
    })
    const app = versions(2)
    expect((await app.resume('m', { store, migrate, answers: [ok.answer(true)] })).status).toBe('interrupted')
    expect((await app.at('m', { store })).state).toEqual({ count: 1 })
    // neither asks for a migration again, nor runs one that is still given
    expect(await expectDone(app.resume('m', { store, migrate, answers: [ok.answer(true)] }))).toMatchObject({
      output: '{"count":1}',
    })
    expect((await expectDone(app.resume('m', { store }))).output).toBe('{"count":1}')
  })

  it('can be migrated again by a later version', async () => {
    const store = memoryStore()
    await versions(1).run({ input: 1, state: {}, store, runId: 'm' })
    await versions(2).resume('m', { store, migrate, answers: [ok.answer(true)] })
    const seen: number[] = []
    const again: Migration = ({ version, state, tasks }) => {
      seen.push(version)
      return { state, tasks }
    }
    const done = await expectDone(versions(3).resume('m', { store, migrate: again, answers: [ok.answer(true)] }))
    expect([seen, done.output]).toEqual([[2], '{"count":1}'])
  })

  it('has its state checked by the schema of the new one, which fills in its defaults', async () => {
    const stateful = (version: number, state: Schema) => {
      const g = graphBuilder({ name: 'checked', version, state, output: type<unknown>() })
      g.start
        .step('ask', ({ interrupt }) => interrupt(ok, 1))
        .step('tell', ({ snapshot }) => snapshot())
        .to(g.end)
      return g.build()
    }
    const now = stateful(2, z.object({ count: z.number(), by: z.string().default('nobody') }))
    const answers = [ok.answer(true)]
    for (const [before, given] of [
      [type<{ count: number; by: string } | undefined>(), { n: 1 }],
      [type<undefined>(), undefined],
    ] as const) {
      const store = memoryStore()
      await stateful(1, before).run({ state: given, store, runId: 'm' })
      const wrong = now.resume('m', { store, answers, migrate: saved => saved })
      await expect(wrong).rejects.toMatchObject({ code: 'input', message: expect.stringContaining('migrated state') })
      // nothing of it is stored
      expect(await store.get('m')).toMatchObject({ status: 'interrupted' })
      const right = now.resume('m', { store, answers, migrate: ({ tasks }) => ({ state: { count: 1 }, tasks }) })
      expect((await expectDone(right)).output).toEqual({ count: 1, by: 'nobody' })
    }
  })

  it('can be looked at without a migration', async () => {
    const store = memoryStore()
    await versions(1).run({ input: 1, state: {}, store, runId: 'm' })
    await versions(2).resume('m', { store, migrate, answers: [ok.answer(true)] })
    const app = versions(2)
    const run = await store.get('m')
    const kinds: string[] = []
    for await (const event of app.events('m', { store })) kinds.push(event.type)
    expect(kinds.filter(kind => kind === 'interrupt')).toHaveLength(2)
    expect((await app.history('m', { store, limit: 1000 })).entries).toHaveLength(run!.seq)
    expect(await app.at('m', { store, seq: 2 })).toMatchObject({ state: { n: 1 }, tasks: [{ nodeId: 'ask' }] })
    await expect(app.fork('m', { store, seq: 2 })).rejects.toMatchObject({ code: 'version-mismatch' })
  })
})
