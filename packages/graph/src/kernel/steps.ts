import { GraphNodeStatusError } from '../errors.ts'
import { withResolvers } from '../util/with-resolvers.ts'

/** The steps of a manual run: one at a time, each until something has come of it. */
export class Steps {
  #made: (() => void) | undefined

  /** @throws {GraphNodeStatusError} the step before is still under way */
  take(start: () => void): Promise<void> {
    if (this.#made !== undefined)
      throw new GraphNodeStatusError('A step of this run is still under way; await it before the next one.')
    const { promise, resolve } = withResolvers<void>()
    this.#made = resolve
    start()
    return promise
  }

  /** Something has come of the step, if there is one. */
  made(): void {
    this.#made?.()
    this.#made = undefined
  }
}
