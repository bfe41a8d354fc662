import { RunCancelledError } from '../errors.ts'
import { retryDelayMs, type RetryPolicy } from '../policy.ts'
import type { Recovery } from '../program.ts'
import { delayOf } from '../util/timers.ts'
import type { AttemptPort } from './attempts.ts'
import { TaskContext } from './context.ts'
import { errorRecord, placeIn, type Place, type Task } from './model.ts'

type Handler = (error: unknown, context: TaskContext) => unknown

/** What comes of an attempt that failed: another one, the node's error handler, a rejected item of a join that settles, or the end of the run. */
export class Failures {
  readonly #port: AttemptPort
  readonly #succeed: (context: TaskContext, output: unknown, to?: string) => void
  readonly #timers = new Map<Task, ReturnType<typeof setTimeout>>()

  /** @param succeed an error handler gave an output, or another node to go to */
  constructor(port: AttemptPort, succeed: (context: TaskContext, output: unknown, to?: string) => void) {
    this.#port = port
    this.#succeed = succeed
  }

  get sleeping(): number {
    return this.#timers.size
  }

  clear(): void {
    for (const timer of this.#timers.values()) clearTimeout(timer)
    this.#timers.clear()
  }

  /** The task is not wanted any more: it does not wait for another attempt. */
  forget(task: Task): void {
    clearTimeout(this.#timers.get(task))
    this.#timers.delete(task)
  }

  handle(context: TaskContext, error: unknown): void {
    this.#conclude(context, error, () => this.#next(context.task, error))
  }

  /** The node has done its work, but what it returned cannot go on: neither another attempt nor its error handler would help. */
  handleOutput(context: TaskContext, error: unknown): void {
    this.#conclude(context, error, () => this.#giveUp(context.task, error))
  }

  #conclude(context: TaskContext, error: unknown, next: () => void): void {
    if (context.isDead) return
    this.#port.running.end(context)
    context.kill(error)
    try {
      next()
      this.#port.pump()
    } catch (fault) {
      this.#port.lose(fault)
    }
  }

  #next(task: Task, error: unknown): void {
    const retry = task.node.policy?.retry
    let isWorthIt = false
    try {
      isWorthIt = retry !== undefined && task.attempt < retry.maxAttempts && isWorthRetrying(retry, error)
    } catch (fault) {
      this.#giveUp(task, fault)
      return
    }
    if (isWorthIt) this.#sleep(task, error, retryDelayMs(retry!, task.attempt))
    else if (task.node.recover !== undefined) this.#recover(task, error, task.node.recover)
    else this.#giveUp(task, error)
  }

  #sleep(task: Task, error: unknown, delayMs: number): void {
    const timer = setTimeout(() => {
      this.#timers.delete(task)
      if (task.status === 'ready') this.#port.again(task)
      this.#port.pump()
    }, delayOf(delayMs))
    this.#timers.set(task, timer)
    this.#port.recorder.record({ kind: 'retry', task, error: errorRecord(error) })
  }

  #recover(task: Task, error: unknown, handler: Handler): void {
    const { host, running } = this.#port
    const context = new TaskContext(host, task)
    running.begin(context)
    const run = async () => handler(error, context)
    run().then(
      result => {
        // the builder's wrapper makes it one
        const recovery = result as Recovery
        if ('to' in recovery) this.#succeed(context, recovery.input, recovery.to)
        else this.#succeed(context, recovery.value)
      },
      (fault: unknown) => this.#conclude(context, fault, () => this.#giveUp(task, fault)),
    )
  }

  #giveUp(task: Task, error: unknown): void {
    const { recorder, finish } = this.#port
    const record = errorRecord(error)
    const settling = this.#settlingPlace(task.place)
    if (settling === undefined) {
      recorder.record({ kind: 'fail', task, error: record })
      finish({ status: 'failed', error })
      return
    }
    const item = { key: [settling.index], value: undefined, error: record }
    recorder.record({
      kind: 'settle',
      task,
      error: record,
      ops: [
        { t: 'kill', place: settling },
        { t: 'item', scope: settling.scope, item, place: settling },
      ],
    })
  }

  #settlingPlace(place: Place): Place | undefined {
    const { joins } = this.#port.host.state.program
    for (let at: Place | undefined = place; at !== undefined; at = at.scope.up)
      if (at.scope.fork !== undefined && joins.get(at.scope.fork.id)?.join?.settle) return placeIn(at.scope, at.index)
    return undefined
  }
}

const isWorthRetrying = (retry: RetryPolicy, error: unknown): boolean =>
  retry.retryOn === undefined ? !(error instanceof RunCancelledError) : retry.retryOn(error)
