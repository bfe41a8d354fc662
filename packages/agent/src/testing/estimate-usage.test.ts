import { expect, it } from 'vitest'
import type { ModelMessage } from '../messages/message.ts'
import { emptyUsage } from '../usage/usage.ts'
import { estimateTokens, estimateUsage } from './estimate-usage.ts'

it.each([
  ['', 0],
  ['  ', 0],
  ['Hello', 1],
  ['Hello, world', 2],
  // the piece behind the last stop counts, though it is empty
  ['Try again.', 3],
  ['{"x":0}', 3],
])('estimateTokens(%o) is %i', (text, tokens) => expect(estimateTokens(text)).toBe(tokens))

const messages: ModelMessage[] = [
  {
    kind: 'request',
    parts: [
      { kind: 'system-prompt', content: 'Be nice' },
      {
        kind: 'user-prompt',
        content: [
          'two words',
          { kind: 'text-content', content: 'more' },
          { kind: 'binary', data: 'AQID', mediaType: 'image/png' },
        ],
      },
    ],
  },
  {
    kind: 'response',
    usage: emptyUsage,
    parts: [
      { kind: 'thinking', content: 'hm' },
      { kind: 'tool-call', toolName: 'f', args: { x: 0 }, toolCallId: 'c' },
    ],
  },
  {
    kind: 'request',
    parts: [
      { kind: 'tool-return', toolName: 'f', content: 'one two three', toolCallId: 'c' },
      { kind: 'retry-prompt', toolName: 'g', content: 'Fail', toolCallId: 'd' },
    ],
  },
]

it('counts prompts and results as input, answers as output', () => {
  // 50 + 2 + 2 + 1 + 3 bytes + 3 + 8, and 1 + 1 + 3
  expect(estimateUsage(messages)).toEqual({ ...emptyUsage, inputTokens: 69, outputTokens: 5 })
})

it('counts a growing history as if it were new', () => {
  const live: ModelMessage[] = []
  for (const message of messages) {
    live.push(message)
    expect(estimateUsage(live)).toEqual(estimateUsage([...live]))
  }
  live[2] = { kind: 'request', parts: [{ kind: 'user-prompt', content: 'Hi' }] }
  expect(estimateUsage(live)).toEqual(estimateUsage([...live]))
  live.length = 1
  expect(estimateUsage(live)).toEqual(estimateUsage([...live]))
})
