import { expect } from 'vitest'
import { cleanHistory, messagesFromJson, messagesToJson, type AgentEvent, type ModelMessage } from '../../src/core.ts'
import { isToolResult } from '../../src/messages/history-parts.ts'

/** Every call has at most one result, every result a call before it; cleaning is settled after once; JSON keeps everything. */
export function expectValidHistory(messages: readonly ModelMessage[]): void {
  const open = new Map<string, number>()
  for (const message of messages) {
    for (const part of message.parts) {
      if (part.kind === 'tool-call') open.set(part.toolCallId, (open.get(part.toolCallId) ?? 0) + 1)
      if (!isToolResult(part)) continue
      const left = (open.get(part.toolCallId) ?? 0) - 1
      expect(left, `results of \`${part.toolCallId}\``).toBeGreaterThanOrEqual(0)
      open.set(part.toolCallId, left)
    }
  }
  const cleaned = cleanHistory(messages, { repairLastResponse: true })
  expect(cleanHistory(cleaned, { repairLastResponse: true })).toBe(cleaned)
  expect(messagesFromJson(messagesToJson(messages))).toEqual(messages.map(withoutDefaults))
}

/** As a reader of JSON gives it back: what says the same by its absence is absent. */
function withoutDefaults(message: ModelMessage): ModelMessage {
  return message.state === 'complete' ? { ...message, state: undefined } : message
}

/** How many calls have no result. */
export function countOpenCalls(messages: readonly ModelMessage[]): number {
  const parts = messages.flatMap((message): ModelMessage['parts'][number][] => [...message.parts])
  return parts.filter(part => part.kind === 'tool-call').length - parts.filter(isToolResult).length
}

const kindsWithEnd: readonly string[] = ['text', 'thinking', 'tool-call', 'builtin-tool-call']

/** Parts begin, grow and end one after the other; results follow their calls; the output is the last event.
 *  @param isWhole the run ended with a result */
export function expectOrderlyEvents(events: readonly AgentEvent[], isWhole: boolean): void {
  let open: { readonly index: number; text: string } | undefined
  const waiting = new Map<string, number>()
  let results = 0
  events.forEach((event, at) => {
    switch (event.kind) {
      case 'part-start': {
        expect(open, 'a part begins within another').toBeUndefined()
        const { part, index } = event
        if (kindsWithEnd.includes(part.kind)) open = { index, text: textOf(part) }
        break
      }
      case 'part-delta': {
        expect(open?.index).toBe(event.index)
        if (open !== undefined) open.text += deltaText(event.delta)
        break
      }
      case 'part-end':
        expect({ index: event.index, text: textOf(event.part) }).toEqual(open)
        open = undefined
        break
      case 'function-tool-call':
        waiting.set(event.part.toolCallId, (waiting.get(event.part.toolCallId) ?? 0) + 1)
        break
      case 'function-tool-result': {
        const left = (waiting.get(event.part.toolCallId) ?? 0) - 1
        expect(left, 'a result without its call').toBeGreaterThanOrEqual(0)
        waiting.set(event.part.toolCallId, left)
        break
      }
      case 'agent-run-result':
        results += 1
        expect(at).toBe(events.length - 1)
    }
  })
  if (!isWhole) return
  expect(open).toBeUndefined()
  expect(results).toBe(1)
}

/** Ids of calls that were announced and have no result. */
export function unansweredIds(events: readonly AgentEvent[]): readonly string[] {
  const waiting: string[] = []
  for (const event of events) {
    if (event.kind === 'function-tool-call') waiting.push(event.part.toolCallId)
    if (event.kind === 'function-tool-result') waiting.splice(waiting.indexOf(event.part.toolCallId), 1)
  }
  return waiting
}

function textOf(part: Extract<AgentEvent, { kind: 'part-start' }>['part']): string {
  if (part.kind === 'text' || part.kind === 'thinking') return part.content
  return part.kind === 'tool-call' && typeof part.args === 'string' ? part.args : ''
}

function deltaText(delta: Extract<AgentEvent, { kind: 'part-delta' }>['delta']): string {
  if (delta.kind === 'tool-call') return typeof delta.argsDelta === 'string' ? delta.argsDelta : ''
  return delta.contentDelta ?? ''
}
