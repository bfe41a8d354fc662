import type { ModelResponse } from '../messages/message.ts'
import type { Model, ModelCall } from '../models/model.ts'
import type { ToolsetTool } from '../toolsets/toolset.ts'
import type { RunContext } from '../tools/run-context.ts'
import type { MaybePromise } from '../util/json.ts'

/** Which effect of which run this is. The same run repeats the same names in the same order. */
export interface EffectStep {
  readonly runId: string
  /** The model request it belongs to, from 1. */
  readonly step: number
  /** Unique within the run, for example `model-request:3` or `tool-call:3:call_abc`. */
  readonly name: string
}

/** The one port through which a run touches the world: everything that is slow, random or outside.
 *  The default performs each effect in place. A durable engine records results and replays them; a test freezes time. */
export interface Effects {
  /** Milliseconds since 1970. */
  now(): number
  /** In [0, 1). */
  random(): number
  /** A fresh id: `run` and `conversation` are UUIDv7, `tool-call` and `enqueue` any unique text. */
  id(purpose: 'run' | 'conversation' | 'tool-call' | 'enqueue'): string
  /** @throws the signal's reason when it is aborted first */
  sleep(ms: number, signal: AbortSignal): Promise<void>
  modelRequest(
    step: EffectStep,
    request: { model: Model; call: ModelCall },
    perform: () => Promise<ModelResponse>,
  ): Promise<ModelResponse>
  toolCall(
    step: EffectStep,
    call: { tool: ToolsetTool; args: unknown; ctx: RunContext },
    perform: () => MaybePromise<unknown>,
  ): MaybePromise<unknown>
  listTools(
    step: EffectStep,
    perform: () => MaybePromise<ReadonlyMap<string, ToolsetTool>>,
  ): MaybePromise<ReadonlyMap<string, ToolsetTool>>
  /** `true`: streamed requests are opened as streams; `false`: they are performed whole inside `modelRequest` and replayed as events. */
  readonly streams: boolean
}
