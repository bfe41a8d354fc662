import { Deadlines } from '../deadlines.ts'
import type { ModelCall } from '../model.ts'
import { mapError, type ErrorScope } from './errors.ts'
import type { OpenAIHost } from './host.ts'

/** One request and its answer: their clock, their brake, and the meaning of what goes wrong. */
export class Exchange {
  readonly deadlines: Deadlines
  readonly scope: ErrorScope

  /** @throws the reason of a signal that is aborted already */
  constructor({ settings, signal }: ModelCall, modelName: string, host: OpenAIHost) {
    const { timeouts } = host
    this.scope = { modelName, system: host.name, baseUrl: host.baseUrl }
    this.deadlines = new Deadlines({
      modelName,
      signal,
      totalMs: settings.timeoutMs ?? timeouts.timeoutMs,
      firstByteMs: timeouts.firstByteTimeoutMs,
      idleMs: timeouts.idleTimeoutMs,
    })
  }

  /** Does what needs the answer whole. */
  async whole<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const result = await this.begin(work)
    this.deadlines.release()
    return result
  }

  /** Does what begins a stream, which keeps the deadlines. An abort wins at once, whatever the SDK is busy with. */
  async begin<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const { signal } = this.deadlines
    try {
      return await this.deadlines.race(work(signal))
    } catch (error) {
      const thrown: unknown = signal.aborted ? signal.reason : mapError(error, this.scope)
      this.deadlines.abort(thrown)
      throw thrown
    }
  }
}
