import { InterruptExpiredError } from '../errors.ts'
import { interruptIdOf } from '../events/event.ts'
import type { InterruptPoint } from '../interrupt.ts'
import { validate } from '../schema.ts'
import { cloneJson, toJson, type Json } from '../util/json.ts'
import type { Task, WaitRecord } from './model.ts'

/** Stands for the answer to a question whose deadline passed without a default. */
export const expiredAnswer: Json = { $expired: true }

const isExpired = (value: Json): boolean =>
  typeof value === 'object' && value !== null && '$expired' in value && Object.keys(value).length === 1

type AnyPoint = InterruptPoint<never, unknown>

/** What one attempt asks. The n-th question at a point has the key `<point>#<n>`; answers are kept with the task under `i:<key>`. */
export class Questions {
  readonly #task: Task
  readonly #asked = new Map<string, number>()
  #new: WaitRecord[] = []
  /** questions of this attempt without an answer */
  open = 0

  constructor(task: Task) {
    this.#task = task
  }

  /** The answer, if there is one; else the question is noted. */
  ask(point: AnyPoint, payload: unknown): { readonly answer: unknown } | undefined {
    const count = this.#asked.get(point.id) ?? 0
    this.#asked.set(point.id, count + 1)
    const key = `${point.id}#${count}`
    const memo = this.#task.memo?.get(`i:${key}`)
    if (memo !== undefined) return { answer: this.#answer(point, key, memo) }
    if (!this.#task.waits?.has(key)) this.#new.push(waitRecord(point, key, payload))
    this.open++
    return undefined
  }

  /** The questions that are not stored yet. */
  takeNew(): readonly WaitRecord[] {
    const taken = this.#new
    this.#new = []
    return taken
  }

  #answer(point: AnyPoint, key: string, memo: Json): unknown {
    if (isExpired(memo))
      throw new InterruptExpiredError(
        `Nobody answered interrupt "${point.id}" (${interruptIdOf(this.#task.id, key)}) before its deadline.`,
      )
    return validate(point.resume, cloneJson(memo), `answer to interrupt "${point.id}"`)
  }
}

const waitRecord = (point: AnyPoint, key: string, payload: unknown): WaitRecord => {
  const where = `payload of interrupt "${point.id}"`
  return {
    key,
    point: point.id,
    payload: toJson(validate(point.payload, payload, where), where),
    ...(point.deadlineMs === undefined ? {} : { deadlineAt: Date.now() + point.deadlineMs }),
    ...(point.default === undefined
      ? {}
      : { default: { value: toJson(point.default.value, `default of interrupt "${point.id}"`) } }),
  }
}
