import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import {
  expectDone,
  graphBuilder,
  interruptPoint,
  memoryStore,
  type,
  type InterruptAnswer,
  type InterruptPoint,
} from './index.ts'

const asking = <TAnswer>(point: InterruptPoint<null, TAnswer, unknown>) => {
  const g = graphBuilder({ name: 'asking', output: type<unknown>() })
  g.start
    .step('ask', async ({ interrupt }) => {
      const answer = await interrupt(point, null)
      return answer === undefined ? 'undefined' : answer
    })
    .to(g.end)
  return g.build()
}

/** What the node got, in runs without a store, with one, and taken up from its store by a process that has not asked. */
const received = async <TAnswer>(
  point: InterruptPoint<null, TAnswer, unknown>,
  answers: readonly InterruptAnswer[],
): Promise<unknown[]> => {
  const got: unknown[] = []
  for (const store of [undefined, memoryStore(), memoryStore()]) {
    const first = await asking(point).run({ runId: 'r', ...(store && { store }) })
    if (first.status !== 'interrupted') throw new Error(first.status)
    if (point.deadlineMs !== undefined) await new Promise(resolve => setTimeout(resolve, point.deadlineMs! + 5))
    const resumed =
      got.length < 2 ? first.resume(answers) : asking(point).resume('r', { answers, ...(store && { store }) })
    got.push((await expectDone(resumed)).output)
  }
  return got
}

const payload = z.null()
const thrice = (value: unknown) => [value, value, value]

describe('an answer', () => {
  it('is what its schema takes in, and the node gets what it gives out', async () => {
    const count = interruptPoint('count', { payload, resume: z.string().transform(text => Number(text) + 1) })
    expect(await received(count, [count.answer('7')])).toEqual(thrice(8))
    // the compiler refuses it too
    expect(() => count.answer(JSON.parse('7') as string)).toThrow('answer to interrupt "count"')
  })

  it('may leave out what has a default', async () => {
    const resume = z.object({ ok: z.boolean(), note: z.string().default('none') })
    const point = interruptPoint('ok', { payload, resume })
    expect(await received(point, [point.answer({ ok: true })])).toEqual(thrice({ ok: true, note: 'none' }))
  })

  it('may be nothing, if the schema takes that', async () => {
    const name = interruptPoint('name', { payload, resume: z.string().default('nobody') })
    expect(await received(name, [name.answer(undefined)])).toEqual(thrice('nobody'))
    const sent = JSON.parse(JSON.stringify(name.answer(undefined))) as InterruptAnswer
    expect(await received(name, [sent])).toEqual(thrice('nobody'))
    const maybe = interruptPoint('maybe', { payload, resume: z.number().optional() })
    expect(await received(maybe, [maybe.answer(undefined)])).toEqual(thrice('undefined'))
    const must = interruptPoint('must', { payload, resume: z.number() })
    expect(() => must.answer(JSON.parse('{}').x as number)).toThrow('answer to interrupt "must"')
  })
})

describe('a default', () => {
  it('reaches the node as an answer does: parsed, once', async () => {
    const resume = z.string().transform(text => Number(text) + 1)
    const count = interruptPoint('count', { payload, resume, deadlineMs: 1, default: '7' })
    expect(await received(count, [])).toEqual(thrice(8))
  })

  it('may be null, or nothing', async () => {
    const none = interruptPoint('none', { payload, resume: z.number().nullable(), deadlineMs: 1, default: null })
    expect(await received(none, [])).toEqual(thrice(null))
    const resume = z.string().default('nobody')
    const name = interruptPoint('name', { payload, resume, deadlineMs: 1, default: undefined })
    expect(await received(name, [])).toEqual(thrice('nobody'))
  })
})

it('a payload is what its schema takes in, and goes out as it gives out', async () => {
  const given = z.object({ amount: z.string().transform(Number), currency: z.string().default('EUR') })
  const pay = interruptPoint('pay', { payload: given, resume: z.boolean() })
  const g = graphBuilder({ name: 'paying', output: z.boolean() })
  g.start.step('pay', ({ interrupt }) => interrupt(pay, { amount: '20' })).to(g.end)
  for (const store of [undefined, memoryStore()]) {
    const outcome = await g.build().run(store ? { store } : {})
    if (outcome.status !== 'interrupted') throw new Error(outcome.status)
    expect(outcome.interrupts.map(open => open.payload)).toEqual([{ amount: 20, currency: 'EUR' }])
    expect((await expectDone(outcome.resume([pay.answer(true)]))).output).toBe(true)
  }
})
