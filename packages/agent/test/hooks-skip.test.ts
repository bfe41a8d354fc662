import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import {
  agent,
  emptyUsage,
  SkipModelRequest,
  SkipToolExecution,
  SkipToolValidation,
  tool,
  type ModelResponse,
} from '../src/core.ts'
import { drivers, ways } from './support/drive.ts'
import { probe } from './support/probe.ts'
import { answer, call, scripted, toolResults } from './support/scripted.ts'

const canned: ModelResponse = { kind: 'response', parts: [{ kind: 'text', content: 'canned' }], usage: emptyUsage }
const skip = () => {
  throw new SkipModelRequest(canned)
}

describe.each(ways)('SkipModelRequest, in %s()', way => {
  it.each(['beforeModelRequest', 'wrapModelRequest'] as const)('from %s: no model is asked', async point => {
    const log: string[] = []
    const model = scripted()
    const seen = probe('p', log, ['onModelRequestError'])
    const { output, usage, messages } = await drivers[way](
      agent({ model, capabilities: [{ [point]: skip }, seen] }),
      'go',
    )
    expect(output).toBe('canned')
    expect(model.sent).toEqual([])
    expect(usage.requests).toBe(0)
    expect(messages).toHaveLength(2)
    expect(log).toEqual([])
  })
})

const double = tool({ name: 'double', input: z.object({ n: z.number() }), run: ({ n }) => n * 2 })

it.each(['beforeToolValidate', 'wrapToolValidate'] as const)(
  'SkipToolValidation from %s: these arguments are used',
  async point => {
    const capability = {
      [point]: () => {
        throw new SkipToolValidation({ n: 21 })
      },
    }
    const model = scripted(answer(call('double', '{"broken')), 'ok')
    const { messages } = await agent({ model, tools: [double], capabilities: [capability] }).run('go')
    expect(toolResults(messages)).toEqual([['double', 42]])
  },
)

it.each(['beforeToolExecute', 'wrapToolExecute'] as const)(
  'SkipToolExecution from %s: this is the result',
  async point => {
    const log: string[] = []
    const capability = {
      [point]: () => {
        throw new SkipToolExecution('cached')
      },
    }
    const ran: number[] = []
    const noisy = tool({ name: 'noisy', input: z.object({}), run: () => ran.push(1) })
    const model = scripted(answer(call('noisy')), 'ok')
    const capabilities = [capability, probe('p', log, ['onToolExecuteError'])]
    const { messages, usage } = await agent({ model, tools: [noisy], capabilities }).run('go')
    expect(toolResults(messages)).toEqual([['noisy', 'cached']])
    expect(ran).toEqual([])
    expect(usage.toolCalls).toBe(1)
    expect(log).toEqual([])
  },
)

it('wrapRun may answer without running', async () => {
  const model = scripted()
  const cached = agent({ model, capabilities: [{ wrapRun: async () => ({ output: 'from the cache' }) }] })
  const { output, messages } = await cached.run('go')
  expect(output).toBe('from the cache')
  expect(messages).toEqual([])
  expect(model.sent).toEqual([])
})
