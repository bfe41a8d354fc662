import type { ModelResponse } from '../messages/message.ts'
import type { JsonObject } from '../util/json.ts'

const brand = Symbol.for('tenon.signal')

/** Thrown to steer the loop; none of them is a failure. Each has a `kind`, and `isSignal` tells them apart. */
abstract class Signal<TKind extends SignalKind> extends Error {
  readonly kind: TKind
  readonly [brand] = true

  constructor(kind: TKind, name: string, message: string) {
    super(message)
    this.kind = kind
    this.name = name
  }
}

/** Thrown by a tool, an output function, a validator or a hook: the model is told and tries again, within its budget.
 *
 *  @example throw new ModelRetry('No such city. Ask for one of: Riga, Vilnius.') */
export class ModelRetry extends Signal<'model-retry'> {
  constructor(message: string) {
    super('model-retry', 'ModelRetry', message)
  }
}

/** Thrown by a tool: the call failed for good. The model is told; no budget is used. */
export class ToolFailed extends Signal<'tool-failed'> {
  constructor(message: string) {
    super('tool-failed', 'ToolFailed', message)
  }
}

/** Thrown by a tool: the call is answered elsewhere, and the run stops with `DeferredToolRequests`. */
export class CallDeferred extends Signal<'call-deferred'> {
  /** Handed on with the request. */
  readonly metadata: JsonObject | undefined

  constructor(metadata?: JsonObject) {
    super('call-deferred', 'CallDeferred', 'The tool call is deferred.')
    this.metadata = metadata
  }
}

/** Thrown by a tool: the call waits for a yes. When it is approved the tool runs again with `ctx.toolCallApproved`. */
export class ApprovalRequired extends Signal<'approval-required'> {
  /** Handed on with the request. */
  readonly metadata: JsonObject | undefined

  constructor(metadata?: JsonObject) {
    super('approval-required', 'ApprovalRequired', 'The tool call needs an approval.')
    this.metadata = metadata
  }
}

/** Thrown by a hook before or around a model request: this response is used, no model is asked. */
export class SkipModelRequest extends Signal<'skip-model-request'> {
  readonly response: ModelResponse

  constructor(response: ModelResponse) {
    super('skip-model-request', 'SkipModelRequest', 'The model request is skipped.')
    this.response = response
  }
}

/** Thrown by a hook before or around the validation of a call: these arguments are taken as valid. */
export class SkipToolValidation extends Signal<'skip-tool-validation'> {
  readonly args: unknown

  constructor(args: unknown) {
    super('skip-tool-validation', 'SkipToolValidation', 'The validation of the tool call is skipped.')
    this.args = args
  }
}

/** Thrown by a hook before or around the execution of a call: this is its result. */
export class SkipToolExecution extends Signal<'skip-tool-execution'> {
  readonly result: unknown

  constructor(result: unknown) {
    super('skip-tool-execution', 'SkipToolExecution', 'The execution of the tool call is skipped.')
    this.result = result
  }
}

/** Every signal by its kind. */
export interface Signals {
  'model-retry': ModelRetry
  'tool-failed': ToolFailed
  'call-deferred': CallDeferred
  'approval-required': ApprovalRequired
  'skip-model-request': SkipModelRequest
  'skip-tool-validation': SkipToolValidation
  'skip-tool-execution': SkipToolExecution
}

export type SignalKind = keyof Signals

/** Whether a thrown value is a signal (of this kind), made by whatever copy of the package.
 *
 *  @example if (isSignal(error, 'model-retry')) return retryPrompt(error.message) */
export function isSignal<K extends SignalKind = SignalKind>(error: unknown, kind?: K): error is Signals[K] {
  if (typeof error !== 'object' || error === null || !(brand in error)) return false
  return kind === undefined || ('kind' in error && error.kind === kind)
}
