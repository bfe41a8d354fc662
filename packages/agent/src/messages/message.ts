import type { JsonObject } from '../util/json.ts'
import type { RequestUsage } from '../usage/usage.ts'
import type { RequestPart, ResponsePart } from './part.ts'

/** What we send to the model. Plain data: never change one in place, histories share them. */
export interface ModelRequest {
  readonly kind: 'request'
  readonly parts: readonly RequestPart[]
  /** RFC 3339. */
  readonly timestamp?: string
  /** The instructions that were in force for this request, joined. */
  readonly instructions?: string
  readonly runId?: string
  readonly conversationId?: string
  /** Yours; never sent to the model. */
  readonly metadata?: JsonObject
  /** `interrupted`: only some of the tool results made it. Default `complete`. */
  readonly state?: 'complete' | 'interrupted'
  readonly extra?: JsonObject
}

export type FinishReason = 'stop' | 'length' | 'content_filter' | 'tool_call' | 'error'

/** `incomplete`: still streaming · `suspended`: the provider paused, resume it · `interrupted`: cancelled or died half-way. */
export type ResponseState = 'complete' | 'incomplete' | 'suspended' | 'interrupted'

/** What the model answered. */
export interface ModelResponse {
  readonly kind: 'response'
  readonly parts: readonly ResponsePart[]
  readonly usage: RequestUsage
  readonly modelName?: string
  readonly timestamp?: string
  readonly providerName?: string
  readonly providerUrl?: string
  readonly providerDetails?: JsonObject
  readonly providerResponseId?: string
  readonly finishReason?: FinishReason
  readonly runId?: string
  readonly conversationId?: string
  readonly metadata?: JsonObject
  /** Default `complete`. */
  readonly state?: ResponseState
  readonly extra?: JsonObject
}

export type ModelMessage = ModelRequest | ModelResponse
