import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { agent, failedRunOf, tool, type RunCancelled, type RunContext } from '../src/core.ts'
import { FunctionModel } from '../src/testing/index.ts'
import { answer, call, scripted } from './support/scripted.ts'

const stalled = () => new FunctionModel({ function: () => new Promise<never>(() => {}) })

describe('a tool that runs another agent', () => {
  it('with its signal: when the outer run is cancelled, its error carries its own messages', async () => {
    const inner = agent({ model: stalled() })
    let innerError: RunCancelled | undefined
    const ask = tool({
      name: 'ask',
      input: z.object({}),
      run: (_args, ctx) =>
        inner.run('inner', { signal: ctx.signal }).catch((error: RunCancelled) => {
          innerError = error
          throw error
        }),
    })
    const outer = agent({ model: scripted(answer(call('ask', {}, 'a'), call('ask', {}, 'b'))), tools: [ask] })
    const stream = outer.stream('outer')
    setTimeout(() => void stream.cancel('enough'), 5)
    const error: RunCancelled = await stream.result.then(
      () => expect.unreachable(),
      (cancelled: RunCancelled) => cancelled,
    )
    expect(error).toMatchObject({ code: 'run_cancelled', reason: 'enough', runId: stream.runId })
    expect(error.messages[0]).toMatchObject({ parts: [{ content: 'outer' }] })
    await new Promise(setImmediate)
    expect(innerError).toMatchObject({ code: 'run_cancelled', reason: 'enough' })
    expect(innerError?.messages[0]).toMatchObject({ parts: [{ content: 'inner' }] })
  })

  it('that fails: whoever called the outer run learns what the outer run had done', async () => {
    const inner = agent({ model: scripted('one'), usageLimits: { requestLimit: 0 } })
    const seen: unknown[] = []
    const ask = tool({
      name: 'ask',
      input: z.object({}),
      run: () =>
        inner.run('inner').catch((error: unknown) => {
          seen.push(failedRunOf(error)?.messages[0])
          throw error
        }),
    })
    const run = agent({ model: scripted(answer(call('ask'))), tools: [ask] }).run('outer')
    const error: unknown = await run.catch((failed: unknown) => failed)
    expect(error).toMatchObject({ code: 'usage_limit_exceeded' })
    expect(seen).toMatchObject([{ parts: [{ content: 'inner' }] }])
    expect(failedRunOf(error)?.messages).toMatchObject([{ parts: [{ content: 'outer' }] }, { kind: 'response' }])
  })

  it('with shared usage: both count into it', async () => {
    const inner = agent({ model: scripted('in', 'in') })
    const ask = tool({
      name: 'ask',
      input: z.object({}),
      run: async (_args, ctx: RunContext) => (await inner.run('inner', { usage: ctx.usage })).output,
    })
    const model = scripted(answer(call('ask', {}, 'a'), call('ask', {}, 'b')), 'done')
    const result = await agent({ model, tools: [ask] }).run('outer')
    expect(result.usage).toMatchObject({ requests: 4, toolCalls: 2 })
    await expect(inner.run('inner', { usage: result.usage })).rejects.toThrow('new RunUsage(record)')
  })
})
