import { withResolvers } from '../util/with-resolvers.ts'
import type { Stop } from './stop.ts'

/** Whether a run stops, has stopped, and why. */
export class Ending {
  /** nothing new may start */
  hasBegun = false
  /** why the run stopped; known when everything is stored */
  stop: Stop | undefined
  /** why the run failed, however it seemed to end: its store was lost, or a listener threw */
  fault: { readonly error: unknown } | undefined
  #settled = withResolvers<Stop>()

  /** Settles when the run has stopped; never rejects. */
  get promise(): Promise<Stop> {
    return this.#settled.promise
  }

  /** The run goes on. A fault stays: nothing it does would count. */
  undo(): void {
    this.hasBegun = false
    this.stop = undefined
    this.#settled = withResolvers()
  }

  settle(stop: Stop): void {
    // what could not be stored has not happened, even if it looked like the end
    this.stop = this.fault === undefined ? stop : { status: 'failed', error: this.fault.error }
    this.#settled.resolve(this.stop)
  }
}
