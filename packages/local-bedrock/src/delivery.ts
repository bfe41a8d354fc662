import { setImmediate as nextTurn } from 'node:timers/promises'
import { AwsError } from './aws-error.ts'
import { encodeEvent, encodeException, eventStreamContentType } from './event-stream.ts'
import { sleep } from './exchange.ts'
import type { Exchange } from './exchange.ts'
import { faultyBody, faultyEvents } from './fault-events.ts'
import type { Fault, StreamException } from './faults.ts'
import { toWireJson } from './wire.ts'
import type { JsonObject, StreamEvent } from './wire.ts'

/** What an operation answers. */
export type Answer =
  | { body: JsonObject; headers?: Record<string, string> }
  | { events: Iterable<StreamEvent> | AsyncIterable<StreamEvent> }

/** Sends one answer, applying one fault. After a fault struck, every further call is a no-op. */
export class Delivery {
  readonly #exchange: Exchange
  readonly #fault: Fault
  #isOver = false
  #hasStruck = false
  #position = 0

  constructor(exchange: Exchange, fault: Fault = {}) {
    this.#exchange = exchange
    this.#fault = fault
  }

  async send(answer: Answer): Promise<void> {
    if ('events' in answer) await this.#sendEvents(answer.events)
    else await this.#sendBody(200, faultyBody(answer.body, this.#fault), answer.headers ?? {})
  }

  async sendError(error: AwsError): Promise<void> {
    const { type, message, fields, headers } = error
    this.#exchange.entry.errorType = type
    // the service qualifies the name with a URI after a colon; clients cut it off
    const errorType = `${type}:http://internal.amazon.com/coral/com.amazon.bedrock/`
    await this.#sendBody(error.status, { message, ...fields }, { 'x-amzn-errortype': errorType, ...headers })
  }

  async #sendBody(status: number, body: JsonObject, headers: Record<string, string>): Promise<void> {
    const bytes = new TextEncoder().encode(toWireJson(body))
    // a body that will be cut does not announce its length: HTTP/1.1 clients then see a clean early end
    const length: Record<string, string> = this.#fault.do ? {} : { 'content-length': String(bytes.byteLength) }
    if (!(await this.#open(status, { 'content-type': 'application/json', ...length, ...headers }))) return
    if (this.#fault.after && 'events' in this.#fault.after) await this.#strike()
    await this.#write(bytes)
    this.#finish()
  }

  async #sendEvents(events: Iterable<StreamEvent> | AsyncIterable<StreamEvent>): Promise<void> {
    if (!(await this.#open(200, { 'content-type': eventStreamContentType }))) return
    try {
      for await (const event of faultyEvents(events, this.#fault)) {
        await this.#strikeAtEvent()
        if (this.#isOver || this.#exchange.gone.aborted) return
        const index = this.#exchange.entry.eventsSent
        this.#exchange.entry.eventsSent += 1
        await this.#write(encodeEvent(event, index))
        if (this.#fault.chunkDelayMs && !this.#fault.chunkBytes)
          await sleep(this.#fault.chunkDelayMs, this.#exchange.gone)
      }
      await this.#strikeAtEvent()
    } catch (error) {
      await this.#sendException(streamExceptionOf(error))
    }
    this.#finish()
  }

  /** @returns false when the answer never begins */
  async #open(status: number, headers: Record<string, string>): Promise<boolean> {
    const { entry, gone } = this.#exchange
    const { firstByteDelayMs, do: action, after } = this.#fault
    const head = { ...headers, 'x-amzn-requestid': entry.requestId }
    if (firstByteDelayMs) await sleep(firstByteDelayMs, gone)
    if (action && !after) {
      // a clean end and an exception frame need a head to come after
      if (action === 'end' || typeof action === 'object') this.#exchange.writeHead(status, head)
      await this.#strike()
    }
    if (this.#isOver || gone.aborted) return false
    this.#exchange.writeHead(status, head)
    return true
  }

  async #strikeAtEvent(): Promise<void> {
    const { after } = this.#fault
    if (after && 'events' in after && after.events === this.#exchange.entry.eventsSent) await this.#strike()
  }

  /** Sends bytes in slices, flips the bit, and stops at the byte where the fault strikes. */
  async #write(bytes: Uint8Array): Promise<void> {
    if (this.#isOver) return
    const { after, chunkBytes, chunkDelayMs, corruptByte } = this.#fault
    const limit = after && 'bytes' in after && !this.#hasStruck ? after.bytes - this.#position : Infinity
    let allowed = bytes.subarray(0, Math.max(0, Math.min(limit, bytes.byteLength)))
    const flip = corruptByte === undefined ? -1 : corruptByte - this.#position
    if (flip >= 0 && flip < allowed.byteLength) {
      allowed = allowed.slice()
      allowed[flip]! ^= 1
    }
    this.#position += allowed.byteLength
    if (!chunkBytes) await this.#exchange.write(allowed)
    else {
      for (let offset = 0; offset < allowed.byteLength && !this.#exchange.gone.aborted; offset += chunkBytes) {
        await this.#exchange.write(allowed.subarray(offset, offset + chunkBytes))
        // a turn of the event loop keeps slices from being joined into one packet
        await (chunkDelayMs ? sleep(chunkDelayMs, this.#exchange.gone) : nextTurn())
      }
    }
    if (limit <= bytes.byteLength) await this.#strike()
  }

  async #strike(): Promise<void> {
    const { do: action } = this.#fault
    if (this.#hasStruck || action === undefined) return
    this.#hasStruck = true
    if (typeof action === 'object') {
      await this.#sendException(action)
      return this.#finish()
    }
    this.#isOver = true
    if (action === 'stall') return sleep(Infinity, this.#exchange.gone)
    if (action === 'end') return this.#exchange.end()
    // what was written before must reach the client, else the cut is not where the script says
    await nextTurn()
    await nextTurn()
    this.#exchange.destroy(action)
  }

  async #sendException({ exception, message, fields }: StreamException): Promise<void> {
    if (this.#isOver) return
    const { entry } = this.#exchange
    entry.errorType = exception
    entry.eventsSent += 1
    await this.#write(encodeException(exception, { message: message ?? exception, ...fields }))
  }

  #finish(): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#exchange.end()
  }
}

/** Names inside a stream begin with a lower-case letter: `ThrottlingException` → `throttlingException`. */
function streamExceptionOf(error: unknown): StreamException {
  if (error instanceof AwsError) {
    const exception = error.type.charAt(0).toLowerCase() + error.type.slice(1)
    return { exception, message: error.message, fields: error.fields }
  }
  const message = `The responder failed: ${error instanceof Error ? error.message : String(error)}`
  return {
    exception: 'modelStreamErrorException',
    message,
    fields: { originalStatusCode: 500, originalMessage: message },
  }
}
