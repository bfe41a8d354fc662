import type { ModelResponse } from '../../messages/message.ts'
import { checkBeforeRequest } from '../../usage/check-limits.ts'
import type { Run } from '../run.ts'

/** One model request as the loop sees it. A hook may have it made several times, or answer in its place: what the model was
 *  asked counts each time, and one answer enters the history. */
export class Attempt {
  readonly #run: Run
  #asked = 0
  #response: ModelResponse | undefined
  #partial: ModelResponse | undefined

  constructor(run: Run) {
    this.#run = run
  }

  /** Whether the model was asked. */
  get called(): boolean {
    return this.#asked > 0
  }

  get hasPartial(): boolean {
    return this.#partial !== undefined && this.#partial.parts.length > 0
  }

  /** The model is about to be asked.
   *  @throws {RunCancelled} · {UsageLimitExceeded} it was asked before, and once more is too often */
  begin(): void {
    this.#run.checkCancelled()
    this.#asked += 1
    this.#partial = undefined
    if (this.#asked === 1) return
    this.#count(this.#response)
    this.#response = undefined
    checkBeforeRequest(this.#run.usage, this.#run.limits)
  }

  /** The model has answered. The last answer is counted when it enters the history, earlier ones here. */
  answered(response: ModelResponse): ModelResponse {
    this.#count(this.#response)
    this.#response = response
    return response
  }

  /** The answer broke off: what came of it was paid for, and is kept unless a better one comes. */
  brokeOff(partial: ModelResponse): void {
    this.#count(partial)
    this.#partial = partial
  }

  /** The request has failed: the history keeps what came of an answer. */
  keepPartial(): void {
    const partial = this.#partial
    if (partial !== undefined && this.hasPartial) this.#run.append({ ...partial, state: 'interrupted' })
  }

  /** The whole answer that a hook refused; it is counted and kept by whoever asks. */
  takeRefused(): ModelResponse | undefined {
    const refused = this.#response
    this.#response = undefined
    return refused
  }

  #count(response: ModelResponse | undefined): void {
    if (response === undefined) return
    this.#run.usage.requests += 1
    this.#run.usage.add(response.usage)
  }
}
