import { describe, expect, it } from 'vitest'
import { UnexpectedModelBehavior } from '../errors/run-error.ts'
import { PartsManager } from './parts-manager.ts'

describe('text', () => {
  it('starts a part with the first delta and appends the rest, empty ones too', () => {
    const manager = new PartsManager()
    expect(manager.handleText(undefined, { content: '' })).toEqual({
      kind: 'part-start',
      index: 0,
      part: { kind: 'text', content: '' },
    })
    expect(manager.handleText(undefined, { content: 'Hel' })).toEqual({
      kind: 'part-delta',
      index: 0,
      delta: { kind: 'text', contentDelta: 'Hel' },
    })
    expect(manager.handleText(undefined, { content: '' })).toMatchObject({ delta: { contentDelta: '' } })
    manager.handleText(undefined, { content: 'lo' })
    expect(manager.parts).toEqual([{ kind: 'text', content: 'Hello' }])
  })

  it('keeps parts of different vendor ids apart, in any order of deltas', () => {
    const manager = new PartsManager()
    for (const [id, content] of [
      ['a', '1'],
      ['b', '2'],
      ['a', '3'],
    ] as const) {
      manager.handleText(id, { content })
    }
    expect(manager.parts).toEqual([
      { kind: 'text', content: '13' },
      { kind: 'text', content: '2' },
    ])
  })

  it('begins a new part when the latest one is of another kind', () => {
    const manager = new PartsManager()
    manager.handleText(undefined, { content: 'a' })
    manager.handleThinking(undefined, { content: 'b' })
    expect(manager.handleText(undefined, { content: 'c' })).toMatchObject({ kind: 'part-start', index: 2 })
  })

  it('merges provider details and lets an empty delta carry them', () => {
    const manager = new PartsManager()
    manager.handleText('x', { content: 'a', providerDetails: { one: 1 } })
    expect(manager.handleText('x', { content: '', providerName: 'p', providerDetails: { two: 2 } })).toEqual({
      kind: 'part-delta',
      index: 0,
      delta: { kind: 'text', contentDelta: '', providerName: 'p', providerDetails: { two: 2 } },
    })
    expect(manager.parts[0]).toEqual({
      kind: 'text',
      content: 'a',
      providerName: 'p',
      providerDetails: { one: 1, two: 2 },
    })
  })

  it('can wait for more than blanks', () => {
    const manager = new PartsManager({ ignoreLeadingWhitespace: true })
    expect(manager.handleText(0, { content: '\n\n' })).toBeUndefined()
    manager.handleText(0, { content: ' a' })
    manager.handleText(0, { content: '  ' })
    expect(manager.parts).toEqual([{ kind: 'text', content: ' a  ' }])
  })

  it('refuses a delta for a part of another kind', () => {
    const manager = new PartsManager()
    manager.handleToolCall(0, { toolName: 'f', toolCallId: '1' })
    expect(() => manager.handleText(0, { content: 'a' })).toThrow(UnexpectedModelBehavior)
  })
})

describe('thinking tags', () => {
  it.each([undefined, 'id'])('turn text between them into thinking (vendor id %s)', id => {
    const manager = new PartsManager({ thinkingTags: ['<think>', '</think>'] })
    const events = ['<think>', 'hm', 'm', '</think>', 'an', 'swer'].map(content => manager.handleText(id, { content }))
    expect(events.map(event => event?.kind)).toEqual([
      'part-start',
      'part-delta',
      'part-delta',
      undefined,
      'part-start',
      'part-delta',
    ])
    expect(manager.parts).toEqual([
      { kind: 'thinking', content: 'hmm' },
      { kind: 'text', content: 'answer' },
    ])
  })

  it('are plain text where the provider separates thinking itself', () => {
    const manager = new PartsManager()
    manager.handleText(undefined, { content: '<think>' })
    expect(manager.parts).toEqual([{ kind: 'text', content: '<think>' }])
  })
})

describe('thinking', () => {
  it('appends content and replaces the signature', () => {
    const manager = new PartsManager()
    manager.handleThinking(0, { content: 'a', signature: 's1', providerName: 'p' })
    expect(manager.handleThinking(0, { signature: 's2' })).toEqual({
      kind: 'part-delta',
      index: 0,
      delta: { kind: 'thinking', signatureDelta: 's2' },
    })
    manager.handleThinking(0, { content: 'b' })
    expect(manager.parts).toEqual([{ kind: 'thinking', content: 'ab', signature: 's2', providerName: 'p' }])
  })

  it('opens no part without content or signature', () => {
    const manager = new PartsManager()
    expect(manager.handleThinking(0, { providerDetails: { a: 1 } })).toBeUndefined()
    expect(manager.parts).toEqual([])
  })
})

describe('tool calls', () => {
  it('show nothing until the name is known, then all arguments so far', () => {
    const manager = new PartsManager()
    expect(manager.handleToolCall(0, { args: '{"a"' })).toBeUndefined()
    expect(manager.parts).toEqual([])
    expect(manager.handleToolCall(0, { toolName: 'f', args: ':', toolCallId: 'c1' })).toEqual({
      kind: 'part-start',
      index: 0,
      part: { kind: 'tool-call', toolName: 'f', args: '{"a":', toolCallId: 'c1' },
    })
    expect(manager.handleToolCall(0, { args: '1}' })).toEqual({
      kind: 'part-delta',
      index: 0,
      delta: { kind: 'tool-call', argsDelta: '1}', toolCallId: 'c1' },
    })
    expect(manager.parts).toEqual([{ kind: 'tool-call', toolName: 'f', args: '{"a":1}', toolCallId: 'c1' }])
  })

  it('take their place among the parts when their name arrives', () => {
    const manager = new PartsManager()
    manager.handleToolCall('call', { args: '{' })
    manager.handleText('text', { content: 'hi' })
    expect(manager.handleToolCall('call', { toolName: 'f' })).toMatchObject({ kind: 'part-start', index: 1 })
    expect(manager.handleToolCall('call', { args: '}' })).toMatchObject({ kind: 'part-delta', index: 1 })
  })

  it('without vendor ids: a name begins a call, the rest belongs to the latest', () => {
    const manager = new PartsManager({ newToolCallId: () => 'new' })
    manager.handleToolCall(undefined, { toolName: 'f', args: '1' })
    manager.handleToolCall(undefined, { args: '2' })
    manager.handleToolCall(undefined, { toolName: 'g', args: '3', toolCallId: 'given' })
    expect(manager.parts).toEqual([
      { kind: 'tool-call', toolName: 'f', args: '12', toolCallId: 'new' },
      { kind: 'tool-call', toolName: 'g', args: '3', toolCallId: 'given' },
    ])
  })

  it('merge objects key by key and refuse a mix with text', () => {
    const manager = new PartsManager()
    manager.handleToolCall(0, { toolName: 'f', args: { a: 1 }, toolCallId: 'c' })
    manager.handleToolCall(0, { args: JSON.parse('{"b":2,"__proto__":3}') })
    const { args } = manager.parts[0] as { args: object }
    expect(Object.entries(args)).toEqual([
      ['a', 1],
      ['b', 2],
      ['__proto__', 3],
    ])
    expect(() => manager.handleToolCall(0, { args: '{' })).toThrow(UnexpectedModelBehavior)
  })

  it('get an id when the provider gives none, and keep it', () => {
    const manager = new PartsManager()
    const start = manager.handleToolCall(0, { toolName: 'f' })
    const delta = manager.handleToolCall(0, { args: '{}' })
    const [part] = manager.parts
    expect(part).toMatchObject({ toolCallId: expect.stringMatching(/^call_.{8,}/) })
    expect([start, delta]).toMatchObject([
      { part: { toolCallId: (part as { toolCallId: string }).toolCallId } },
      { delta: { toolCallId: (part as { toolCallId: string }).toolCallId } },
    ])
  })

  it('of tools the framework knows are marked from the first event on', () => {
    const manager = new PartsManager({ toolKinds: new Map([['search_tools', 'tool-search']]) })
    expect(manager.handleToolCall(0, { toolName: 'search_tools', toolCallId: 'c' })).toMatchObject({
      part: { toolKind: 'tool-search' },
    })
  })
})

describe('whole parts', () => {
  const file = (data: string) => ({ kind: 'file', content: { kind: 'binary', data, mediaType: 'image/png' } }) as const

  it('are appended, and replaced by one of the same id and kind', () => {
    const manager = new PartsManager()
    manager.handlePart('a', file('AA=='))
    expect(manager.handlePart('a', file('BB=='))).toMatchObject({ kind: 'part-start', index: 0 })
    manager.handlePart(undefined, file('CC=='))
    manager.handlePart('a', { kind: 'compaction', content: 'x' })
    expect(manager.parts).toEqual([file('BB=='), file('CC=='), { kind: 'compaction', content: 'x' }])
  })

  it('may go on with deltas', () => {
    const manager = new PartsManager()
    manager.handlePart(0, { kind: 'tool-call', toolName: 'f', args: '{', toolCallId: 'c' })
    manager.handleToolCall(0, { args: '}' })
    expect(manager.parts).toEqual([{ kind: 'tool-call', toolName: 'f', args: '{}', toolCallId: 'c' }])
  })
})

it('hands out snapshots that later deltas leave alone, and the same one until something changes', () => {
  const manager = new PartsManager()
  manager.handleText(0, { content: 'a' })
  const before = manager.parts
  expect(manager.parts).toBe(before)
  manager.handleText(0, { content: 'b' })
  expect(before).toEqual([{ kind: 'text', content: 'a' }])
  expect(manager.part(0)).toEqual({ kind: 'text', content: 'ab' })
  expect(() => manager.part(1)).toThrow(RangeError)
})
