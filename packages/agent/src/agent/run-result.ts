import type { RunOutcome } from '../capabilities/capability.ts'
import type { ModelMessage, ModelResponse } from '../messages/message.ts'
import type { RunUsageRecord } from '../usage/run-usage.ts'
import type { JsonObject } from '../util/json.ts'
import type { Run } from './run.ts'

/** What a run that succeeded leaves. */
export interface AgentRunResult<out TOutput = string> {
  readonly output: TOutput
  readonly usage: RunUsageRecord
  /** US dollars, when the price of every request is known. */
  readonly cost: number | undefined
  /** The whole history, oldest first: hand it to the next run as `messageHistory`. */
  readonly messages: readonly ModelMessage[]
  /** What this run added. */
  readonly newMessages: readonly ModelMessage[]
  /** The last response of the model. */
  readonly response: ModelResponse | undefined
  readonly runId: string
  readonly conversationId: string
  readonly metadata: JsonObject | undefined
  /** The output tool that was called, when the output came from one. */
  readonly outputToolName: string | undefined
  readonly outputToolCallId: string | undefined
}

/** Snapshots what the run has at its end; the lists are made when they are asked for. */
export class RunResult<TOutput> implements AgentRunResult<TOutput> {
  readonly output: TOutput
  readonly usage: RunUsageRecord
  readonly cost: number | undefined
  readonly messages: readonly ModelMessage[]
  readonly runId: string
  readonly conversationId: string
  readonly metadata: JsonObject | undefined
  readonly outputToolName: string | undefined
  readonly outputToolCallId: string | undefined
  readonly #run: Run
  #newMessages: readonly ModelMessage[] | undefined

  constructor(run: Run, outcome: RunOutcome) {
    // the agent's output schema made the value, or its functions did
    this.output = outcome.output as TOutput
    this.usage = run.usage.snapshot()
    this.cost = run.usage.costUsd
    this.messages = run.messages
    this.runId = run.runId
    this.conversationId = run.conversationId
    this.metadata = run.metadata
    this.outputToolName = outcome.outputToolName
    this.outputToolCallId = outcome.outputToolCallId
    this.#run = run
  }

  get newMessages(): readonly ModelMessage[] {
    return (this.#newMessages ??= this.#run.newMessages)
  }

  get response(): ModelResponse | undefined {
    return this.messages.findLast(message => message.kind === 'response')
  }
}
