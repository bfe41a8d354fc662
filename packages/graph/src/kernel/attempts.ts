import { StepLimitError, UndeclaredEdgeError } from '../errors.ts'
import { taskRef } from '../events/event.ts'
import { memoryCache, type CacheStore } from '../policy.ts'
import type { ProgramNode } from '../program.ts'
import { TaskContext, type TaskHost } from './context.ts'
import { Failures } from './failures.ts'
import { guard, type GuardPort } from './guard.ts'
import { runJoin } from './join.ts'
import type { Listeners } from './listeners.ts'
import { bindStream, type Entry, type Task } from './model.ts'
import type { Recorder } from './recorder.ts'
import { Router } from './route.ts'
import type { RunState } from './run-state.ts'
import type { RunningTasks } from './running-tasks.ts'
import type { Stop } from './stop.ts'

/** Wraps the execution of nodes, for tracing. */
export interface NodeTracer {
  node(context: TaskContext, run: () => unknown): unknown
}

/** What attempts need of their run. */
export interface AttemptPort {
  readonly host: TaskHost
  readonly isStored: boolean
  readonly maxSteps: number
  readonly tracer: NodeTracer | undefined
  readonly caches: Map<string, CacheStore>
  readonly listeners: Listeners
  readonly running: RunningTasks
  readonly recorder: Recorder
  /** starts what may start now */
  readonly pump: () => void
  /** a task waited before its next attempt, and is ready again */
  readonly again: (task: Task) => void
  readonly finish: (stop: Stop) => void
  /** the run cannot go on: this package is at fault */
  readonly lose: (error: unknown) => void
}

const isPromise = (value: unknown): value is PromiseLike<unknown> =>
  typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function'

/** Runs tasks and sends what they return on its way. */
export class Attempts {
  readonly #port: AttemptPort
  readonly #host: TaskHost
  readonly #state: RunState
  readonly #running: RunningTasks
  readonly #listeners: Listeners
  readonly #recorder: Recorder
  readonly #isStored: boolean
  readonly #failures: Failures
  readonly #guardPort: GuardPort

  constructor(port: AttemptPort) {
    this.#port = port
    // what every step reads
    this.#host = port.host
    this.#state = port.host.state
    this.#running = port.running
    this.#listeners = port.listeners
    this.#recorder = port.recorder
    this.#isStored = port.isStored
    this.#failures = new Failures(port, (context, output, to) => this.#succeeded(context, output, to))
    this.#guardPort = {
      program: this.#state.program,
      cacheOf: id => this.#cacheOf(id),
      announce: async context => {
        await port.recorder.stored(context, { kind: 'started', task: context.task })
      },
      isParked: context => port.running.isParked(context),
      fail: (context, error) => this.#failures.handle(context, error),
      failOutput: (context, error) => this.#failures.handleOutput(context, error),
    }
  }

  /** tasks that wait before their next attempt */
  get sleeping(): number {
    return this.#failures.sleeping
  }

  /** Forgets what waits before another attempt. */
  wake(): void {
    this.#failures.clear()
  }

  /** The task was dropped. */
  forget(task: Task): void {
    this.#running.abandon(task, 'another branch won')
    this.#failures.forget(task)
  }

  failForGood(context: TaskContext, error: unknown): void {
    this.#failures.handleOutput(context, error)
  }

  launch(task: Task): void {
    const { maxSteps } = this.#port
    if (this.#state.steps + this.#running.count >= maxSteps) {
      this.#port.finish({ status: 'failed', error: tooManySteps(this.#host.runId, maxSteps) })
      return
    }
    const context = new TaskContext(this.#host, task)
    this.#running.begin(context)
    const isHeard = !this.#listeners.isEmpty
    if (isHeard) {
      this.#listeners.tell({ type: 'task-start', at: Date.now(), ...taskRef(task), attempt: task.attempt })
      // the listener's own fault, or what it did, may have ended the run
      if (context.isDead) return
    }
    if (isHeard || this.#isStored) context.startedAt = performance.now()
    this.#start(context)
  }

  #start(context: TaskContext): void {
    try {
      const isPlain = context.task.node.policy === undefined && this.#port.tracer === undefined
      const output = isPlain ? this.#execute(context) : this.#guarded(context)
      if (isPromise(output))
        output.then(
          value => this.#succeeded(context, value),
          (error: unknown) => this.#failures.handle(context, error),
        )
      else this.#succeeded(context, output)
    } catch (error) {
      this.#failures.handle(context, error)
    }
  }

  #execute(context: TaskContext): unknown {
    const { node } = context.task
    if (node.kind === 'join') return runJoin(this.#state, context)
    const output = node.run!(context)
    return node.isGenerator ? this.#generate(context, output as AsyncIterable<unknown>) : output
  }

  #guarded(context: TaskContext): Promise<unknown> {
    const { tracer } = this.#port
    const run = () => this.#execute(context)
    return guard(context, tracer === undefined ? run : () => tracer.node(context, run), this.#guardPort)
  }

  #cacheOf(nodeId: string): CacheStore {
    const { caches } = this.#port
    let cache = caches.get(nodeId)
    if (cache === undefined) caches.set(nodeId, (cache = memoryCache()))
    return cache
  }

  async #generate(context: TaskContext, items: AsyncIterable<unknown>): Promise<unknown> {
    const { task } = context
    const map = task.node.next[0]!
    let index = 0
    for await (const item of items) {
      if (context.isDead) return undefined
      // after a crash the generator starts anew: what it has handed on already is skipped
      if (index++ < task.emitted) continue
      const router = this.#router(context)
      const scope = task.stream ?? router.openStream(map, task.place)
      router.streamItem(scope, index - 1, item)
      if (task.stream === undefined) bindStream(task, scope)
      await this.#recorder.handedOn(context, { kind: 'more', task, ops: router.ops })
    }
    return undefined
  }

  #router(context: TaskContext): Router {
    return new Router(this.#state.program, context, this.#state.nextId)
  }

  /** @param errorTo where the node's error handler went, if it did */
  #succeeded(context: TaskContext, output: unknown, errorTo?: string): void {
    if (context.isDead) return
    let entry: Entry
    try {
      entry = this.#outcome(context, output, errorTo)
    } catch (error) {
      this.#failures.handleOutput(context, error)
      return
    }
    context.isDead = true
    this.#running.end(context)
    try {
      this.#recorder.record(entry)
      this.#port.pump()
    } catch (error) {
      this.#port.lose(error)
    }
  }

  #outcome(context: TaskContext, output: unknown, errorTo: string | undefined): Entry {
    const { task } = context
    const router = this.#router(context)
    if (errorTo !== undefined) router.arrive(this.#errorTarget(task, errorTo), output, task.place)
    else if (!task.node.isGenerator) router.leave(task.node, output, task.place)
    else {
      const scope = task.stream ?? router.openStream(task.node.next[0]!, task.place)
      bindStream(task, scope)
      router.ops.push({ t: 'leave', scope })
    }
    const ms = context.startedAt === 0 ? 0 : Math.round((performance.now() - context.startedAt) * 1000) / 1000
    return { kind: 'done', task, ops: router.ops, patch: context.takePatch(), ms }
  }

  #errorTarget(task: Task, id: string): ProgramNode {
    const qualified = task.node.parent === undefined ? id : `${task.node.parent}/${id}`
    const target = this.#state.program.nodes.get(qualified)
    if (target === undefined || !task.node.targets.has(qualified))
      throw new UndeclaredEdgeError(
        `The error handler of "${task.node.id}" went to "${id}", which is not in its errorTo.`,
      )
    return target
  }
}

const tooManySteps = (runId: string, maxSteps: number) =>
  new StepLimitError(`Run "${runId}" took ${maxSteps} steps without an end. Raise maxSteps if that is meant.`)
