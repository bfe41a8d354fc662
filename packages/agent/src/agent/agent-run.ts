import type { AgentNode, RunOutcome } from '../capabilities/capability.ts'
import { UserError } from '../errors/user-error.ts'
import type { AgentEvent } from '../messages/event.ts'
import type { ModelMessage } from '../messages/message.ts'
import type { RunUsage } from '../usage/run-usage.ts'
import { drain } from '../util/bridge.ts'
import type { AgentRun } from './agent-types.ts'
import { describe, inTime } from './execute-run.ts'
import { stepNode } from './loop.ts'
import { mergedMetadata, openRun } from './open-run.ts'
import { RunResult, type AgentRunResult } from './run-result.ts'
import type { Run } from './run.ts'
import { enterRunHooks, type SteppedHooks } from './stepped-hooks.ts'

/** A run that somebody else drives, inside all of its hooks except those of the event stream: nobody watches one. */
export class SteppedRun<TOutput> implements AgentRun<TOutput> {
  readonly #run: Run
  #next: AgentNode = { kind: 'user-prompt' }
  #result: AgentRunResult<TOutput> | undefined
  #close: ReturnType<typeof openRun> | undefined
  #hasFailed = false
  #isBusy = false
  #hooks: SteppedHooks | undefined

  constructor(run: Run) {
    this.#run = run
  }

  get nextNode(): AgentNode {
    return this.#next
  }

  get result(): AgentRunResult<TOutput> | undefined {
    return this.#result
  }

  get messages(): readonly ModelMessage[] {
    return this.#run.messages
  }

  get usage(): RunUsage {
    return this.#run.usage
  }

  get runId(): string {
    return this.#run.runId
  }

  async next(node: AgentNode = this.#next): Promise<AgentNode> {
    // what the loop did not write may pass over calls or join requests
    if (node !== this.#next) this.#run.hasForeignMessages = true
    this.#next = node
    await inTime(this.#run, drain(this.#perform()))
    return this.#next
  }

  events(): AsyncIterable<AgentEvent> {
    return { [Symbol.asyncIterator]: () => this.#watch() }
  }

  #watch(): AsyncIterator<AgentEvent, void> {
    const events = this.#perform()
    return {
      next: () => inTime(this.#run, events.next()),
      return: async () => {
        this.#run.cancel('its events were left')
        await inTime(this.#run, events.return()).catch(() => {})
        await this.#release()
        return { done: true, value: undefined }
      },
    }
  }

  /** Yields each node before it runs, the end node last. */
  async *[Symbol.asyncIterator](): AsyncGenerator<AgentNode, void> {
    try {
      for (;;) {
        const node = this.#next
        yield node
        if (node.kind === 'end') return
        // a body that ran the node itself has moved on already
        if (node === this.#next) await this.next()
      }
    } finally {
      await this[Symbol.asyncDispose]()
    }
  }

  cancel(reason?: string): void {
    this.#run.cancel(reason)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#result === undefined) {
      const cancelled = this.#run.cancel('it was left before its end')
      if (this.#hooks !== undefined)
        await inTime(this.#run, this.#hooks.finish(Promise.reject(cancelled))).catch(() => {})
    }
    await this.#release()
  }

  async *#perform(): AsyncGenerator<AgentEvent, void> {
    this.#checkGoesOn()
    this.#isBusy = true
    try {
      if (this.#close === undefined) {
        this.#run.begin()
        this.#close = openRun(this.#run)
      }
      await this.#close
      const outcome = yield* this.#step()
      if (outcome !== undefined) await this.#finish(outcome)
    } catch (error) {
      this.#hasFailed = true
      const shown = describe(this.#run, error)
      // what broke first is what the caller is told
      await this.#release().catch(() => {})
      throw shown
    } finally {
      this.#isBusy = false
    }
  }

  /** One step inside the hooks of the run; what the run ends with, when it does. */
  async *#step(): AsyncGenerator<AgentEvent, RunOutcome | undefined> {
    const isFirst = this.#hooks === undefined
    const hooks = (this.#hooks ??= enterRunHooks(this.#run))
    try {
      // hooks may have something to do before the first step, or an outcome of their own
      const given = isFirst ? await hooks.entered : undefined
      this.#next = given === undefined ? yield* stepNode(this.#run, this.#next) : { kind: 'end', ...given }
      this.#run.checkCancelled()
      return this.#next.kind === 'end' ? await hooks.finish(this.#next) : undefined
    } catch (error) {
      // hooks may turn a failure into an end, though not a cancellation
      const outcome = await hooks.finish(Promise.reject(error))
      this.#run.checkCancelled()
      return outcome
    }
  }

  /** @throws {RunCancelled} · {UserError} the run has ended */
  #checkGoesOn(): void {
    if (this.#isBusy) throw new UserError('The run is busy with a node. Await it first.')
    if (this.#result !== undefined) throw new UserError('The run has ended: see its `result`. Start another one.')
    if (this.#run.isCancelled) throw describe(this.#run, this.#run.cancelled())
    if (this.#hasFailed) throw new UserError('The run has failed. Start another one with its messages.')
  }

  async #finish(outcome: RunOutcome): Promise<void> {
    this.#next = { kind: 'end', ...outcome }
    this.#run.metadata = await mergedMetadata(this.#run, this.#run.config.metadata)
    this.#result = new RunResult<TOutput>(this.#run, outcome)
    await this.#release()
  }

  async #release(): Promise<void> {
    this.#run.close()
    const opening = this.#close
    // taken before anything is awaited: whoever else releases closes nothing twice
    this.#close = undefined
    const close = await opening?.catch(() => undefined)
    await close?.()
  }
}
