import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import {
  agent,
  emptyUsage,
  ModelConnectionError,
  ModelRetry,
  tool,
  type Capability,
  type StreamedResponse,
} from '../src/core.ts'
import { FunctionModel } from '../src/testing/index.ts'
import { drivers, ways } from './support/drive.ts'
import { answer, call, requestParts, scripted } from './support/scripted.ts'

/** Breaks off in the middle of its first answer. */
function unsteady() {
  const sent: unknown[][] = []
  const model = new FunctionModel({
    streamFunction: async function* (messages) {
      sent.push(messages.map(message => message.kind))
      yield 'half '
      if (sent.length === 1) throw new ModelConnectionError('broken off')
      yield 'and whole'
    },
  })
  return { model, sent }
}

const tryAgain: Capability = {
  wrapModelRequest: (_ctx, request, handler) => handler(request).catch(() => handler(request)),
}

describe('a hook that asks the model again after a stream broke off', () => {
  it('sends the history without the broken answer, and keeps only the whole one', async () => {
    const { model, sent } = unsteady()
    const stream = agent({ model, capabilities: [tryAgain] }).stream('Go.')
    const { output, messages, usage } = await stream.result
    expect(output).toBe('half and whole')
    expect(sent).toEqual([['request'], ['request']])
    expect(messages.map(message => message.kind)).toEqual(['request', 'response'])
    expect(usage.requests).toBe(2)
  })

  it('keeps the broken answer when there is no better one', async () => {
    const { model } = unsteady()
    const stream = agent({ model }).stream('Go.')
    await expect(stream.result).rejects.toMatchObject({
      run: { messages: [{}, { state: 'interrupted', parts: [{ content: 'half ' }] }] },
    })
  })

  it('an answer made up in its place stands alone', async () => {
    const { model } = unsteady()
    const recover: Capability = {
      onModelRequestError: (_ctx, _request, _error) => ({
        kind: 'response',
        parts: [{ kind: 'text', content: 'sorry' }],
        usage: { ...emptyUsage },
      }),
    }
    const { output, messages } = await agent({ model, capabilities: [recover] }).stream('Go.').result
    expect(output).toBe('sorry')
    expect(messages).toHaveLength(2)
  })
})

describe.each(ways)('%s: a hook that calls its handler twice', way => {
  it('at once, for a model request: both are answered', async () => {
    const twice: Capability = {
      wrapModelRequest: async (_ctx, request, handler) => {
        const [first] = await Promise.all([handler(request), handler(request)])
        return first
      },
    }
    const model = new FunctionModel({
      function: () => 'yes',
      streamFunction: async function* () {
        yield 'y'
        yield 'es'
      },
    })
    const result = await drivers[way](agent({ model, capabilities: [twice] }), 'Go.')
    expect(result.output).toBe('yes')
  })

  it('for a node: the answer of the second counts', async () => {
    const again: Capability = {
      wrapNodeRun: (_ctx, node, handler) =>
        node.kind === 'model-request' ? handler(node).catch(() => handler(node)) : handler(node),
    }
    const model = scripted(() => {
      throw new Error('once')
    }, 'better')
    const result = await drivers[way](agent({ model, capabilities: [again] }), 'Go.')
    expect(result.output).toBe('better')
    expect(requestParts(result.messages).map(part => part.kind)).toEqual(['user-prompt'])
  })
})

it.each(['run', 'stream'] as const)('%s: a hook that runs everything twice: the run begins anew', async way => {
  const again: Capability = { wrapRun: (_ctx, handler) => handler().catch(() => handler()) }
  const defect = tool({
    name: 'defect',
    input: z.object({}),
    run: () => {
      throw new Error('a defect')
    },
  })
  const model = scripted(answer(call('defect')), 'better')
  const earlier = await agent({ model: scripted('Hello.') }).run('Hi.')
  const result = await drivers[way](agent({ model, tools: [defect], capabilities: [again] }), 'Go.', {
    messageHistory: earlier.messages,
  })
  expect(result.output).toBe('better')
  expect(result.messages.map(message => message.kind)).toEqual(['request', 'response', 'request', 'response'])
  expect(result.newMessages).toHaveLength(2)
})

it('a hook that answers before its handler has does not wait for it', async () => {
  let left: StreamedResponse | undefined
  const model = new FunctionModel({
    streamFunction: async function* (_messages, { signal }) {
      yield 'never '
      yield 'wanted'
      expect(signal.aborted).toBe(true)
    },
  })
  const openStream = model.requestStream.bind(model)
  model.requestStream = async request => (left = await openStream(request))
  const hasty: Capability = {
    wrapModelRequest: async (_ctx, request, handler) => {
      handler(request).catch(() => {})
      await new Promise(resolve => setTimeout(resolve, 5))
      return { kind: 'response', parts: [{ kind: 'text', content: 'mine' }], usage: { ...emptyUsage } }
    },
  }
  const stream = agent({ model, capabilities: [hasty] }).stream('Go.')
  const reading = stream[Symbol.asyncIterator]()
  await reading.next()
  await new Promise(resolve => setTimeout(resolve, 10))
  while ((await reading.next()).done !== true);
  const { output, messages } = await stream.result
  expect(output).toBe('mine')
  expect(messages).toHaveLength(2)
  expect(left?.response().state).toBe('interrupted')
})

describe.each(ways)('%s: a hook that refuses what the model said', way => {
  it('keeps the refused answer and counts what it took', async () => {
    let refused = false
    const picky: Capability = {
      wrapModelRequest: async (_ctx, request, handler) => {
        const response = await handler(request)
        if (refused) return response
        refused = true
        throw new ModelRetry('Say it better.')
      },
    }
    const model = scripted('bad', 'good')
    const { output, messages, usage } = await drivers[way](agent({ model, capabilities: [picky] }), 'Go.')
    expect(output).toBe('good')
    expect(messages.map(message => message.kind)).toEqual(['request', 'response', 'request', 'response'])
    expect(messages[1]).toMatchObject({ parts: [{ content: 'bad' }] })
    expect(usage.requests).toBe(2)
  })

  it('without having asked it: the model is told all the same', async () => {
    let refused = false
    const picky: Capability = {
      wrapModelRequest: (_ctx, request, handler) => {
        if (refused) return handler(request)
        refused = true
        throw new ModelRetry('Think first.')
      },
    }
    const { output, messages } = await drivers[way](agent({ model: scripted('good'), capabilities: [picky] }), 'Go.')
    expect(output).toBe('good')
    expect(requestParts(messages)).toMatchObject([{ kind: 'user-prompt' }, { kind: 'retry-prompt' }])
  })
})

it('a hook that would ask again after the reader has left asks nobody', async () => {
  const seen: unknown[] = []
  let asked = 0
  const model = new FunctionModel({
    streamFunction: async function* () {
      asked += 1
      for (let n = 0; n < 10; n += 1) yield 'word '
    },
  })
  const stubborn: Capability = {
    wrapModelRequest: (_ctx, request, handler) =>
      handler(request).catch((error: { code?: unknown }) => {
        seen.push(error.code)
        return handler(request)
      }),
  }
  const stream = agent({ model, capabilities: [stubborn] }).stream('Go.')
  for await (const event of stream) if (event.kind === 'part-delta') break
  await expect(stream.result).rejects.toMatchObject({
    code: 'run_cancelled',
    messages: [{}, { state: 'interrupted' }],
  })
  expect(seen).toEqual(['run_cancelled'])
  expect(asked).toBe(1)
})
