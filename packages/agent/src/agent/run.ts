import type { Capability, InstructionSource } from '../capabilities/capability.ts'
import { noHooks, type HookChains } from '../capabilities/hook-chains.ts'
import type { EffectStep } from '../durable/effects.ts'
import type { FailedRun } from '../errors/agent-error.ts'
import { RunCancelled } from '../errors/run-error.ts'
import type { UserPrompt } from '../messages/content.ts'
import type { DeferredToolResults } from '../messages/deferred.ts'
import { HistoryCleaner } from '../messages/history.ts'
import type { ModelMessage } from '../messages/message.ts'
import type { Model, StreamedResponse } from '../models/model.ts'
import type { ModelSettings } from '../models/settings.ts'
import type { OutputTool } from '../output/output.ts'
import type { EnqueuePriority } from '../tools/run-context.ts'
import type { Toolset, ToolsetTool } from '../toolsets/toolset.ts'
import type { UsageLimits } from '../usage/limits.ts'
import { hasTokenLimits } from '../usage/check-limits.ts'
import type { RunUsage } from '../usage/run-usage.ts'
import type { JsonObject } from '../util/json.ts'
import { onAbort } from '../util/on-abort.ts'
import { until } from '../util/until.ts'
import type { AgentConfig } from './agent-config.ts'
import { PendingMessages } from './pending-messages.ts'
import { RunView, type CallFacts } from './run-context.ts'
import { ToolRetries } from './tool-retries.ts'

/** What a run is started with, besides its agent. */
export interface RunStart {
  readonly deps: unknown
  readonly prompt: UserPrompt | undefined
  readonly history: readonly ModelMessage[]
  readonly deferredToolResults: DeferredToolResults | undefined
  readonly runId: string
  readonly conversationId: string
  readonly usage: RunUsage
  readonly limits: UsageLimits
  readonly signal: AbortSignal | undefined
  readonly streaming: boolean
}

const noTools: ReadonlyMap<string, ToolsetTool> = new Map()
const noOutputTools: ReadonlyMap<string, OutputTool> = new Map()
const noNames: ReadonlySet<string> = new Set()

/** The state of one run. The steps of the loop read and change it; nothing else does. */
export class Run {
  readonly config: AgentConfig
  readonly start: RunStart
  readonly usage: RunUsage
  readonly limits: UsageLimits
  readonly hasTokenLimits: boolean
  readonly toolRetries = new ToolRetries()
  /** Counts calls of tools that do not exist, whatever they are called. */
  readonly unknownTools = new ToolRetries()
  readonly pending = new PendingMessages()
  /** The history: appended to, never changed below its end except by a hook that replaces it. */
  readonly messages: ModelMessage[] = []

  capabilities: readonly Capability[] = []
  instructionSources: readonly InstructionSource[] = []
  hooks: HookChains = noHooks
  model!: Model
  toolset!: Toolset
  modelSettings: ModelSettings = {}
  metadata: JsonObject | undefined
  prompt: UserPrompt | undefined
  step = 0
  outputRetries = 0
  /** The tools of this step. */
  tools: ReadonlyMap<string, ToolsetTool> = noTools
  outputTools: ReadonlyMap<string, OutputTool> = noOutputTools
  loadedCapabilityIds: ReadonlySet<string> = noNames
  /** Tools of this step that the history has revealed, and those that are still hidden. */
  revealedToolNames: ReadonlySet<string> = noNames
  hiddenToolNames: ReadonlySet<string> = noNames
  /** Hidden tools the model was told about once: the first refusal costs nothing. */
  readonly refusedHiddenTools = new Set<string>()
  /** Messages that the loop did not write were enqueued. */
  hasForeignMessages = false
  /** The answer being read, while one is. */
  currentStream: StreamedResponse | undefined
  /** The reader of the run takes over `currentStream` when it is yielded in place of its events. */
  handsOver = false

  readonly #produced = new Set<ModelMessage>()
  #history: HistoryCleaner | undefined
  readonly #controller = new AbortController()
  /** A few at most, and mostly the last one goes first: a list is cheaper than a set. */
  readonly #cancelListeners: (() => void)[] = []
  #cancellation: RunCancelled | undefined
  readonly #effectCounts = new Map<string, number>()
  #effectStep = 0
  #nowMs = Number.NaN
  #now = ''
  #unfollow = () => {}

  constructor(config: AgentConfig, start: RunStart) {
    this.config = config
    this.start = start
    this.usage = start.usage
    this.limits = start.limits
    this.hasTokenLimits = hasTokenLimits(start.limits)
    this.prompt = start.prompt
  }

  /** Follows the caller's signal from now on: a run that never starts holds nothing.
   *  @throws {RunCancelled} */
  begin(): void {
    const { signal } = this.start
    this.#unfollow()
    if (signal !== undefined) this.#unfollow = onAbort(signal, () => this.#abort(signal.reason))
    this.checkCancelled()
  }

  get deps(): unknown {
    return this.start.deps
  }

  get runId(): string {
    return this.start.runId
  }

  get conversationId(): string {
    return this.start.conversationId
  }

  get signal(): AbortSignal {
    return this.#controller.signal
  }

  context(facts?: CallFacts, settings?: ModelSettings): RunView {
    return new RunView(this, facts, settings)
  }

  /** RFC 3339. Formatted once per millisecond. */
  now(): string {
    const ms = this.config.effects.now()
    if (ms !== this.#nowMs) {
      this.#nowMs = ms
      this.#now = new Date(ms).toISOString()
    }
    return this.#now
  }

  /** The same effect again within a step, as when a hook repeats it, has a number behind its name. */
  effect(name: string): EffectStep {
    if (this.step !== this.#effectStep) this.#effectCounts.clear()
    this.#effectStep = this.step
    const count = (this.#effectCounts.get(name) ?? 0) + 1
    this.#effectCounts.set(name, count)
    return { runId: this.runId, step: this.step, name: count === 1 ? name : `${name}#${count}` }
  }

  /** Adds a message of this run, stamped where it is not. */
  append<M extends ModelMessage>(message: M): M {
    const stamped = this.#stamped(message)
    this.messages.push(stamped)
    this.#produced.add(stamped)
    return stamped
  }

  /** Adds a message that was there before this run, sent again. */
  appendOld(message: ModelMessage): void {
    this.messages.push(message)
  }

  /** Replaces the last message by a changed copy of it. */
  replaceLast(message: ModelMessage): void {
    const last = this.messages.pop()
    if (last !== undefined && this.#produced.delete(last)) this.#produced.add(message)
    this.messages.push(message)
  }

  /** Takes out the last message: what stands for it is about to be added. */
  dropLast(): void {
    const last = this.messages.pop()
    if (last !== undefined) this.#produced.delete(last)
    this.#history?.reset()
  }

  /** Takes out what was added since the history had this length. */
  rewind(length: number): void {
    while (this.messages.length > length) this.dropLast()
  }

  /** Forgets what the run has done, for a hook that runs it again from the start. What was used stays counted. */
  restart(): void {
    this.messages.length = 0
    this.#produced.clear()
    this.#history?.reset()
    this.prompt = this.start.prompt
    this.outputRetries = 0
    this.toolRetries.clear()
    this.unknownTools.clear()
  }

  /** A hook rewrote the history: what it kept keeps its age, what it added is new. */
  replaceMessages(messages: readonly ModelMessage[]): void {
    const before = new Set(this.messages)
    this.messages.length = 0
    for (const message of messages) {
      this.messages.push(message)
      if (!before.has(message)) this.#produced.add(message)
    }
    this.#history?.reset()
  }

  /** The messages this run added, oldest first. */
  get newMessages(): readonly ModelMessage[] {
    return this.messages.filter(message => this.#produced.has(message))
  }

  /** The history as a model may see it: pairs repaired, requests merged. Costs what was added since the last call. */
  wireMessages(): readonly ModelMessage[] {
    if (this.#isRegular) return this.messages
    this.#history ??= new HistoryCleaner({ repairLastResponse: true })
    return this.#history.clean(this.messages)
  }

  /** What the loop itself writes is clean as it stands; a given history, hooks and enqueued messages may not be. */
  get #isRegular(): boolean {
    return this.start.history.length === 0 && this.capabilities.length === 0 && !this.hasForeignMessages
  }

  enqueue(content: UserPrompt | readonly ModelMessage[], priority: EnqueuePriority): string {
    this.hasForeignMessages = true
    const id = this.config.effects.id('enqueue')
    this.pending.add(id, content, priority)
    return id
  }

  /** Aborts everything the run is doing; returns the error that ends it. The first reason counts. */
  cancel(reason?: unknown): RunCancelled {
    const error = new RunCancelled(reason)
    this.#abort(error, error)
    return this.cancelled()
  }

  #abort(reason: unknown, error = cancellationFor(reason)): void {
    if (this.#cancellation !== undefined) return
    this.#cancellation = error
    this.#controller.abort(reason)
    for (const listener of this.#cancelListeners.slice()) listener()
  }

  /** Calls `listener` when the run is cancelled. Returns how to stop listening. Far cheaper than listening to `signal`. */
  onCancel(listener: () => void): () => void {
    const listeners = this.#cancelListeners
    listeners.push(listener)
    return () => {
      if (listeners.at(-1) === listener) listeners.pop()
      else if (listeners.includes(listener)) listeners.splice(listeners.indexOf(listener), 1)
    }
  }

  /** What is pending, or the cancellation when that comes first: work that ignores its signal does not hold up the run. */
  orCancelled<T>(pending: Promise<T>): Promise<T> {
    return until(pending, reject => this.onCancel(() => reject(this.cancelled())))
  }

  /** Calls back when the run was cancelled and what it is doing has had time to clean up. Returns how to stop waiting. */
  onOverdue(callback: () => void): () => void {
    let timer: ReturnType<typeof setTimeout> | undefined
    const wait = () => (timer = setTimeout(callback, graceMs + 100))
    const stop = this.isCancelled ? void wait() : this.onCancel(wait)
    return () => {
      stop?.()
      clearTimeout(timer)
    }
  }

  get isCancelled(): boolean {
    return this.#cancellation !== undefined
  }

  /** @throws {RunCancelled} once the run is cancelled */
  checkCancelled(): void {
    if (this.#cancellation !== undefined) throw this.#cancellation
  }

  /** The error that ends the run, this run's alone: it carries what this run had done. */
  cancelled(): RunCancelled {
    return this.#cancellation ?? new RunCancelled()
  }

  /** Lets go of the caller's signal. */
  close(): void {
    this.#unfollow()
  }

  /** What an error of this run carries. */
  describeFailure(): FailedRun {
    if (this.isCancelled) this.#endOpenCalls()
    return {
      messages: [...this.messages],
      usage: this.usage.snapshot(),
      step: this.step,
      runId: this.runId,
      conversationId: this.conversationId,
    }
  }

  /** An empty request behind calls without results says that they were cancelled, so that a new prompt may follow. */
  #endOpenCalls(): void {
    const last = this.messages.at(-1)
    if (last?.kind !== 'response' || last.state === 'interrupted' || last.state === 'suspended') return
    if (last.parts.some(part => part.kind === 'tool-call'))
      this.append({ kind: 'request', parts: [], state: 'interrupted' })
  }

  #stamped<M extends ModelMessage>(message: M): M {
    // a literal that spreads the message and adds keys costs Node 20 a new hidden class, some µs, each time
    return Object.assign({}, message, {
      timestamp: message.timestamp ?? this.now(),
      runId: message.runId ?? this.runId,
      conversationId: message.conversationId ?? this.conversationId,
    })
  }
}

/** How long a run that failed or was cancelled waits for tools to stop. It waits a little longer for hooks, output functions
 *  and toolsets, so that what tools did last is kept. */
export const graceMs = 1000

/** A signal that came from another run holds that run's error. */
function cancellationFor(reason: unknown): RunCancelled {
  return RunCancelled.is(reason) ? new RunCancelled(reason.reason, { cause: reason }) : new RunCancelled(reason)
}
