import type { Schema } from './schema.ts'
import type { Json } from './util/json.ts'

declare const payloadType: unique symbol

/** A question a node may ask the outside world: what goes out, and what must come back. */
export interface InterruptPoint<TPayload, TAnswer> {
  readonly id: string
  readonly payload: Schema
  readonly resume: Schema
  readonly deadlineMs: number | undefined
  readonly default: { readonly value: TAnswer } | undefined
  readonly [payloadType]: (payload: TPayload) => void
  /** An answer to this question, for `resume`.
   *  @param interruptId which one, when several are open */
  answer(value: TAnswer, interruptId?: string): InterruptAnswer
}

/** Made by `point.answer(value)`. */
export interface InterruptAnswer {
  readonly point: string
  readonly interruptId: string | undefined
  readonly value: unknown
}

/** An open question, as an outcome lists it. */
export interface OpenInterrupt {
  /** unique in the run, stable across resumes */
  readonly id: string
  readonly point: string
  readonly nodeId: string
  readonly taskId: number
  readonly payload: Json
  /** milliseconds since 1970 */
  readonly deadlineAt?: number
}

/** Declares a question.
 *  @example
 *  const approve = interruptPoint('approve', { payload: z.object({ amount: z.number() }), resume: z.object({ ok: z.boolean() }) })
 *  // in a node:   const { ok } = await ctx.interrupt(approve, { amount: 20 })
 *  // afterwards:  await graph.resume(runId, { store, answers: [approve.answer({ ok: true })] }) */
export const interruptPoint = <TPayload, TAnswer>(
  id: string,
  options: {
    readonly payload: Schema<unknown, TPayload> | Schema<TPayload, TPayload>
    readonly resume: Schema<unknown, TAnswer> | Schema<TAnswer, TAnswer>
    readonly deadlineMs?: number
    readonly default?: NoInfer<TAnswer>
  },
): InterruptPoint<TPayload, TAnswer> => {
  const point = {
    id,
    payload: options.payload as Schema,
    resume: options.resume as Schema,
    deadlineMs: options.deadlineMs,
    default: 'default' in options ? { value: options.default as TAnswer } : undefined,
    answer: (value: TAnswer, interruptId?: string): InterruptAnswer => ({ point: id, interruptId, value }),
  }
  // the phantom member exists for the compiler alone
  return point as InterruptPoint<TPayload, TAnswer>
}
