import type { UserPrompt } from './content.ts'
import type { JsonObject } from '../util/json.ts'
import type { ToolCallPart } from './part.ts'

/** Calls a run could not answer itself: the output of a run that stops for a human or for another system. */
export interface DeferredToolRequests {
  readonly kind: 'deferred-tool-requests'
  /** To be executed elsewhere. */
  readonly calls: readonly ToolCallPart[]
  /** To be approved or denied; then they run here. */
  readonly approvals: readonly ToolCallPart[]
  /** By tool call id. */
  readonly metadata: Readonly<Record<string, JsonObject>>
}

export interface ToolApproved {
  readonly kind: 'tool-approved'
  /** Replaces the arguments the model sent; validated again. */
  readonly overrideArgs?: JsonObject
}

export interface ToolDenied {
  readonly kind: 'tool-denied'
  /** Default "The tool call was denied." */
  readonly message?: string
}

/** A tool's rich return value: made with `toolReturn()`. */
export interface ToolReturn<out T = unknown> {
  readonly kind: 'tool-return'
  readonly returnValue: T
  /** Added to the conversation as user content after all results of the batch. */
  readonly content?: UserPrompt
  /** Kept in the history, never sent to the model. */
  readonly metadata?: unknown
  /** Names of hidden tools to reveal. */
  readonly tools?: readonly string[]
}

export interface ModelRetryResult {
  readonly kind: 'model-retry'
  readonly message: string
}

export interface ToolFailedResult {
  readonly kind: 'tool-failed'
  readonly message: string
}

/** A result made elsewhere: a plain JSON value, or a `ToolReturn`, `ModelRetryResult`, `ToolFailedResult` or `RetryPromptPart`. */
export type DeferredCallResult = unknown

/** The answers to `DeferredToolRequests`, by tool call id. */
export interface DeferredToolResults {
  readonly calls?: Readonly<Record<string, DeferredCallResult>>
  readonly approvals?: Readonly<Record<string, boolean | ToolApproved | ToolDenied>>
  /** Becomes `ctx.toolCallMetadata` of the resumed call. */
  readonly metadata?: Readonly<Record<string, JsonObject>>
}
