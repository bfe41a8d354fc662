import type { AwsErrorOptions, ExceptionType } from './aws-error.ts'
import type { LogEntry } from './log.ts'
import type { StreamEvent } from './wire.ts'

/** What happens at the point `after` names.
 *  - `end`: the body ends cleanly, too early
 *  - `destroy`: HTTP/1.1 socket or whole HTTP/2 session destroyed
 *  - `reset`: TCP RST on HTTP/1.1, RST_STREAM (INTERNAL_ERROR) of this one stream on HTTP/2
 *  - `stall`: nothing more is sent until the client leaves or the server closes
 *  - `{ exception }`: an exception frame (streams only), then a clean end */
export type FaultEnd = 'end' | 'destroy' | 'reset' | 'stall' | StreamException

export interface StreamException {
  /** member name in lower camel case; unknown names are sent too */
  exception:
    | 'internalServerException'
    | 'modelStreamErrorException'
    | 'validationException'
    | 'throttlingException'
    | 'serviceUnavailableException'
    | (string & {})
  message?: string
  /** more payload keys, such as `originalStatusCode` */
  fields?: Record<string, unknown>
}

/** One scripted misbehaviour. Fields combine: `{ chunkBytes: 7, after: { bytes: 300 }, do: 'destroy' }`. */
export interface Fault {
  /** answers with this error instead of asking the responder */
  error?: { type: ExceptionType | (string & {}); message?: string } & AwsErrorOptions
  /** waits before the status line and headers; `Infinity` never answers */
  firstByteDelayMs?: number
  /** body goes out in slices of this many bytes, each its own write */
  chunkBytes?: number
  /** pause between slices (or between events when `chunkBytes` is not set) */
  chunkDelayMs?: number
  /** where `do` happens: after so many event-stream frames or body bytes. Without it, before anything is sent.
   *  In an answer that is not a stream `{ events }` counts as 0 bytes. */
  after?: { events: number } | { bytes: number }
  do?: FaultEnd
  /** flips the lowest bit of this body byte (from 0), so that a checksum fails */
  corruptByte?: number
  /** sends event types no client knows, before the first delta and after `metadata` */
  unknownEvents?: boolean
  /** adds an unknown key to every payload, and a delta and a content block of an unknown kind */
  unknownKeys?: boolean
  /** every tool call carries the id of the first one */
  duplicateToolUseIds?: boolean
  /** last word on each event of a stream: replace it, drop it (`[]`) or add to it */
  transform?: (event: StreamEvent, index: number) => StreamEvent | StreamEvent[]
}

export interface FaultFilter {
  /** default: any operation */
  operation?: 'converse' | 'converse-stream' | 'count-tokens' | 'invoke'
  /** asked with the log entry: auth, headers, attempt and body are filled in */
  when?: (entry: LogEntry) => boolean
  /** how often it applies; default 1 */
  times?: number
}

interface Planned {
  fault: Fault
  filter: FaultFilter
  timesLeft: number
}

/** The queue of scripted faults. A request takes the oldest fault whose filter accepts it. */
export class FaultScript {
  #planned: Planned[] = []

  /** Each fault applies to one request, in this order. */
  next(...faults: Fault[]): void {
    for (const fault of faults) this.add(fault)
  }

  /** @example faults.add({ error: { type: 'ThrottlingException' } }, { operation: 'converse', times: 2 }) */
  add(fault: Fault, filter: FaultFilter = {}): void {
    this.#planned.push({ fault, filter, timesLeft: filter.times ?? 1 })
  }

  /** Applies to every matching request until `clear()`. */
  always(fault: Fault, filter: Omit<FaultFilter, 'times'> = {}): void {
    this.add(fault, { ...filter, times: Infinity })
  }

  clear(): void {
    this.#planned = []
  }

  /** faults that have not been used up */
  get pending(): number {
    return this.#planned.length
  }

  /** Takes the fault for a request; called by the server. */
  take(entry: LogEntry): Fault | undefined {
    const found = this.#planned.find(({ filter }) => matches(filter, entry))
    if (!found) return undefined
    found.timesLeft -= 1
    if (found.timesLeft <= 0) this.#planned = this.#planned.filter(planned => planned !== found)
    return found.fault
  }
}

function matches({ operation, when }: FaultFilter, entry: LogEntry): boolean {
  return (operation === undefined || operation === entry.operation) && (when === undefined || when(entry))
}
