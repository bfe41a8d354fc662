import { validate, type Schema } from './schema.ts'
import { toJson, type Json } from './util/json.ts'

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
   *  @param interruptId which one, when several are open
   *  @throws {GraphInputError} it does not fit the schema */
  answer(value: TAnswer, interruptId?: string): InterruptAnswer
}

/** How a node asks. */
export interface InterruptOptions {
  /** Names the question among those the node asks at this point. Without a key its payload tells it from the others, and must be the same
   *  each time the node runs: give a key where the payload holds a time or a random number. */
  readonly key: string
}

/** Made by `point.answer(value)`, or plain data of this form. */
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
 *  @throws {GraphInputError} the default does not fit the schema of answers
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
  const check = (value: unknown, what: string): Json => {
    const where = `${what} interrupt "${id}"`
    // what is stored is JSON, so that is what must fit
    const json = toJson(value, where)
    validate(options.resume, json, where)
    return json
  }
  if ('default' in options) check(options.default, 'default of')
  const point = {
    id,
    payload: options.payload as Schema,
    resume: options.resume as Schema,
    deadlineMs: options.deadlineMs,
    default: 'default' in options ? { value: options.default as TAnswer } : undefined,
    answer: (value: TAnswer, interruptId?: string): InterruptAnswer => ({
      point: id,
      interruptId,
      value: check(value, 'answer to'),
    }),
  }
  // the phantom member exists for the compiler alone
  return point as InterruptPoint<TPayload, TAnswer>
}
