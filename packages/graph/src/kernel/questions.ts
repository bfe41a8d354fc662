import { GraphInputError, InterruptExpiredError } from '../errors.ts'
import { interruptIdOf } from '../events/event.ts'
import { isMark, keptAnswer, readAnswer, type InterruptOptions, type InterruptPoint } from '../interrupt.ts'
import type { Program } from '../program.ts'
import { validate } from '../schema.ts'
import { canonicalJson } from '../util/canonical-json.ts'
import { toJson, type Json } from '../util/json.ts'
import { answerSchemaKey, type Task, type WaitRecord } from './model.ts'

/** Stands for the answer to a question whose deadline passed without a default. */
export const expiredAnswer: Json = { $expired: true }

type AnyPoint = InterruptPoint<never, unknown>

/** The stored questions at one point that no call of this attempt has taken. */
interface Known {
  /** of this attempt, so far */
  calls: number
  /** the number a new question gets */
  next: number
  /** keys by payload, in the order they were asked */
  readonly byPayload: Map<string, string[]>
  /** keys of answers that an earlier version stored without their question: the n-th belongs to the n-th call */
  readonly unknown: Set<string>
}

/** What one attempt asks. A question has the key `<point>#<number>`, or `<point>#=<name>` when the node names it. It is told by its payload, not
 *  by the order of the calls, which changes when a node runs again. Kept with the task: payloads under `q:<key>`, answers under `i:<key>`. */
export class Questions {
  readonly #task: Task
  readonly #schemas: Program['answerSchemas']
  readonly #known = new Map<string, Known>()
  readonly #noted = new Set<string>()
  #new: WaitRecord[] = []
  /** questions of this attempt without an answer */
  open = 0

  constructor(task: Task, { answerSchemas }: Program) {
    this.#task = task
    this.#schemas = answerSchemas
    const payloads = new Map<string, Json | undefined>()
    for (const name of task.memo?.keys() ?? [])
      if (/^[qi]:/.test(name)) payloads.set(name.slice(2), task.memo?.get(`q:${name.slice(2)}`))
    for (const { key, payload } of task.waits?.values() ?? []) payloads.set(key, payload)
    for (const [key, payload] of payloads) this.#learn(key, payload)
  }

  /** The answer, if there is one that fits; else the question is noted. */
  ask(point: AnyPoint, payload: unknown, options?: InterruptOptions): { readonly answer: unknown } | undefined {
    this.#schemas.set(answerSchemaKey(this.#task, point.id), point.resume)
    const where = `payload of interrupt "${point.id}"`
    const json = toJson(validate(point.payload, payload, where), where)
    const key = options?.key === undefined ? this.#find(point.id, json) : `${point.id}#=${escaped(options.key)}`
    const memo = this.#task.memo?.get(`i:${key}`)
    const known = memo === undefined ? undefined : this.#answer(point, key, memo)
    if (known !== undefined) return known
    if (!this.#task.waits?.has(key) && !this.#noted.has(key)) {
      this.#noted.add(key)
      this.#new.push(waitRecord(point, key, json))
    }
    this.open++
    return undefined
  }

  /** The questions that are not stored yet. */
  takeNew(): readonly WaitRecord[] {
    const taken = this.#new
    this.#new = []
    return taken
  }

  #learn(key: string, payload: Json | undefined): void {
    const cut = key.lastIndexOf('#')
    const number = Number(key.slice(cut + 1))
    // a question with a name is found by its name
    if (Number.isNaN(number)) return
    const known = this.#at(key.slice(0, cut))
    known.next = Math.max(known.next, number + 1)
    if (payload === undefined) known.unknown.add(key)
    else {
      const text = canonicalJson(payload)
      const keys = known.byPayload.get(text)
      if (keys === undefined) known.byPayload.set(text, [key])
      else keys.push(key)
    }
  }

  #at(point: string): Known {
    let known = this.#known.get(point)
    if (known === undefined)
      this.#known.set(point, (known = { calls: 0, next: 0, byPayload: new Map(), unknown: new Set() }))
    return known
  }

  #find(point: string, payload: Json): string {
    const known = this.#at(point)
    const nth = `${point}#${known.calls++}`
    const equal = known.byPayload.get(canonicalJson(payload))?.shift()
    if (equal !== undefined) return equal
    return known.unknown.delete(nth) ? nth : `${point}#${known.next++}`
  }

  /** Undefined for one that does not fit its schema: the question is open still. */
  #answer(point: AnyPoint, key: string, memo: Json): { readonly answer: unknown } | undefined {
    if (isMark(memo, '$expired'))
      throw new InterruptExpiredError(
        `Nobody answered interrupt "${point.id}" (${interruptIdOf(this.#task.id, key)}) before its deadline.`,
      )
    try {
      return { answer: readAnswer(point.resume, memo, `answer to interrupt "${point.id}"`) }
    } catch (error) {
      if (error instanceof GraphInputError) return undefined
      throw error
    }
  }
}

/** In a key, the last # stands before the number or the name. */
const escaped = (name: string): string => name.replace(/[%#]/g, encodeURIComponent)

const waitRecord = (point: AnyPoint, key: string, payload: Json): WaitRecord => ({
  key,
  point: point.id,
  payload,
  ...(point.deadlineMs === undefined ? {} : { deadlineAt: Date.now() + point.deadlineMs }),
  ...(point.default === undefined
    ? {}
    : { default: { value: keptAnswer(point.default.value, `default of interrupt "${point.id}"`) } }),
})
