import type { ModelMessage } from './message.ts'
import type { ToolCallPart } from './part.ts'
import { isToolResult } from './history-parts.ts'

/** What is wrong with the pairs of calls and results in a stretch of history. Positions are message index → part indices. */
export interface PairingProblems {
  /** Results that no earlier response called for. */
  readonly orphans: ReadonlyMap<number, ReadonlySet<number>>
  /** Calls that nothing answers, or whose id a later response uses again before anything did. */
  readonly dangling: ReadonlyMap<number, readonly number[]>
  /** Calls that are still open at the end, by the response that made them. A subset of `dangling`. */
  readonly open: ReadonlyMap<string, number>
  /** Index of the last response; -1 without one. */
  readonly lastResponse: number
}

interface OpenCalls {
  readonly response: number
  /** More than one only when a response used an id twice. */
  readonly parts: number[]
}

/** Walks a stretch of history once and pairs results with the calls made before them.
 *  A result answers the oldest open call of its id; results of calls that are answered already are no orphans.
 *
 *  @param seen ids called before the stretch; the ids of the stretch are added */
export function pairCalls(messages: readonly ModelMessage[], seen: Set<string>): PairingProblems {
  const orphans = new Map<number, Set<number>>()
  const dangling = new Map<number, number[]>()
  const open = new Map<string, OpenCalls>()
  let lastResponse = -1
  const giveUp = ({ response, parts }: OpenCalls): void => addTo(dangling, response, parts)

  messages.forEach((message, index) => {
    if (message.kind === 'response') {
      lastResponse = index
      message.parts.forEach((part, at) => {
        if (part.kind !== 'tool-call') return
        seen.add(part.toolCallId)
        openCall(open, part, { index, at, giveUp })
      })
      return
    }
    message.parts.forEach((part, at) => {
      if (!isToolResult(part)) return
      if (seen.has(part.toolCallId)) answer(open, part.toolCallId)
      else orphans.set(index, (orphans.get(index) ?? new Set()).add(at))
    })
  })

  for (const calls of open.values()) giveUp(calls)
  for (const parts of dangling.values()) parts.sort((a, b) => a - b)
  return {
    orphans,
    dangling,
    open: new Map([...open].map(([id, calls]) => [id, calls.response])),
    lastResponse,
  }
}

/** A later response that uses the id of an open call takes its results: the older call will never be answered. */
function openCall(
  open: Map<string, OpenCalls>,
  { toolCallId }: ToolCallPart,
  { index, at, giveUp }: { index: number; at: number; giveUp: (calls: OpenCalls) => void },
): void {
  const earlier = open.get(toolCallId)
  if (earlier?.response === index) {
    earlier.parts.push(at)
    return
  }
  if (earlier !== undefined) giveUp(earlier)
  open.set(toolCallId, { response: index, parts: [at] })
}

function answer(open: Map<string, OpenCalls>, id: string): void {
  const calls = open.get(id)
  calls?.parts.shift()
  if (calls?.parts.length === 0) open.delete(id)
}

function addTo(lists: Map<number, number[]>, key: number, items: readonly number[]): void {
  const list = lists.get(key)
  if (list === undefined) lists.set(key, [...items])
  else list.push(...items)
}
