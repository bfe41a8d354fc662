import { describe, expect, it } from 'vitest'
import { emptyUsage } from '../usage/usage.ts'
import {
  deferredToolRequestsFromWire,
  deferredToolRequestsToWire,
  deferredToolResultsFromWire,
  deferredToolResultsToWire,
} from './deferred-codec.ts'
import type { DeferredToolRequests, DeferredToolResults } from './deferred.ts'
import { eventFromWire, eventToWire } from './event-codec.ts'
import type { AgentEvent } from './event.ts'
import type { ToolCallPart } from './part.ts'
import { binaryContent, imageUrl } from './user-content.ts'

const call: ToolCallPart = { kind: 'tool-call', toolName: 'pay', toolCallId: 'c1', args: '{"sum":1}' }
const requests: DeferredToolRequests = {
  kind: 'deferred-tool-requests',
  calls: [],
  approvals: [call],
  metadata: { c1: { reason: 'costly' } },
}
const results: DeferredToolResults = { calls: { c2: 'done' }, approvals: { c1: true } }

const events: AgentEvent[] = [
  { kind: 'part-start', index: 0, part: { kind: 'text', content: 'He' } },
  { kind: 'part-delta', index: 0, delta: { kind: 'text', contentDelta: 'llo' } },
  { kind: 'part-delta', index: 1, delta: { kind: 'thinking', signatureDelta: 's', providerName: 'bedrock' } },
  { kind: 'part-delta', index: 2, delta: { kind: 'tool-call', argsDelta: '{"a', toolCallId: 'c1' } },
  { kind: 'part-delta', index: 2, delta: { kind: 'tool-call', argsDelta: { a: 1 } } },
  { kind: 'part-start', index: 1, part: { kind: 'thinking', content: '' }, previousPartKind: 'text' },
  { kind: 'part-end', index: 0, part: { kind: 'text', content: 'Hello' }, nextPartKind: 'tool-call' },
  { kind: 'final-result' },
  { kind: 'final-result', toolName: 'final_result', toolCallId: 'o1' },
  { kind: 'function-tool-call', part: call, argsValid: false },
  { kind: 'output-tool-call', part: call },
  {
    kind: 'function-tool-result',
    part: { kind: 'tool-return', toolName: 'pay', toolCallId: 'c1', content: [1] },
    content: ['see'],
  },
  { kind: 'function-tool-result', part: { kind: 'retry-prompt', toolName: 'pay', toolCallId: 'c1', content: 'no' } },
  { kind: 'output-tool-result', part: { kind: 'tool-return', toolName: 'pay', toolCallId: 'c1', content: null } },
  { kind: 'tool-availability-delta', part: { kind: 'tool-availability-delta', toolsAdded: ['x'] } },
  { kind: 'deferred-tool-requests', requests },
  { kind: 'deferred-tool-results', results: { ...results, metadata: {} } },
  {
    kind: 'enqueued-messages',
    enqueueId: 'q1',
    messages: [
      { kind: 'request', parts: [{ kind: 'user-prompt', content: 'and?' }] },
      { kind: 'response', parts: [], usage: emptyUsage },
    ],
  },
  { kind: 'agent-run-result', output: { city: 'Riga' } },
]

describe('events on the wire', () => {
  it.each(events.map(event => [event.kind, event] as const))('%s comes back', (_, event) => {
    expect(eventFromWire(JSON.parse(JSON.stringify(eventToWire(event))))).toEqual(event)
  })

  it('look like this', () => {
    const [start, delta, , args, , , , , final, tool] = events.map(event => JSON.stringify(eventToWire(event)))
    expect([start, delta, args, final, tool].join('\n')).toMatchInlineSnapshot(`
      "{"index":0,"part":{"content":"He","id":null,"provider_name":null,"provider_details":null,"part_kind":"text"},"previous_part_kind":null,"event_kind":"part_start"}
      {"index":0,"delta":{"content_delta":"llo","provider_name":null,"provider_details":null,"part_delta_kind":"text"},"event_kind":"part_delta"}
      {"index":2,"delta":{"tool_name_delta":null,"args_delta":"{\\"a","tool_call_id":"c1","provider_name":null,"provider_details":null,"part_delta_kind":"tool_call"},"event_kind":"part_delta"}
      {"tool_name":"final_result","tool_call_id":"o1","event_kind":"final_result"}
      {"part":{"tool_name":"pay","args":"{\\"sum\\":1}","tool_call_id":"c1","tool_kind":null,"id":null,"provider_name":null,"provider_details":null,"part_kind":"tool-call"},"args_valid":false,"event_kind":"function_tool_call"}"
    `)
  })

  it('hold an output as plain JSON', () => {
    expect(eventToWire({ kind: 'agent-run-result', output: { at: new Date(0) } })).toEqual({
      output: { at: '1970-01-01T00:00:00.000Z' },
      event_kind: 'agent_run_result',
    })
    expect(eventToWire({ kind: 'agent-run-result', output: requests })).toMatchObject({
      output: { calls: [], approvals: [{ tool_name: 'pay' }] },
    })
  })

  it('are refused with the path when they do not fit', () => {
    expect(() => eventFromWire({ event_kind: 'constructor' })).toThrow(/^event\.event_kind: expected one of part_start/)
    expect(() => eventFromWire({ event_kind: 'part_delta', index: 0, delta: { part_delta_kind: 'sound' } })).toThrow(
      'event.delta.part_delta_kind: expected one of text, thinking, tool_call; got "sound".',
    )
    expect(() => eventFromWire({ event_kind: 'part_start', index: 'a', part: {} })).toThrow(
      'event.index: expected a number; got "a".',
    )
    expect(() =>
      eventFromWire({ event_kind: 'output_tool_result', part: { part_kind: 'user-prompt', content: 'x' } }),
    ).toThrow(/event\.part\.part_kind: expected one of tool-return, retry-prompt/)
  })
})

describe('deferred calls on the wire', () => {
  it('come back', () => {
    const wire = deferredToolRequestsToWire({ ...requests, calls: [call] })
    expect(wire).toMatchObject({
      calls: [{ tool_name: 'pay', part_kind: 'tool-call' }],
      metadata: { c1: { reason: 'costly' } },
    })
    expect(wire).not.toHaveProperty('kind')
    expect(deferredToolRequestsFromWire(wire)).toEqual({ ...requests, calls: [call] })
    expect(deferredToolRequestsFromWire({})).toEqual({ ...requests, approvals: [], metadata: {} })
  })

  it('keep every kind of answer', () => {
    const all: DeferredToolResults = {
      calls: {
        plain: { kind: 'of my own', n: 1 },
        failedLike: { kind: 'tool-failed' },
        file: [imageUrl('https://tenon.example/a.png', { mediaType: 'image/png', identifier: 'a' })],
        rich: {
          kind: 'tool-return',
          returnValue: { n: 1 },
          content: ['look', binaryContent('AQI=', 'image/png', { identifier: 'b' })],
          metadata: 5,
          tools: ['x'],
        },
        again: { kind: 'model-retry', message: 'again' },
        failed: { kind: 'tool-failed', message: 'broken' },
        prompt: { kind: 'retry-prompt', content: 'no', toolName: 'pay', toolCallId: 'prompt' },
        nothing: null,
      },
      approvals: {
        a: true,
        b: false,
        c: { kind: 'tool-approved', overrideArgs: { sum: 2 } },
        d: { kind: 'tool-approved' },
        e: { kind: 'tool-denied', message: 'too much' },
      },
      metadata: { a: { by: 'me' } },
    }
    const wire: unknown = JSON.parse(JSON.stringify(deferredToolResultsToWire(all)))
    expect(deferredToolResultsFromWire(wire)).toEqual(all)
    expect(wire).toMatchObject({
      calls: { rich: { return_value: { n: 1 }, kind: 'tool-return' }, prompt: { part_kind: 'retry-prompt' } },
      approvals: { c: { override_args: { sum: 2 }, kind: 'tool-approved' } },
    })
    expect(deferredToolResultsToWire({ approvals: { x: { kind: 'tool-denied' } } })).toMatchObject({
      approvals: { x: { message: 'The tool call was denied.' } },
    })
  })

  it('take call ids as data', () => {
    const wire = JSON.parse('{"calls":{"__proto__":1},"approvals":{"constructor":true,"__proto__":false}}') as unknown
    const read = deferredToolResultsFromWire(wire)
    expect(Object.entries(read.calls ?? {})).toEqual([['__proto__', 1]])
    expect(JSON.stringify(deferredToolResultsToWire(read))).toBe(
      '{"calls":{"__proto__":1},"approvals":{"constructor":true,"__proto__":false},"metadata":{}}',
    )
    expect(() => deferredToolResultsFromWire({ approvals: { a: 'yes' } })).toThrow(
      'results.approvals.a: expected true, false or an object; got "yes".',
    )
    expect(() => deferredToolRequestsFromWire({ calls: [{ part_kind: 'text', content: 'x' }] })).toThrow(
      /^requests\.calls\[0\]: expected a tool-call part/,
    )
  })
})
