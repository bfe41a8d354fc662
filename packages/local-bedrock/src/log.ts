import type { Fault } from './faults.ts'

export interface AuthSeen {
  kind: 'sigv4' | 'bearer' | 'none'
  /** access key id, or the first 8 characters of the bearer token; never a secret */
  keyId?: string
  region?: string
  service?: string
  signedHeaders?: string[]
  /** whether the credentials were accepted */
  isAccepted: boolean
}

/** One request as the endpoint saw it. Filled in while the request lives; times are milliseconds since the epoch. */
export interface LogEntry {
  /** how many requests came before it */
  index: number
  /** the `x-amzn-requestid` of the answer */
  requestId: string
  httpVersion: '1.1' | '2'
  method: string
  /** raw path with query, still percent-encoded */
  path: string
  /** without secrets: a bearer token of more than 24 characters is cut after 8, a session token is left out */
  headers: Record<string, string>
  /** `converse`, `converse-stream`, `count-tokens`, `invoke`; undefined for an unknown route */
  operation?: string
  /** decoded */
  modelId?: string
  auth?: AuthSeen
  /** from `amz-sdk-request`: 1 for the first try */
  attempt?: number
  maxAttempts?: number
  /** from `amz-sdk-invocation-id`: equal for all tries of one call */
  invocationId?: string
  /** parsed JSON body, or the text when it is not JSON */
  body?: unknown
  receivedAt: number
  firstByteAt?: number
  endedAt?: number
  status?: number
  /** exception name of an error answer, or of an exception frame in the stream */
  errorType?: string
  /** id of the validator's rule that refused the request */
  ruleId?: string
  /** body bytes handed to the socket */
  bytesSent: number
  /** event-stream frames begun */
  eventsSent: number
  /** the scripted fault that was applied */
  fault?: Fault
  /** the client left before the answer was complete */
  closedByClient: boolean
  closedByClientAt?: number
}

/** All requests, oldest first. A plain array, plus waiting. */
export class RequestLog extends Array<LogEntry> {
  static override get [Symbol.species](): ArrayConstructor {
    return Array
  }

  readonly #waiters = new Set<{ check: () => void; fail: (reason: string) => void }>()

  /** Resolves with the first entry the predicate accepts, checked now and after every change of any entry.
   *  @param timeoutMs default 5000; then it rejects, saying what the log held */
  waitFor(predicate: (entry: LogEntry) => boolean, timeoutMs = 5000): Promise<LogEntry> {
    return new Promise((resolve, reject) => {
      const settle = () => {
        clearTimeout(timer)
        this.#waiters.delete(waiter)
      }
      const waiter = {
        check: () => {
          const found = this.find(predicate)
          if (!found) return
          settle()
          resolve(found)
        },
        fail: (reason: string) => {
          settle()
          reject(new Error(`No matching request: ${reason}. Seen: ${this.#summary()}`))
        },
      }
      const timer = setTimeout(() => waiter.fail(`${timeoutMs} ms passed`), timeoutMs)
      this.#waiters.add(waiter)
      waiter.check()
    })
  }

  /** Forgets all entries. */
  clear(): void {
    this.length = 0
  }

  /** Tells the waiters that an entry changed. */
  changed(): void {
    for (const waiter of this.#waiters) waiter.check()
  }

  /** Ends all waiting; called when the server has closed. */
  release(): void {
    for (const waiter of this.#waiters) waiter.fail('the server was closed')
  }

  #summary(): string {
    const lines = this.map(entry => `${entry.method} ${entry.path} → ${entry.status ?? 'no answer yet'}`)
    return lines.length ? lines.join('; ') : 'nothing'
  }
}
