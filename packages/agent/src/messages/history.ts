import { isToolResult, synthesizeToolReturn } from './history-parts.ts'
import { MessageMerger } from './merge-messages.ts'
import type { ModelMessage, ModelRequest, ModelResponse } from './message.ts'
import { pairCalls, type PairingProblems } from './pair-calls.ts'
import type { RequestPart, ToolCallPart, ToolReturnPart } from './part.ts'

export interface CleanHistoryOptions {
  /** `true`: calls of the last response that nothing answers get made-up returns too, as a provider demands.
   *  Default `false`: they stay open, so that a run can still answer them. */
  readonly repairLastResponse?: boolean
  /** `false`: neighbouring requests are left apart. Default `true`. */
  readonly merge?: boolean
}

/** Makes a history one that every provider takes: results nobody called for are dropped, calls nobody answered get an
 *  `interrupted` return, and neighbouring requests become one. Provider-run calls are left alone.
 *
 *  Deterministic and idempotent; linear in the history. Returns the very same array when nothing had to change,
 *  and shares every message that did not.
 *
 *  @example const wire = cleanHistory(messages, { repairLastResponse: true }) */
export function cleanHistory(
  messages: readonly ModelMessage[],
  options: CleanHistoryOptions = {},
): readonly ModelMessage[] {
  return new HistoryCleaner(options).clean(messages)
}

/** `cleanHistory` for a history that only grows: each call costs what was appended since the last one.
 *
 *  @example
 *  const cleaner = new HistoryCleaner({ repairLastResponse: true })
 *  for (;;) send(cleaner.clean(messages)) // messages.push(…) in between */
export class HistoryCleaner {
  readonly #options: CleanHistoryOptions
  /** Messages before this are settled: nothing appended can change what became of them, save a late answer. */
  #settled!: number
  /** The last settled message: tells whether the history is still the one we know. */
  #anchor: ModelMessage | undefined
  /** Ids that settled responses called. */
  #seen!: Set<string>
  /** Ids of settled calls that were taken for unanswered. */
  #givenUp!: Set<string>
  #out!: ModelMessage[]
  #settledOut!: number
  /** Message `#settledOut - 1`, before the unsettled ones were joined to it. */
  #lastOut: ModelMessage | undefined
  /** Whether the settled messages came out as they went in. */
  #untouched!: boolean

  constructor(options: CleanHistoryOptions = {}) {
    this.#options = options
    this.reset()
  }

  /** The cleaned history: `messages` itself when nothing had to change, else an array that the next call reuses.
   *  When `messages` is not the history of the last call with messages appended, call `reset()` first. */
  clean(messages: readonly ModelMessage[]): readonly ModelMessage[] {
    if (this.#settled > 0 && messages[this.#settled - 1] !== this.#anchor) this.reset()
    const fresh = messages.slice(this.#settled)
    if (this.#answersGivenUp(fresh)) {
      this.reset()
      return this.clean(messages)
    }
    const from = this.#settled
    const untouched = this.#untouched
    this.#rebuild(messages, repair(fresh, pairCalls(fresh, this.#seen), this.#options))
    return untouched && sameFrom(from, messages, this.#out) && messages.length === this.#out.length
      ? messages
      : this.#out
  }

  /** Forgets the history, after it was changed in any other way than by appending. */
  reset(): void {
    this.#settled = 0
    this.#anchor = undefined
    this.#seen = new Set()
    this.#givenUp = new Set()
    this.#out = []
    this.#settledOut = 0
    this.#lastOut = undefined
    this.#untouched = true
  }

  /** A result may come after later responses. When its call was given up already, the past has to be seen again. */
  #answersGivenUp(fresh: readonly ModelMessage[]): boolean {
    if (this.#givenUp.size === 0) return false
    for (const message of fresh) {
      for (const part of message.parts) {
        if (part.kind === 'tool-call') this.#givenUp.delete(part.toolCallId)
        else if (isToolResult(part as RequestPart) && this.#givenUp.has((part as ToolReturnPart).toolCallId))
          return true
      }
    }
    return false
  }

  #rebuild(messages: readonly ModelMessage[], { before, after, settled, givenUp }: Repaired): void {
    const from = this.#settled
    this.#out.length = this.#settledOut
    if (this.#lastOut !== undefined) this.#out[this.#settledOut - 1] = this.#lastOut

    this.#append(before)
    this.#settled = from + settled
    this.#anchor = messages[this.#settled - 1]
    this.#settledOut = this.#out.length
    this.#lastOut = this.#out.at(-1)
    this.#untouched &&= this.#settledOut === this.#settled && sameFrom(from, messages, this.#out)
    for (const id of givenUp) this.#givenUp.add(id)

    this.#append(after)
  }

  #append(messages: readonly ModelMessage[]): void {
    if (messages.length === 0) return
    if (this.#options.merge === false) {
      for (const message of messages) this.#out.push(message)
      return
    }
    const merger = new MessageMerger(this.#out)
    for (const message of messages) merger.add(message)
    merger.flush()
  }
}

/** Whether both hold the same messages from the one before `from` to the end of the shorter. */
function sameFrom(from: number, left: readonly ModelMessage[], right: readonly ModelMessage[]): boolean {
  const end = Math.min(left.length, right.length)
  for (let index = Math.max(0, from - 1); index < end; index += 1) {
    if (left[index] !== right[index]) return false
  }
  return true
}

interface Repaired {
  /** What the settled messages became; appending changes none of it. */
  readonly before: readonly ModelMessage[]
  readonly after: readonly ModelMessage[]
  /** How many of the messages are settled. */
  readonly settled: number
  /** Ids of settled calls taken for unanswered. */
  readonly givenUp: readonly string[]
}

/** Drops orphans and answers dangling calls, in a stretch of history whose problems are known. */
function repair(messages: readonly ModelMessage[], problems: PairingProblems, options: CleanHistoryOptions): Repaired {
  const settled = settledEnd(messages, problems)
  const repaired: { before: ModelMessage[]; after: ModelMessage[] } = { before: [], after: [] }
  let returns: ToolReturnPart[] = []
  messages.forEach((message, index) => {
    if (message.kind === 'response') {
      if (returns.length > 0) (index <= settled ? repaired.before : repaired.after).push(requestOf(returns))
      returns = returnsFor(message, index, { problems, options })
    }
    const kept = message.kind === 'response' ? message : keptRequest(message, index, { messages, problems })
    if (kept === undefined) return
    const target = index < settled ? repaired.before : repaired.after
    if (kept.kind === 'response' || returns.length === 0) {
      target.push(kept)
    } else {
      target.push(insertReturns(kept, returns))
      returns = []
    }
  })
  if (returns.length > 0) repaired.after.push(requestOf(returns))
  const givenUp = [...problems.open].filter(([, response]) => response < settled).map(([id]) => id)
  return { ...repaired, settled, givenUp }
}

/** Calls of the last response may still be answered, and an emptied last request goes once another message follows. */
function settledEnd(messages: readonly ModelMessage[], { open, orphans, lastResponse }: PairingProblems): number {
  const waits = [...open.values()].includes(lastResponse)
  if (waits) return lastResponse
  const last = messages.length - 1
  const emptied = orphans.get(last)?.size === messages[last]?.parts.length
  return emptied ? last : messages.length
}

function returnsFor(
  response: ModelResponse,
  index: number,
  { problems, options }: { problems: PairingProblems; options: CleanHistoryOptions },
): ToolReturnPart[] {
  if (index === problems.lastResponse && options.repairLastResponse !== true) return []
  const parts = problems.dangling.get(index) ?? []
  return parts.map(at => synthesizeToolReturn(response.parts[at] as ToolCallPart, response))
}

/** The request without its orphans; `undefined` when nothing is left of it and it is not the last message. */
function keptRequest(
  request: ModelRequest,
  index: number,
  { messages, problems }: { messages: readonly ModelMessage[]; problems: PairingProblems },
): ModelRequest | undefined {
  const orphans = problems.orphans.get(index)
  if (orphans === undefined) return request
  const parts = request.parts.filter((_, at) => !orphans.has(at))
  return parts.length === 0 && index < messages.length - 1 ? undefined : { ...request, parts }
}

function insertReturns(request: ModelRequest, returns: readonly ToolReturnPart[]): ModelRequest {
  const at = request.parts.findLastIndex(isToolResult) + 1
  return { ...request, parts: [...request.parts.slice(0, at), ...returns, ...request.parts.slice(at)] }
}

function requestOf(returns: readonly ToolReturnPart[]): ModelRequest {
  return { kind: 'request', parts: returns }
}
