import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { agent, deferredToolRequests, ExternalToolset, text, tool, type Capability } from '../src/core.ts'
import { collect, drivers, ways } from './support/drive.ts'
import { answer, call, scripted, toolResults } from './support/scripted.ts'

const external = new ExternalToolset([{ name: 'ship', parametersJsonSchema: { type: 'object' } }])
const pay = tool({
  name: 'pay',
  input: z.object({}),
  requiresApproval: true,
  run: (_, ctx) => `paid ${ctx.toolCallId}`,
})
const script = () => scripted(answer(call('pay', {}, 'p1'), call('pay', {}, 'p2'), call('ship', {}, 's1')), 'ok')
const common = { tools: [pay], toolsets: [external] }

describe.each(ways)('handleDeferredToolCalls, in %s()', way => {
  it('answers in place: the run goes on', async () => {
    const handler: Capability = {
      handleDeferredToolCalls: (_, requests) => ({
        approvals: Object.fromEntries(requests.approvals.map(one => [one.toolCallId, one.toolCallId === 'p1'])),
        calls: { s1: 'shipped' },
      }),
    }
    const { output, messages } = await drivers[way](
      agent({ model: script(), ...common, capabilities: [handler] }),
      'go',
    )
    expect(output).toBe('ok')
    expect(toolResults(messages)).toEqual([
      ['pay', 'paid p1'],
      ['pay', 'The tool call was denied.'],
      ['ship', 'shipped'],
    ])
  })

  it('each sees what the ones before it left; what is left over ends the run', async () => {
    const seen: string[][] = []
    const answering = (id: string): Capability => ({
      handleDeferredToolCalls: (_, { calls, approvals }) => {
        seen.push([...approvals, ...calls].map(one => one.toolCallId))
        return id === '' ? undefined : { approvals: { [id]: true } }
      },
    })
    const capabilities = [answering('p1'), answering(''), answering('p2')]
    const { output, messages } = await drivers[way](
      agent({ model: script(), ...common, capabilities, output: [text, deferredToolRequests] }),
      'go',
    )
    expect(seen).toEqual([
      ['p1', 'p2', 's1'],
      ['p2', 's1'],
      ['p2', 's1'],
    ])
    expect(output).toMatchObject({ calls: [{ toolCallId: 's1' }], approvals: [] })
    expect(toolResults(messages)).toEqual([
      ['pay', 'paid p1'],
      ['pay', 'paid p2'],
    ])
  })
})

it('is announced by two events', async () => {
  const handler: Capability = {
    handleDeferredToolCalls: () => ({ approvals: { p1: true, p2: true }, calls: { s1: 1 } }),
  }
  const events = await collect(agent({ model: script(), ...common, capabilities: [handler] }).stream('go'))
  const kinds = events.map(event => event.kind).filter(kind => kind.includes('tool'))
  expect(kinds).toEqual([
    'function-tool-call',
    'function-tool-call',
    'function-tool-call',
    'deferred-tool-requests',
    'deferred-tool-results',
    'function-tool-call',
    'function-tool-call',
    'function-tool-call',
    'function-tool-result',
    'function-tool-result',
    'function-tool-result',
  ])
})
