import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { agent, requestUsage, RunUsage, tool, UsageLimitExceeded, type FailedRun } from '../src/core.ts'
import { FunctionModel } from '../src/testing/index.ts'
import { answer, call, scripted } from './support/scripted.ts'

const counted = () => {
  const ran: string[] = []
  return {
    ran,
    count: tool({ name: 'count', input: z.object({}), run: (_, ctx) => void ran.push(ctx.toolCallId ?? '') }),
  }
}

async function breach(running: Promise<unknown>): Promise<UsageLimitExceeded & { readonly run: FailedRun }> {
  const error = await running.catch((thrown: unknown) => thrown)
  if (!UsageLimitExceeded.is(error) || error.run === undefined) throw new Error(`unexpected: ${String(error)}`)
  return error as UsageLimitExceeded & { readonly run: FailedRun }
}

describe('usage limits', () => {
  it('tool calls: checked before a batch runs, all or nothing', async () => {
    const { ran, count } = counted()
    const model = scripted(answer(call('count', {}, '1')), answer(call('count', {}, '2'), call('count', {}, '3')))
    const error = await breach(agent({ model, tools: [count] }).run('go', { usageLimits: { toolCallsLimit: 2 } }))
    expect(error).toMatchObject({ limit: 'toolCallsLimit', max: 2, value: 3 })
    expect(ran).toEqual(['1'])
    expect(error.run.usage).toMatchObject({ requests: 2, toolCalls: 1 })
  })

  it('tool calls: all or nothing also where an output stands between the calls', async () => {
    const { ran, count } = counted()
    const model = scripted(answer(call('count', {}, '1'), call('final_result', { ok: 1 }), call('count', {}, '2')))
    const one = agent({ model, tools: [count], output: z.object({ ok: z.string() }) })
    const error = await breach(one.run('go', { usageLimits: { toolCallsLimit: 1 } }))
    expect(error).toMatchObject({ limit: 'toolCallsLimit', max: 1, value: 2 })
    expect(ran).toEqual([])
  })

  it.each(['requestLimit', 'toolCallsLimit', 'totalTokensLimit'] as const)(
    '%s: one that is no number allows nothing, it does not allow everything',
    async limit => {
      const { count } = counted()
      const model = scripted(answer(call('count')), 'ok')
      const error = await breach(agent({ model, tools: [count] }).run('go', { usageLimits: { [limit]: Number.NaN } }))
      expect(error).toMatchObject({ limit, max: Number.NaN })
    },
  )

  it('requests: 50 by default, null for none', async () => {
    const { count } = counted()
    const forever = new FunctionModel({ function: messages => answer(call('count', {}, `${messages.length}`)) })
    const error = await breach(agent({ model: forever, tools: [count] }).run('go'))
    expect(error).toMatchObject({ limit: 'requestLimit', max: 50, value: 51 })
    expect(error.run.usage.requests).toBe(50)
    let left = 60
    const long = new FunctionModel({
      function: () => ((left -= 1) > 0 ? answer(call('count', {}, `${left}`)) : 'done'),
    })
    const { output } = await agent({ model: long, tools: [count], usageLimits: { requestLimit: null } }).run('go')
    expect(output).toBe('done')
  })

  it('tokens: the response that went over is in the history', async () => {
    const model = scripted({
      parts: [{ kind: 'text', content: 'expensive' }],
      usage: requestUsage({ inputTokens: 5, outputTokens: 90 }),
    })
    const error = await breach(agent({ model }).run('go', { usageLimits: { totalTokensLimit: 50 } }))
    expect(error).toMatchObject({ limit: 'totalTokensLimit', value: 95 })
    expect(error.run.messages.at(-1)).toMatchObject({ kind: 'response', parts: [{ content: 'expensive' }] })
    expect(error.run.usage).toMatchObject({ requests: 1, outputTokens: 90 })
    expect(error.message).toContain('Raise `usageLimits.totalTokensLimit`')
  })

  it('tokens: a stream stops where it goes over, and what came is kept as interrupted', async () => {
    let yielded = 0
    const model = new FunctionModel({
      streamFunction: async function* () {
        for (; yielded < 1000; yielded += 1) yield 'word '
      },
    })
    const stream = agent({ model }).stream('go', { usageLimits: { outputTokensLimit: 10 } })
    const error = await breach(stream.output)
    expect(error.limit).toBe('outputTokensLimit')
    expect(yielded).toBeLessThan(50)
    expect(error.run.messages.at(-1)).toMatchObject({ kind: 'response', state: 'interrupted' })
    expect(error.run.usage.outputTokens).toBeGreaterThan(10)
  })

  it('one request: its input tokens', async () => {
    const model = scripted({ parts: [{ kind: 'text', content: 'x' }], usage: requestUsage({ inputTokens: 500 }) })
    const error = await breach(agent({ model }).run('go', { usageLimits: { perRequestInputTokensLimit: 100 } }))
    expect(error).toMatchObject({ limit: 'perRequestInputTokensLimit', value: 500 })
  })

  it('counted first: nothing is sent', async () => {
    const model = scripted('never')
    const running = agent({ model }).run('a prompt of some length', {
      usageLimits: { countTokensBeforeRequest: true, inputTokensLimit: 1 },
    })
    expect((await breach(running)).limit).toBe('inputTokensLimit')
    expect(model.sent).toEqual([])
  })

  it('a shared usage counts over runs', async () => {
    const usage = new RunUsage()
    const limited = agent({ model: new FunctionModel({ function: () => 'ok' }), usageLimits: { requestLimit: 2 } })
    await limited.run('1', { usage })
    await limited.run('2', { usage })
    expect((await breach(limited.run('3', { usage }))).limit).toBe('requestLimit')
    expect(usage.requests).toBe(2)
    await limited.run('4')
  })
})
