import { describe, expect, it } from 'vitest'
import type { ModelMessage } from '../messages/message.ts'
import type { RequestPart, ResponsePart } from '../messages/part.ts'
import { emptyUsage } from '../usage/usage.ts'
import { revealedToolNames, revealState } from './reveal-state.ts'

const request = (...parts: RequestPart[]): ModelMessage => ({ kind: 'request', parts })
const response = (...parts: ResponsePart[]): ModelMessage => ({ kind: 'response', parts, usage: emptyUsage })

const reveal = (...toolsAdded: string[]): RequestPart => ({ kind: 'tool-availability-delta', toolsAdded })
const found = (...names: string[]) => ({ discovered_tools: names.map(name => ({ name })) })
const searchReturn = (content: unknown, rest: object = {}): RequestPart => ({
  kind: 'tool-return',
  toolName: 'search_tools',
  content,
  toolCallId: 's',
  toolKind: 'tool-search',
  ...rest,
})
const load = (id: string, toolCallId: string): ResponsePart => ({
  kind: 'tool-call',
  toolName: 'load_capability',
  args: JSON.stringify({ id }),
  toolCallId,
  toolKind: 'capability-load',
})
const loaded = (toolCallId: string, rest: object = {}): RequestPart => ({
  kind: 'tool-return',
  toolName: 'load_capability',
  content: {},
  toolCallId,
  toolKind: 'capability-load',
  ...rest,
})

const read = (messages: readonly ModelMessage[]) => {
  const { discoveredToolNames, loadedCapabilityIds } = revealState(messages)
  return [[...discoveredToolNames], [...loadedCapabilityIds]]
}

describe('the history reveals', () => {
  it('what a search found, here or at the provider, and what tools added', () => {
    const native: ResponsePart = {
      kind: 'builtin-tool-return',
      toolName: 'tool_search',
      content: found('b'),
      toolCallId: 'n',
      toolKind: 'tool-search',
    }
    expect(read([request(searchReturn(found('a'))), response(native), request(reveal('c', 'a'))])).toEqual([
      ['a', 'b', 'c'],
      [],
    ])
  })

  it('capabilities that were loaded', () => {
    const messages = [
      response(load('x', '1'), load('y', '2')),
      request(loaded('1'), loaded('2', { outcome: 'failed' })),
    ]
    expect(read(messages)).toEqual([[], ['x']])
  })

  it('nothing by what failed or is malformed', () => {
    const content = [{ discovered_tools: [{ name: 1 }, null] }, { discovered_tools: 'a' }, null, 'a']
    expect(
      read([
        request(
          ...content.map(item => searchReturn(item)),
          searchReturn(found('a'), { outcome: 'denied' }),
          loaded('?'),
        ),
      ]),
    ).toEqual([[], []])
  })

  it('nothing any more from before a compaction', () => {
    const messages = [
      response(load('x', '1')),
      request(loaded('1'), reveal('a')),
      response({ kind: 'compaction', content: 'Summary' }, load('y', '2')),
      request(loaded('2'), reveal('b')),
    ]
    expect(read(messages)).toEqual([['b'], ['y']])
  })
})

it('a growing history gives the same as one read at once, also when its last message is replaced', () => {
  const live: ModelMessage[] = []
  const steps = [
    request(reveal('a')),
    response(load('x', '1')),
    request(loaded('1')),
    response({ kind: 'compaction' }),
    request(searchReturn(found('b'))),
  ]
  for (const step of steps) {
    live.push(request(reveal('draft')))
    revealState(live)
    live[live.length - 1] = step
    expect(read(live)).toEqual(read([...live]))
    expect(read(live)).toEqual(read(live))
  }
  live.length = 2
  expect(read(live)).toEqual([['a'], []])
})

it('a tool of a capability shows when that is loaded, any other when it was found', () => {
  const tool = (name: string, rest: object = {}) => ({ name, parametersJsonSchema: {}, deferLoading: true, ...rest })
  const tools = [
    tool('plain', { deferLoading: false }),
    tool('found'),
    tool('unknown'),
    tool('owned', { capabilityId: 'x' }),
    tool('other', { capabilityId: 'y' }),
  ]
  const state = { discoveredToolNames: new Set(['found', 'other', 'plain']), loadedCapabilityIds: new Set(['x']) }
  expect([...revealedToolNames(tools, state)]).toEqual(['found', 'owned'])
})
