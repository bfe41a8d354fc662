import type { AgentNode } from '../capabilities/capability.ts'
import { UserError } from '../errors/user-error.ts'
import type { AgentEvent } from '../messages/event.ts'
import type { ModelMessage } from '../messages/message.ts'
import type { RunUsage } from '../usage/run-usage.ts'
import { drain } from '../util/bridge.ts'
import type { AgentRun } from './agent-types.ts'
import { describe } from './execute-run.ts'
import { stepNode } from './loop.ts'
import { mergedMetadata, openRun } from './open-run.ts'
import { RunResult, type AgentRunResult } from './run-result.ts'
import type { Run } from './run.ts'

/** A run that somebody else drives. Hooks around the whole run are not part of it; those around nodes are. */
export class SteppedRun<TOutput> implements AgentRun<TOutput> {
  readonly #run: Run
  #next: AgentNode = { kind: 'user-prompt' }
  #result: AgentRunResult<TOutput> | undefined
  #close: ReturnType<typeof openRun> | undefined

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
    if (this.#result !== undefined) throw new UserError('The run has ended; its `result` is there. Start another one.')
    this.#next = node
    await drain(this.#perform())
    return this.#next
  }

  async *events(): AsyncIterable<AgentEvent> {
    yield* this.#perform()
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
    if (this.#result === undefined) this.#run.cancel('it was left before its end')
    await this.#release()
  }

  async *#perform(): AsyncGenerator<AgentEvent, void> {
    try {
      this.#close ??= openRun(this.#run)
      await this.#close
      this.#next = yield* stepNode(this.#run, this.#next)
      if (this.#next.kind === 'end') await this.#finish(this.#next)
    } catch (error) {
      const shown = describe(this.#run, error)
      await this.#release()
      throw shown
    }
  }

  async #finish(end: Extract<AgentNode, { kind: 'end' }>): Promise<void> {
    this.#run.metadata = await mergedMetadata(this.#run, this.#run.config.metadata)
    this.#result = new RunResult<TOutput>(this.#run, end)
    await this.#release()
  }

  async #release(): Promise<void> {
    this.#run.close()
    const close = await this.#close?.catch(() => undefined)
    this.#close = undefined
    await close?.()
  }
}
