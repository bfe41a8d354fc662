import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { agent, emptyUsage, tool, type Capability, type Model, type ModelMessage } from '../src/core.ts'
import { FunctionModel } from '../src/testing/index.ts'
import { completedStreamedResponse } from '../src/models/streamed-response.ts'

/** A message that counts how often somebody looks at its parts. */
function watched(message: ModelMessage, looks: { count: number }): ModelMessage {
  const { parts } = message
  const get = () => {
    looks.count += 1
    return parts
  }
  return Object.defineProperty({ ...message }, 'parts', { get, enumerable: true }) as ModelMessage
}

function history(turns: number, looks: { count: number }): readonly ModelMessage[] {
  return Array.from({ length: turns }, (_, turn) => [
    { kind: 'request', parts: [{ kind: 'user-prompt', content: `question ${turn}` }] } as const,
    {
      kind: 'response',
      parts: [{ kind: 'text', content: `answer ${turn}` }],
      usage: emptyUsage,
      modelName: 'steps',
    } as const,
  ]).flatMap(pair => pair.map(message => watched(message, looks)))
}

/** Calls a tool so many times, then answers. Looks at nothing. */
function stepping(steps: number): Model {
  let step = 0
  const model: Model = new FunctionModel({ function: () => '', modelName: 'steps' })
  const respond = () => ({
    kind: 'response' as const,
    parts:
      (step += 1) > steps
        ? [{ kind: 'text' as const, content: 'done' }]
        : [{ kind: 'tool-call' as const, toolName: 'next', args: '{}', toolCallId: `call-${step}` }],
    usage: emptyUsage,
    modelName: 'steps',
  })
  return {
    modelName: model.modelName,
    system: model.system,
    profile: model.profile,
    isTestDouble: true,
    request: async () => respond(),
    requestStream: async ({ parameters }) => completedStreamedResponse(respond(), parameters),
  }
}

const next = tool({ name: 'next', input: z.object({}), run: () => 'ok' })
const hooks: Capability = { beforeModelRequest: (_ctx, request) => request, afterToolExecute: (...given) => given[3] }

describe.each(['run', 'stream'] as const)('%s', way => {
  it.each([[[]], [[hooks]]])('a step costs the same however long the history is', async capabilities => {
    const looksFor = async (turns: number, steps: number) => {
      const looks = { count: 0 }
      const one = agent({
        model: stepping(steps),
        tools: [next],
        instructions: 'Be brief.',
        usageLimits: { requestLimit: null },
        capabilities,
      })
      const options = { messageHistory: history(turns, looks) }
      const result = way === 'run' ? await one.run('Go.', options) : await one.stream('Go.', options).result
      expect(result.messages).toHaveLength(turns * 2 + steps * 2 + 2)
      return looks.count
    }
    const few = await looksFor(1000, 10)
    expect(await looksFor(1000, 1000)).toBe(few)
    // each message of a given history is looked at a few times, at the start
    expect(few).toBeLessThan(2000 * 8)
  })
})

it('two hundred turns, each a run of its own, look at what came before a few times each', async () => {
  const looks = { count: 0 }
  const one = agent({ model: stepping(0) })
  let messages: readonly ModelMessage[] = []
  const perRun: number[] = []
  for (let turn = 0; turn < 200; turn += 1) {
    looks.count = 0
    const result = await one.run('Go.', { messageHistory: messages })
    perRun.push(looks.count / Math.max(1, messages.length))
    messages = result.messages.map(message => watched(message, looks))
  }
  expect(Math.max(...perRun)).toBeLessThan(8)
})
