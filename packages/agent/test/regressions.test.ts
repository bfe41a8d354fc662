// Faults other libraries had in their loop and streams, by the numbers the Bedrock regression tests use too.
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { agent, cleanHistory, tool, type Capability, type ModelMessage } from '../src/core.ts'
import { FunctionModel } from '../src/testing/index.ts'
import { IncrementalJson } from '../src/util/incremental-json.ts'

const echo = tool({ name: 'echo', input: z.object({ text: z.string() }), run: ({ text }) => text })

async function* pieces<T>(...items: readonly T[]): AsyncGenerator<T> {
  yield* items
}

describe('regressions of the loop and its streams', () => {
  it('R13: runs no tool after a response that was filtered or malformed', async () => {
    for (const finishReason of ['error', 'content_filter'] as const) {
      const ran: string[] = []
      let asked = 0
      const model = new FunctionModel({
        function: () => {
          asked += 1
          if (asked > 1) return { parts: [{ kind: 'text', content: 'done' }] }
          return { parts: [{ kind: 'tool-call', toolName: 'act', args: {}, toolCallId: 'c1' }], finishReason }
        },
      })
      const act = tool({ name: 'act', input: z.object({}), run: () => void ran.push('act') })
      await agent({ model, tools: [act] }).run('go')
      expect(ran).toEqual([])
    }
  })

  it('R15: never shows half an escape of a partial object', () => {
    const json = new IncrementalJson()
    const text = '{"a":"x\\u0041y\\ud83d\\ude00"}'
    for (const char of text) {
      json.push(char)
      const { a = '' } = (json.partial() ?? {}) as { a?: string }
      expect('xAy😀'.startsWith(a)).toBe(true)
      expect(/[\ud800-\udbff]$/.test(a)).toBe(false)
    }
    expect(json.end()).toEqual({ a: 'xAy😀' })
  })

  it('R21: tells the id and the name of a call in every event that speaks of it', async () => {
    let asked = 0
    const model = new FunctionModel({
      streamFunction: () => {
        asked += 1
        if (asked > 1) return pieces('done')
        return pieces({ 0: { name: 'echo', toolCallId: 'c1' } }, { 0: { args: '{"text":' } }, { 0: { args: '"hi"}' } })
      },
    })
    const seen: unknown[] = []
    for await (const event of agent({ model, tools: [echo] }).stream('go')) {
      if (event.kind === 'part-start' && event.part.kind === 'tool-call')
        seen.push([event.part.toolName, event.part.toolCallId])
      if (event.kind === 'part-delta' && event.delta.kind === 'tool-call') seen.push(event.delta.toolCallId)
      if (event.kind === 'function-tool-call') seen.push([event.part.toolName, event.part.toolCallId])
      if (event.kind === 'function-tool-result') seen.push([event.part.toolName, event.part.toolCallId])
    }
    expect(seen).toEqual([['echo', 'c1'], 'c1', 'c1', ['echo', 'c1'], ['echo', 'c1']])
  })

  it('R23: takes a second cancel, and one after the end, in silence', async () => {
    const model = new FunctionModel({ streamFunction: () => pieces('a', 'b', 'c') })
    const left = agent({ model }).stream('go')
    for await (const _ of left) break
    await left.cancel()
    await left.cancel('again')
    const done = agent({ model }).stream('go')
    expect(await done.output).toBe('abc')
    await done.cancel()
    expect(await done.output).toBe('abc')
  })

  it('R27: a hook that throws over an error of the model keeps that error as what happened', async () => {
    const broken = new Error('the provider is down')
    const model = new FunctionModel({
      function: () => {
        throw broken
      },
    })
    const observer: Capability = {
      onModelRequestError: (_ctx, _request, error) => {
        throw new Error(`the observer failed over ${typeof error}`)
      },
    }
    const thrown = await agent({ model, capabilities: [observer] })
      .run('go')
      .catch((error: unknown) => error)
    expect(thrown).toMatchObject({ message: 'the observer failed over object', cause: broken })
  })

  it('R28: a watcher that stops early does not stop the run', async () => {
    const model = new FunctionModel({ streamFunction: () => pieces('a', 'b', 'c') })
    const impatient: Capability = {
      async *wrapRunEventStream(_ctx, events) {
        for await (const event of events) {
          yield event
          return
        }
      },
    }
    expect(await agent({ model, capabilities: [impatient] }).stream('go').output).toBe('abc')
  })

  it('R29: arguments that are malformed because the answer was cut are reported as both', async () => {
    const model = new FunctionModel({
      function: () => ({
        parts: [{ kind: 'tool-call', toolName: 'echo', args: '{"text": "half', toolCallId: 'c1' }],
        finishReason: 'length',
      }),
    })
    const failed = await agent({ model, tools: [echo], retries: 0 })
      .run('go')
      .catch((error: unknown) => error)
    expect(failed).toMatchObject({ code: 'incomplete_tool_call', message: expect.stringContaining('token limit') })
    expect((failed as Error).cause).toMatchObject({ name: 'ValidationError' })
  })

  it('R38: a history cut anywhere has no result without its call and no call without a result', async () => {
    let asked = 0
    const model = new FunctionModel({
      function: () => {
        asked += 1
        if (asked % 3 === 0) return { parts: [{ kind: 'text', content: 'done' }] }
        return { parts: [{ kind: 'tool-call', toolName: 'echo', args: { text: 'x' }, toolCallId: `c${asked}` }] }
      },
    })
    const { messages } = await agent({ model, tools: [echo] }).run('go')
    for (let from = 0; from < messages.length; from += 1) {
      for (let to = from + 1; to <= messages.length; to += 1) {
        const cut = cleanHistory(messages.slice(from, to), { repairLastResponse: true })
        expect(ids(cut, 'tool-return')).toEqual(ids(cut, 'tool-call'))
      }
    }
  })
})

function ids(messages: readonly ModelMessage[], kind: 'tool-call' | 'tool-return'): readonly string[] {
  return messages.flatMap(message => message.parts.flatMap(part => (part.kind === kind ? [part.toolCallId] : [])))
}
