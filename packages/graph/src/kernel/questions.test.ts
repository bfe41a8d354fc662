import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import {
  expectDone,
  graphBuilder,
  interruptPoint,
  memoryStore,
  type,
  type GraphStore,
  type InterruptAnswer,
  type StepContext,
} from '../index.ts'

const approve = interruptPoint('approve', { payload: z.object({ invoice: z.string() }), resume: z.boolean() })
const wait = (ms: number) => new Promise(resolve => setTimeout(resolve, ms))

const oneStep = (run: (ctx: StepContext<undefined, undefined, string[]>) => unknown, retry?: number) => {
  const g = graphBuilder({ name: 'one', input: type<string[]>(), output: type<unknown>() })
  const policy = retry === undefined ? {} : { retry: { maxAttempts: retry, initialDelayMs: 1 } }
  g.start.step('only', run, policy).to(g.end)
  return g.build()
}

/** Runs to the end; each round answers what is open. @returns the output and what was asked, by id */
const answerAll = async (
  app: ReturnType<typeof oneStep>,
  options: { input: string[]; store?: GraphStore },
  choose: (payload: unknown, id: string) => InterruptAnswer,
) => {
  const asked = new Map<string, unknown>()
  let outcome = await app.run(options)
  for (let round = 0; outcome.status === 'interrupted'; round++) {
    if (round > 10) throw new Error('asks for ever')
    for (const { id, payload } of outcome.interrupts) {
      expect(asked.has(id)).toBe(false)
      asked.set(id, payload)
    }
    outcome = await outcome.resume(outcome.interrupts.map(({ id, payload }) => choose(payload, id)))
  }
  if (outcome.status !== 'done') throw new Error(outcome.status)
  return { output: outcome.output, asked }
}

/** A copy of a stored run with another first snapshot: as an earlier version of the package would have left it. */
const rewritten = async (
  store: GraphStore,
  runId: string,
  change: (task: Record<string, unknown>) => void,
): Promise<GraphStore> => {
  const copy = memoryStore()
  const run = (await store.get(runId))!
  const [first] = await store.read(runId, { limit: 1 })
  const data = JSON.parse(first!.data) as { s: { tasks: Record<string, unknown>[] } }
  change(data.s.tasks[0]!)
  const lease = await copy.create({ ...run, status: 'running', seq: 1 }, [{ ...first!, data: JSON.stringify(data) }], {
    owner: 'earlier',
    ttlMs: 1000,
  })
  await copy.release(lease)
  return copy
}

for (const kind of ['without a store', 'with a store'])
  describe(`a question is told by its payload, ${kind}`, () => {
    const stored = () => (kind === 'with a store' ? { store: memoryStore() } : {})

    it('though the calls come in another order when the node runs again', async () => {
      const app = oneStep(async ({ input, interrupt, once }) =>
        Promise.all(
          input.map(async (id, index) => {
            const invoice = await once(`load ${id}`, async () => (await wait(index === 0 ? 20 : 2), id))
            return [invoice, (await interrupt(approve, { invoice })) ? 'paid' : 'refused']
          }),
        ),
      )
      const { output, asked } = await answerAll(app, { input: ['fraud', 'small'], ...stored() }, (payload, id) =>
        approve.answer((payload as { invoice: string }).invoice === 'small', id),
      )
      expect(output).toEqual([
        ['fraud', 'refused'],
        ['small', 'paid'],
      ])
      expect([...asked.values()]).toEqual([{ invoice: 'small' }, { invoice: 'fraud' }])
    })

    it('equal payloads are told by their order, however their members are ordered', async () => {
      const point = interruptPoint('p', { payload: type<Record<string, unknown>>(), resume: z.string() })
      let runs = 0
      const app = oneStep(async ({ interrupt }) => {
        runs++
        const same = () => (runs % 2 === 0 ? { a: 1, b: [{ c: 2, d: 3 }] } : { b: [{ d: 3, c: 2 }], a: 1 })
        return Promise.all([interrupt(point, same()), interrupt(point, same()), interrupt(point, { b: 1, a: [1] })])
      })
      const { output, asked } = await answerAll(app, { input: [], ...stored() }, (_, id) => point.answer(id, id))
      expect(output).toEqual([...asked.keys()])
      expect(asked.size).toBe(3)
    })

    it('or by its key, where the payload changes from run to run', async () => {
      const point = interruptPoint('p', { payload: z.object({ at: z.number() }), resume: z.string() })
      let at = 0
      const app = oneStep(async ({ input, interrupt }) => {
        const names = at % 2 === 0 ? input : [...input].reverse()
        const answers = await Promise.all(names.map(key => interrupt(point, { at: at++ }, { key })))
        // one key is one question
        expect(await interrupt(point, { at: at++ }, { key: names[0]! })).toBe(answers[0])
        return Object.fromEntries(names.map((name, index) => [name, answers[index]]))
      })
      const names = ['x', '0', 'a#0', '%23', 'ü']
      const { output, asked } = await answerAll(app, { input: names, ...stored() }, (_, id) => point.answer(id, id))
      expect(asked.size).toBe(names.length)
      expect(new Set(Object.values(output as object)).size).toBe(names.length)
      expect((output as Record<string, string>)['x']).toBe('1:p#=x')
    })

    it('also one that was open when its node failed: it keeps its id, and its answer', async () => {
      let runs = 0
      const app = oneStep(async ({ input, interrupt }) => {
        runs++
        const order = runs === 1 ? input : [...input].reverse()
        const asked = Promise.all(order.map(async invoice => [invoice, await interrupt(approve, { invoice })]))
        if (runs > 1) return Object.fromEntries(await asked)
        await wait(10)
        throw new Error('after asking')
      }, 2)
      const { output, asked } = await answerAll(app, { input: ['a', 'b'], ...stored() }, (payload, id) =>
        approve.answer((payload as { invoice: string }).invoice === 'a', id),
      )
      expect(output).toEqual({ a: true, b: false })
      expect(Object.fromEntries(asked)).toEqual({ '1:approve#0': { invoice: 'a' }, '1:approve#1': { invoice: 'b' } })
    })
  })

describe('journals of earlier versions', () => {
  const ask = oneStep(async ({ input, interrupt }) => {
    const answers: boolean[] = []
    for (const invoice of input) answers.push(await interrupt(approve, { invoice }))
    return answers
  })

  it('an answer without its payload belongs to the n-th call', async () => {
    const store = memoryStore()
    await ask.run({ input: ['a', 'b', 'c'], store, runId: 'r' })
    const old = await rewritten(store, 'r', task => {
      task['memo'] = [
        ['i:approve#0', true],
        ['i:approve#1', false],
      ]
    })
    const third = await ask.resume('r', { store: old })
    expect(third).toMatchObject({ interrupts: [{ id: '1:approve#2', payload: { invoice: 'c' } }] })
    const done = await expectDone(ask.resume('r', { store: old, answers: [approve.answer(true)] }))
    expect(done.output).toEqual([true, false, true])
  })

  it('an open question keeps its id, and its answer finds it', async () => {
    const store = memoryStore()
    await ask.run({ input: ['a', 'b'], store, runId: 'r' })
    const old = await rewritten(store, 'r', task => {
      task['status'] = 'waiting'
      task['memo'] = [['i:approve#0', false]]
      task['waits'] = [{ key: 'approve#1', point: 'approve', payload: { invoice: 'b' } }]
    })
    const open = await ask.resume('r', { store: old })
    expect(open).toMatchObject({ interrupts: [{ id: '1:approve#1' }] })
    const done = await expectDone(ask.resume('r', { store: old, answers: [approve.answer(true)] }))
    expect(done.output).toEqual([false, true])
  })

  it('an answer that does not fit is no answer: the question is asked again', async () => {
    const store = memoryStore()
    await ask.run({ input: ['a'], store, runId: 'r' })
    const old = await rewritten(store, 'r', task => {
      task['memo'] = [['i:approve#0', 'yes']]
    })
    for (let round = 0; round < 2; round++)
      expect(await ask.resume('r', { store: old })).toMatchObject({ interrupts: [{ id: '1:approve#0' }] })
    const done = await expectDone(ask.resume('r', { store: old, answers: [approve.answer(true)] }))
    expect(done.output).toEqual([true])
  })
})

describe('an answer that does not fit its schema', () => {
  const bad = JSON.parse('{"ok":"yes"}') as { ok: boolean }
  const point = interruptPoint('check', { payload: z.null(), resume: z.object({ ok: z.boolean() }) })
  const build = () => oneStep(async ({ interrupt }) => (await interrupt(point, null)).ok)

  it('is refused by the point', () => {
    expect(() => point.answer(bad)).toThrow('answer to interrupt "check"')
    expect(point.answer({ ok: true }, '1:check#0').value).toEqual({ ok: true })
  })

  it('is a default that is refused where it is declared', () => {
    const declare = () =>
      interruptPoint('d', { payload: z.null(), resume: z.object({ ok: z.boolean() }), deadlineMs: 1, default: bad })
    expect(declare).toThrow('default of interrupt "d"')
  })

  it('is refused as plain data before anything is stored, and the right one still counts', async () => {
    const plain = { point: 'check', interruptId: undefined, value: bad }
    for (const store of [undefined, memoryStore()]) {
      const app = build()
      const first = await app.run({ input: [], runId: 'r', ...(store && { store }) })
      if (first.status !== 'interrupted') throw new Error(first.status)
      await expect(first.resume([plain])).rejects.toMatchObject({ code: 'input' })
      if (store !== undefined) {
        expect((await store.get('r'))?.status).toBe('interrupted')
        const { entries } = await app.history('r', { store })
        expect(entries.flatMap(({ events }) => events).map(event => event.type)).not.toContain('answer')
      }
      expect((await expectDone(first.resume([point.answer({ ok: true })]))).output).toBe(true)
    }
  })

  it('is refused by the node in a process that has not asked yet: the question stays open', async () => {
    const store = memoryStore()
    await build().run({ input: [], store, runId: 'r' })
    const other = build()
    const resumed = other.resume('r', { store, answers: [{ point: 'check', interruptId: '1:check#0', value: bad }] })
    await expect(resumed).rejects.toMatchObject({ code: 'input' })
    expect((await store.get('r'))?.status).toBe('interrupted')
    expect(await other.resume('r', { store })).toMatchObject({ interrupts: [{ id: '1:check#0' }] })
    const done = await expectDone(build().resume('r', { store, answers: [point.answer({ ok: false })] }))
    expect(done.output).toBe(false)
  })

  it('is refused in a run driven by hand', async () => {
    const run = await build().iter({ input: [] })
    await run.next()
    await expect(run.answer([{ point: 'check', interruptId: undefined, value: 1 }])).rejects.toThrow('check')
    await run.answer([point.answer({ ok: true })])
    expect(await run.next()).toEqual({ kind: 'end', output: true })
  })
})
