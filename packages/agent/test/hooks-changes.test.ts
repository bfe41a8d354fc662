import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { agent, tool, type AgentEvent, type Capability } from '../src/core.ts'
import { collect, drivers, ways } from './support/drive.ts'
import { answer, call, scripted, toolResults } from './support/scripted.ts'

const add = tool({ name: 'add', input: z.object({ n: z.number() }), run: ({ n }) => n + 1 })

describe.each(ways)('what hooks change is what happens, in %s()', way => {
  it('arguments and results of tools', async () => {
    const change: Capability = {
      beforeToolValidate: (_, __, args) => (typeof args === 'string' ? JSON.parse(args) : args),
      afterToolValidate: (_, __, args) => ({ n: (args as { n: number }).n * 10 }),
      wrapToolExecute: async (_, __, args, handler) => Number(await handler({ n: (args as { n: number }).n + 5 })) * 2,
      afterToolExecute: (_, { call: { toolName } }, args, result) => [toolName, args, result],
    }
    const model = scripted(answer(call('add', '{"n": 1}')), 'ok')
    const { messages } = await drivers[way](agent({ model, tools: [add], capabilities: [change] }), 'go')
    expect(toolResults(messages)).toEqual([['add', ['add', { n: 10 }, 32]]])
  })

  it('nothing, where a hook before or after something returns nothing', async () => {
    const seen: string[] = []
    const watch = (point: string) => () => void seen.push(point)
    const watching = {
      afterRun: watch('afterRun'),
      beforeNodeRun: watch('beforeNodeRun'),
      afterNodeRun: watch('afterNodeRun'),
      beforeModelRequest: watch('beforeModelRequest'),
      afterModelRequest: watch('afterModelRequest'),
      beforeToolValidate: watch('beforeToolValidate'),
      afterToolValidate: watch('afterToolValidate'),
      beforeToolExecute: watch('beforeToolExecute'),
      afterToolExecute: watch('afterToolExecute'),
      beforeOutputValidate: watch('beforeOutputValidate'),
      afterOutputValidate: watch('afterOutputValidate'),
      beforeOutputProcess: watch('beforeOutputProcess'),
      afterOutputProcess: watch('afterOutputProcess'),
    } satisfies Capability
    const model = scripted(answer(call('add', { n: 1 })), answer(call('final_result', { sum: 2 })))
    const one = agent({ model, tools: [add], output: z.object({ sum: z.number() }), capabilities: [watching] })
    const { output, messages } = await drivers[way](one, 'go')
    expect(output).toEqual({ sum: 2 })
    expect(toolResults(messages)[0]).toEqual(['add', 2])
    expect(new Set(seen)).toEqual(new Set(Object.keys(watching)))
  })

  it('requests and responses', async () => {
    const change: Capability = {
      beforeModelRequest: (_, request) => ({ ...request, settings: { ...request.settings, temperature: 0.5 } }),
      wrapModelRequest: (_, request, handler) => handler({ ...request, settings: { ...request.settings, topP: 0.1 } }),
      afterModelRequest: (_, __, response) => ({ ...response, parts: [{ kind: 'text', content: 'changed' }] }),
    }
    const model = scripted('original')
    const { output, messages } = await drivers[way](agent({ model, capabilities: [change] }), 'go')
    expect(output).toBe('changed')
    expect(messages[1]?.parts).toMatchObject([{ content: 'changed' }])
    expect(model.infos[0]?.settings).toEqual({ temperature: 0.5, topP: 0.1 })
  })

  it('a failed request, answered by another model', async () => {
    const backup = scripted('from the backup')
    const fallback: Capability = {
      wrapModelRequest: (_, request, handler) => handler(request).catch(() => handler({ ...request, model: backup })),
    }
    const { output } = await drivers[way](agent({ model: scripted(), capabilities: [fallback] }), 'go')
    expect(output).toBe('from the backup')
  })

  it('outputs: raw, validated and processed', async () => {
    const change: Capability = {
      beforeOutputValidate: (_, __, raw) => ({ ...(raw as object), value: 1 }),
      afterOutputValidate: (_, __, value) => ({ value: (value as { value: number }).value + 1 }),
      wrapOutputProcess: async (_, output, value, handler) => {
        expect(output).toMatchObject({ mode: 'tool', hasFunction: false })
        return handler({ value: (value as { value: number }).value * 10 })
      },
    }
    const model = scripted(answer(call('final_result', { value: 'wrong' })))
    const { output } = await drivers[way](
      agent({ model, output: z.object({ value: z.number() }), capabilities: [change] }),
      'go',
    )
    expect(output).toEqual({ value: 20 })
  })

  it('nodes', async () => {
    const change: Capability = {
      beforeNodeRun: (_, node) =>
        node.kind === 'model-request' ? { ...node, parts: [{ kind: 'user-prompt', content: 'another prompt' }] } : node,
      afterNodeRun: (_, __, next) => (next.kind === 'end' ? { kind: 'end', output: `${String(next.output)}!` } : next),
    }
    const model = scripted('ok')
    const { output } = await drivers[way](agent({ model, capabilities: [change] }), 'go')
    expect(output).toBe('ok!')
    expect(model.sent[0]?.[0]?.parts).toMatchObject([{ content: 'another prompt' }])
  })
})

describe('prepareTools', () => {
  it('hides tools, which then cannot be called', async () => {
    const hide: Capability = { prepareTools: (_, tools) => tools.filter(one => one.name !== 'add') }
    const model = scripted(answer(call('add', { n: 1 })), 'ok')
    const { messages } = await agent({ model, tools: [add], capabilities: [hide] }).run('go')
    expect(model.infos[0]?.functionTools).toEqual([])
    expect(toolResults(messages)).toEqual([['add', { retry: "Unknown tool name: 'add'. No tools available." }]])
  })

  it('changes what the model reads', async () => {
    const change: Capability = { prepareTools: (_, tools) => tools.map(one => ({ ...one, description: 'Better' })) }
    const model = scripted(answer(call('add', { n: 1 })), 'ok')
    const { messages } = await agent({ model, tools: [add], capabilities: [change] }).run('go')
    expect(model.infos[0]?.functionTools).toMatchObject([{ name: 'add', description: 'Better' }])
    expect(toolResults(messages)).toEqual([['add', 2]])
  })

  it.each([
    [
      'add',
      (_: unknown, tools: readonly { readonly name: string }[]) => [
        ...tools,
        { name: 'extra', parametersJsonSchema: {} },
      ],
      '`extra`',
    ],
    [
      'rename',
      (_: unknown, tools: readonly { readonly name: string }[]) => tools.map(one => ({ ...one, name: 'x' })),
      '`x`',
    ],
    ['return nothing', () => undefined, 'must return a list'],
  ])('may not %s', async (_, prepareTools, message) => {
    const capability = { prepareTools } as Capability
    await expect(agent({ model: scripted(), tools: [add], capabilities: [capability] }).run('go')).rejects.toThrow(
      message,
    )
  })

  it('of outputs hides outputs', async () => {
    const hide: Capability = { prepareOutputTools: (_, tools) => tools.filter(one => one.name.endsWith('B')) }
    const model = scripted(answer(call('final_result_B', { b: 1 })))
    const A = z.object({ a: z.number() }).meta({ title: 'A' })
    const B = z.object({ b: z.number() }).meta({ title: 'B' })
    await agent({ model, output: [A, B], capabilities: [hide] }).run('go')
    expect(model.infos[0]?.outputTools.map(one => one.name)).toEqual(['final_result_B'])
  })
})

describe('hooks around a run', () => {
  it('may replace its result', async () => {
    const { output } = await agent({
      model: scripted('ok'),
      capabilities: [{ afterRun: (_, outcome) => ({ ...outcome, output: `${String(outcome.output)}!` }) }],
    }).run('go')
    expect(output).toBe('ok!')
  })

  it('may recover from errors, but not from cancellation', async () => {
    const rescue: Capability = { onRunError: () => ({ output: 'rescued' }) }
    expect((await agent({ model: scripted(), capabilities: [rescue] }).run('go')).output).toBe('rescued')
    const cancelling = agent({ model: scripted('x'), instructions: ctx => ctx.cancel('stop'), capabilities: [rescue] })
    await expect(cancelling.run('go')).rejects.toMatchObject({ code: 'run_cancelled' })
    const swallow: Capability = { wrapRun: (_, handler) => handler().catch(() => ({ output: 'swallowed' })) }
    const swallowing = agent({ model: scripted('x'), instructions: ctx => ctx.cancel('stop'), capabilities: [swallow] })
    await expect(swallowing.run('go')).rejects.toMatchObject({ code: 'run_cancelled' })
  })
})

describe('wrapRunEventStream', () => {
  const note: AgentEvent = { kind: 'enqueued-messages', enqueueId: 'note', messages: [] }

  it('maps, drops and adds what readers see, and nothing else', async () => {
    const change: Capability = {
      async *wrapRunEventStream(_, events) {
        yield note
        for await (const event of events) {
          if (event.kind === 'part-end' || event.kind === 'final-result') continue
          yield event.kind === 'part-start' && event.part.kind === 'text'
            ? { ...event, part: { ...event.part, content: event.part.content.toUpperCase() } }
            : event
        }
      },
    }
    const stream = agent({ model: scripted('hello'), capabilities: [change] }).stream('go')
    const events = await collect(stream)
    expect(events.map(event => event.kind)).toEqual(['enqueued-messages', 'part-start', 'agent-run-result'])
    expect(events[1]).toMatchObject({ part: { content: 'HELLO' } })
    expect((await stream.result).messages[1]?.parts).toMatchObject([{ content: 'hello' }])
    expect(await stream.output).toBe('hello')
  })

  it('that stops reading does not stop the run', async () => {
    const stop: Capability = {
      async *wrapRunEventStream(_, events) {
        for await (const event of events) {
          yield event
          return
        }
      },
    }
    const model = scripted(answer(call('add', { n: 1 })), 'done')
    const { output } = await agent({ model, tools: [add], capabilities: [stop] }).run('go')
    expect(output).toBe('done')
  })

  it('that throws ends the run', async () => {
    const broken: Capability = {
      // eslint-disable-next-line require-yield
      async *wrapRunEventStream() {
        throw new Error('the watcher broke')
      },
    }
    await expect(agent({ model: scripted('x'), capabilities: [broken] }).run('go')).rejects.toThrow('the watcher broke')
  })
})
