import { AwsError } from './aws-error.ts'
import { reply } from './reply.ts'
import type { Reply, ReplyChunk } from './reply.ts'
import type { ConverseRequest } from './wire.ts'

/** What a responder knows beside the request body. */
export interface ResponderInfo {
  modelId: string
  operation: 'converse' | 'converse-stream'
  requestId: string
  /** 0 for the first request this server answered through its responder */
  callIndex: number
  /** aborts when the client leaves or the server closes */
  signal: AbortSignal
}

export type ResponderResult = Reply | AsyncIterable<ReplyChunk>

/** The plug-in that plays the model. It may throw an `AwsError` to answer with an error. */
export type Responder = (request: ConverseRequest, info: ResponderInfo) => ResponderResult | Promise<ResponderResult>

export type ScriptStep = string | Reply | Error | Responder

export interface ScriptedResponder extends Responder {
  /** requests answered so far, oldest first */
  readonly requests: readonly ConverseRequest[]
  /** steps not used yet */
  readonly remaining: number
  /** appends steps */
  push(...steps: ScriptStep[]): void
}

/** Answers with the given steps in order: a string is a text reply, an error is thrown, a function is called.
 *  When no step is left the request fails with a ValidationException, which no client retries.
 *  @example scriptedResponder([reply.toolUse('weather', { city: 'Riga' }), 'It is 3 °C in Riga.']) */
export function scriptedResponder(steps: readonly ScriptStep[] = []): ScriptedResponder {
  const queue = [...steps]
  const requests: ConverseRequest[] = []
  const respond: Responder = (request, info) => {
    requests.push(request)
    const step = queue.shift()
    if (step === undefined) {
      throw new AwsError(
        'ValidationException',
        `The scripted responder has no reply left for request ${requests.length}.`,
      )
    }
    if (step instanceof Error) throw step
    if (typeof step === 'function') return step(request, info)
    return typeof step === 'string' ? reply.text(step) : step
  }
  return Object.defineProperties(respond, {
    requests: { value: requests },
    remaining: { get: () => queue.length },
    push: { value: (...more: ScriptStep[]) => void queue.push(...more) },
  }) as ScriptedResponder
}
