import type { ModelMessage } from '../messages/message.ts'
import type { UserPrompt } from '../messages/content.ts'
import type { Model } from '../models/model.ts'
import type { ModelSettings } from '../models/settings.ts'
import type { EnqueuePriority, RunContext } from '../tools/run-context.ts'
import type { UsageLimits } from '../usage/limits.ts'
import type { RunUsage } from '../usage/run-usage.ts'
import type { JsonObject } from '../util/json.ts'
import type { Run } from './run.ts'

/** What is particular to one call of a tool, or to one output. */
export interface CallFacts {
  readonly toolName?: string
  readonly toolCallId?: string
  readonly retry: number
  readonly maxRetries: number
  readonly approved?: boolean
  readonly metadata?: JsonObject
  readonly signal?: AbortSignal
}

/** The context as a thin view of its run: making one costs an object of three fields. */
export class RunView implements RunContext {
  readonly #run: Run
  readonly #facts: CallFacts | undefined
  readonly #settings: ModelSettings | undefined

  constructor(run: Run, facts?: CallFacts, settings?: ModelSettings) {
    this.#run = run
    this.#facts = facts
    this.#settings = settings
  }

  get deps(): unknown {
    return this.#run.deps
  }
  get usage(): RunUsage {
    return this.#run.usage
  }
  get usageLimits(): UsageLimits {
    return this.#run.limits
  }
  get cost(): number | undefined {
    return this.#run.usage.costUsd
  }
  get model(): Model {
    return this.#run.model
  }
  get modelSettings(): ModelSettings {
    return this.#settings ?? this.#run.modelSettings
  }
  get agentName(): string | undefined {
    return this.#run.config.name
  }
  get prompt(): UserPrompt | undefined {
    return this.#run.prompt
  }
  get messages(): readonly ModelMessage[] {
    return this.#run.messages
  }
  get step(): number {
    return this.#run.step
  }
  get runId(): string {
    return this.#run.runId
  }
  get conversationId(): string {
    return this.#run.conversationId
  }
  get metadata(): JsonObject | undefined {
    return this.#run.metadata
  }
  get signal(): AbortSignal {
    return this.#facts?.signal ?? this.#run.signal
  }
  get validationContext(): unknown {
    return this.#run.config.validationContext
  }
  get toolName(): string | undefined {
    return this.#facts?.toolName
  }
  get toolCallId(): string | undefined {
    return this.#facts?.toolCallId
  }
  get retry(): number {
    return this.#facts?.retry ?? this.#run.outputRetries
  }
  get maxRetries(): number {
    return this.#facts?.maxRetries ?? this.#run.config.retries.output
  }
  get lastAttempt(): boolean {
    return this.retry >= this.maxRetries
  }
  get toolCallApproved(): boolean {
    return this.#facts?.approved ?? false
  }
  get toolCallMetadata(): JsonObject | undefined {
    return this.#facts?.metadata
  }
  get retries(): ReadonlyMap<string, number> {
    return this.#run.toolRetries.counts
  }
  get availableToolNames(): ReadonlySet<string> {
    return new Set(this.#run.tools.keys())
  }
  get loadedCapabilityIds(): ReadonlySet<string> {
    return this.#run.loadedCapabilityIds
  }

  enqueue(content: UserPrompt | readonly ModelMessage[], priority: EnqueuePriority = 'asap'): string {
    return this.#run.enqueue(content, priority)
  }

  cancel(reason?: string): never {
    throw this.#run.cancel(reason)
  }
}
