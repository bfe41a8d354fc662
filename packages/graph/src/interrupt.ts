import { validate, type Schema } from './schema.ts'
import { cloneJson, toJson, type Json } from './util/json.ts'

declare const payloadType: unique symbol
declare const answerType: unique symbol

/** A question a node may ask the outside world: what goes out, and what must come back.
 *  @typeParam TPayload what the node passes, as its schema takes it in
 *  @typeParam TAnswer what the node gets; TGiven what is answered, where the schema changes it (a default, a transform) */
export interface InterruptPoint<TPayload, TAnswer, TGiven = TAnswer> {
  readonly id: string
  readonly payload: Schema
  readonly resume: Schema
  readonly deadlineMs: number | undefined
  readonly default: { readonly value: TGiven } | undefined
  readonly [payloadType]: (payload: TPayload) => void
  readonly [answerType]: () => TAnswer
  /** An answer to this question, for `resume`.
   *  @param interruptId which one, when several are open
   *  @throws {GraphInputError} it does not fit the schema */
  answer(value: TGiven, interruptId?: string): InterruptAnswer
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

/** Stands for the answer `undefined` in what is stored: a schema may take it, and JSON has no word for it. */
const nothing = { $undefined: true }

/** An answer, or a default, as it is stored. What the schema makes of it is for the node. */
export const keptAnswer = (value: unknown, where: string): Json =>
  value === undefined ? nothing : toJson(value, where)

/** The one mark a stored answer consists of, if it is no answer but a mark. */
export const isMark = (value: Json, mark: string): boolean =>
  typeof value === 'object' && value !== null && mark in value && Object.keys(value).length === 1

/** What the schema of answers checks: what was given, as JSON.
 *  @throws {GraphInputError} it does not fit */
export const readAnswer = (schema: Schema, kept: Json, where: string): unknown =>
  validate(schema, isMark(kept, '$undefined') ? undefined : cloneJson(kept), where)

/** Declares a question. Answers and the default are what the schema takes in; the node gets what it gives out.
 *  @throws {GraphInputError} the default does not fit the schema of answers
 *  @example
 *  const approve = interruptPoint('approve', { payload: z.object({ amount: z.number() }), resume: z.object({ ok: z.boolean() }) })
 *  // in a node:   const { ok } = await ctx.interrupt(approve, { amount: 20 })
 *  // afterwards:  await graph.resume(runId, { store, answers: [approve.answer({ ok: true })] }) */
export const interruptPoint = <TPayload, TAnswer, TGiven>(
  id: string,
  options: {
    readonly payload: Schema<TPayload, unknown>
    readonly resume: Schema<TGiven, TAnswer>
    readonly deadlineMs?: number
    readonly default?: NoInfer<TGiven>
  },
): InterruptPoint<TPayload, TAnswer, TGiven> => {
  const resume = options.resume as Schema
  const check = (value: unknown, what: string): Json | undefined => {
    const where = `${what} interrupt "${id}"`
    // what is stored is JSON, so that is what must fit
    const kept = keptAnswer(value, where)
    readAnswer(resume, kept, where)
    return value === undefined ? undefined : kept
  }
  if ('default' in options) check(options.default, 'default of')
  const point = {
    id,
    payload: options.payload as Schema,
    resume,
    deadlineMs: options.deadlineMs,
    default: 'default' in options ? { value: options.default as TGiven } : undefined,
    answer: (value: TGiven, interruptId?: string): InterruptAnswer => ({
      point: id,
      interruptId,
      value: check(value, 'answer to'),
    }),
  }
  // the phantom members exist for the compiler alone
  return point as unknown as InterruptPoint<TPayload, TAnswer, TGiven>
}
