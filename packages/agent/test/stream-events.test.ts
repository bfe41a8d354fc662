import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { agent, ModelRetry, tool, type AgentEvent } from '../src/core.ts'
import { collect, eventName } from './support/drive.ts'
import { answer, call, scripted } from './support/scripted.ts'
import { streaming, toolCall } from './support/streams.ts'

const add = tool({ name: 'add', input: z.object({ n: z.number() }), run: ({ n }) => n + 1 })
const names = (events: readonly AgentEvent[]) => events.map(eventName)

describe('the events of a stream', () => {
  it('of a text: start, deltas, end, and the result last', async () => {
    const events = await collect(agent({ model: streaming(['Hel', 'lo ', 'there']) }).stream('hi'))
    expect(names(events)).toEqual([
      'part-start text',
      'final-result',
      'part-delta text',
      'part-delta text',
      'part-end text',
      'agent-run-result',
    ])
    expect(events[0]).toMatchObject({ index: 0, part: { content: 'Hel' } })
    expect(events[4]).toMatchObject({ part: { content: 'Hello there' } })
    expect(events[5]).toEqual({ kind: 'agent-run-result', output: 'Hello there' })
  })

  it('of tools: the call as it arrives, then as it runs', async () => {
    const model = streaming([{ 9: { thinking: 'hm' } }, ...toolCall('add', { n: 1 })], ['done'])
    const events = await collect(agent({ model, tools: [add] }).stream('hi'))
    expect(names(events)).toEqual([
      'part-start thinking',
      'part-end thinking',
      'part-start tool-call',
      'part-delta tool-call',
      'part-delta tool-call',
      'part-end tool-call',
      'function-tool-call add',
      'function-tool-result add',
      'part-start text',
      'final-result',
      'part-end text',
      'agent-run-result',
    ])
    expect(events[0]).not.toHaveProperty('previousPartKind')
    expect(events[2]).toMatchObject({ index: 1, previousPartKind: 'thinking' })
    expect(events[5]).toMatchObject({ part: { args: '{"n":1}' } })
    expect(events[6]).toMatchObject({ argsValid: true })
    expect(events[7]).toMatchObject({ part: { content: 2 } })
  })

  it('of a structured output: a hint while it arrives, the validated one last', async () => {
    const model = streaming(toolCall('final_result', { n: 1 }))
    const events = await collect(
      agent({ model, output: z.object({ n: z.number(), d: z.string().default('x') }) }).stream('hi'),
    )
    expect(events[1]).toEqual({ kind: 'final-result', toolName: 'final_result', toolCallId: 'call-final_result' })
    expect(names(events).slice(-4)).toEqual([
      'part-end tool-call',
      'output-tool-call final_result',
      'output-tool-result final_result',
      'agent-run-result',
    ])
    expect(events.at(-1)).toEqual({ kind: 'agent-run-result', output: { n: 1, d: 'x' } })
  })

  it('of an output that is refused: the run goes on, one result at the end', async () => {
    const model = streaming(['bad'], ['good'])
    const picky = agent({
      model,
      outputValidators: [
        output => {
          if (output === 'bad') throw new ModelRetry('better')
        },
      ],
    })
    const events = await collect(picky.stream('hi'))
    expect(names(events).filter(name => name === 'final-result')).toHaveLength(2)
    expect(events.filter(event => event.kind === 'agent-run-result')).toEqual([
      { kind: 'agent-run-result', output: 'good' },
    ])
  })

  it('of calls that are skipped: readers see them end', async () => {
    const model = scripted(answer(call('add', { n: 1 }), call('final_result', { n: 1 })))
    const early = agent({ model, endStrategy: 'early', tools: [add], output: z.object({ n: z.number() }) })
    const events = await collect(early.stream('hi'))
    expect(names(events).filter(name => name.includes('tool-'))).toEqual([
      'part-start tool-call',
      'part-end tool-call',
      'part-start tool-call',
      'part-end tool-call',
      'output-tool-call final_result',
      'output-tool-result final_result',
      'function-tool-call add',
      'function-tool-result add',
    ])
  })

  it('are the same whether the model streams or not', async () => {
    const whole = await collect(
      agent({ model: scripted(answer(call('add', { n: 1 })), 'done'), tools: [add] }).stream('hi'),
    )
    const pieces = streaming([{ 0: { name: 'add', toolCallId: 'call-add', args: '{"n":1}' } }], ['done'])
    const streamed = await collect(agent({ model: pieces, tools: [add] }).stream('hi'))
    expect(names(whole)).toEqual(names(streamed))
  })
})

it('a stream is read once', async () => {
  const stream = agent({ model: streaming(['a', 'b']) }).stream('hi')
  await collect(stream)
  expect(() => stream[Symbol.asyncIterator]()).toThrow(/read already/)
  await expect(collect(stream.text())).rejects.toThrow(/read already/)
})
