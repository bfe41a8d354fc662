import { GraphNodeStatusError } from './errors.ts'
import type { InterruptAnswer, OpenInterrupt } from './interrupt.ts'
import type { Override } from './kernel/override.ts'
import type { Session } from './session.ts'
import { cloneJson } from './util/json.ts'

/** A run driven by hand: what both front ends share. Dispose of it when you stop early. */
export abstract class ManualRun<TState> implements AsyncDisposable {
  protected readonly session: Session
  #hasFailed = false
  #isClosed = false

  constructor(session: Session) {
    this.session = session
    void session.kernel.run()
  }

  get runId(): string {
    return this.session.kernel.runId
  }

  /** A copy of the state as it is now. */
  get state(): TState {
    // the state is what the graph's schema let in
    return cloneJson(this.session.kernel.state.root.branch!.root) as TState
  }

  /** Questions that wait for `answer`. */
  get interrupts(): readonly OpenInterrupt[] {
    return this.session.kernel.openInterrupts()
  }

  /** Answers open interrupts; the nodes that asked run again with the next `next()`. */
  async answer(answers: readonly InterruptAnswer[]): Promise<void> {
    this.session.kernel.answer(answers)
    await this.session.kernel.goOn()
  }

  /** Runs what is ready, or has failed, until something comes of it.
   *  @throws what a node threw */
  protected async advance(): Promise<void> {
    const { kernel } = this.session
    this.#refuseEnded()
    if (this.#hasFailed) this.#tryAgain()
    if (kernel.readyTasks.length === 0 && kernel.isIdle && this.interrupts.length > 0)
      throw new GraphNodeStatusError(
        `The run waits for answers to ${this.interrupts.map(({ id }) => id).join(', ')}; call answer() first.`,
      )
    if (kernel.stopped?.status === 'paused')
      throw new GraphNodeStatusError(`Run "${this.runId}" is paused. Go on with resume or iterFromStore.`)
    await kernel.step()
    const stop = kernel.stopped
    if (stop?.status === 'failed' || stop?.status === 'cancelled') {
      this.#hasFailed = true
      throw stop.error
    }
    if (kernel.state.end !== undefined) await this.#close()
  }

  /** Replaces what is ready or has failed. */
  protected async replace(next: Override): Promise<void> {
    this.#refuseEnded()
    await this.session.kernel.override(next)
    this.#hasFailed = false
    if (this.session.kernel.state.end !== undefined) await this.#close()
  }

  #refuseEnded(): void {
    if (this.session.kernel.state.end !== undefined)
      throw new GraphNodeStatusError('The run has ended; there is nothing left to run.')
  }

  /** The failed tasks get all their attempts again. */
  #tryAgain(): void {
    this.#hasFailed = false
    this.session.kernel.note({ kind: 'status', status: 'running' })
    void this.session.kernel.run()
  }

  /** Stops here; a stored run can be resumed. */
  async pause(): Promise<void> {
    if (this.#isClosed) return
    this.session.kernel.pause()
    await this.#close()
  }

  async #close(): Promise<void> {
    if (this.#isClosed) return
    this.#isClosed = true
    await this.session.journal?.flush()
    await this.session.close(this.session.kernel.stopped)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.pause()
  }
}
