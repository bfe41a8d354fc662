import { z } from 'zod'
import { interruptPoint, type, type GraphRunContext, type InterruptPoint } from './index.ts'

declare const ctx: GraphRunContext
type Same<A, B> = [A] extends [B] ? ([B] extends [A] ? true : never) : never
const is = <T extends true>(): T => true as T

// what goes in differs from what comes out
const count = interruptPoint('count', {
  payload: z.object({ at: z.string().transform(Number), unit: z.string().default('kg') }),
  resume: z.string().transform(Number),
  deadlineMs: 1,
  default: '1',
})
const counting = async () => {
  const answer = await ctx.interrupt(count, { at: '7' })
  is<Same<typeof answer, number>>()
  count.answer('7')
  count.answer('7', '1:count#0')
  const read: string | undefined = count.default?.value
  return read
}
void counting
is<Same<typeof count, InterruptPoint<{ at: string; unit?: string | undefined }, number, string>>>()
// @ts-expect-error 1: an answer is what the schema takes in
count.answer(7)
// @ts-expect-error 2: so is a payload
void ctx.interrupt(count, { at: 7 })
const doubled = async () => {
  const answer = await ctx.interrupt(count, { at: '7' })
  // @ts-expect-error 3: the node gets what it gives out
  answer.toUpperCase()
}
void doubled
// @ts-expect-error 4: and so is a default
interruptPoint('count', { payload: z.null(), resume: z.string().transform(Number), default: 1 })

// defaults
const noted = interruptPoint('noted', {
  payload: z.null(),
  resume: z.object({ ok: z.boolean(), note: z.string().default('') }),
  default: { ok: false },
})
noted.answer({ ok: true })
noted.answer({ ok: true, note: 'x' })
const noting = async () => (await ctx.interrupt(noted, null)).note.toUpperCase()
void noting
// @ts-expect-error 5: without a default it must be there
noted.answer({ note: 'x' })
interruptPoint('name', { payload: z.null(), resume: z.string().default('nobody') }).answer(undefined)
// @ts-expect-error 6: nothing is no string
interruptPoint('name', { payload: z.null(), resume: z.string() }).answer(undefined)

// a schema that changes nothing, with its two parameters
const plain: InterruptPoint<{ n: number }, boolean> = interruptPoint('plain', {
  payload: type<{ n: number }>(),
  resume: type<boolean>(),
})
plain.answer(true)
// @ts-expect-error 7: the answer has a type
plain.answer('yes')
// @ts-expect-error 8: points of other answers are others
const other: InterruptPoint<{ n: number }, string> = plain
void other
