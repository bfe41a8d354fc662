import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { agent, depsType, FunctionToolset, tool, type Capability } from '../src/core.ts'
import { answer, call, scripted } from './support/scripted.ts'

const ping = tool({ name: 'ping', input: z.object({}), run: () => 'pong' })

describe('instructions', () => {
  it('are literals as one block first, then what is computed, then those of toolsets', async () => {
    const model = scripted('ok')
    const capability: Capability = { instructions: ['literal of a capability', () => 'computed by a capability'] }
    const toolset = new FunctionToolset([ping], { instructions: 'literal of a toolset' })
    const { messages } = await agent({
      model,
      instructions: ['literal', async () => 'computed', () => null, '  '],
      capabilities: [capability],
      toolsets: [toolset],
    }).run('hi', { instructions: 'literal of the run' })
    const expected = [
      'literal\nliteral of a capability\nliteral of the run',
      'literal of a toolset',
      'computed',
      'computed by a capability',
    ].join('\n\n')
    expect(model.infos[0]?.instructions).toBe(expected)
    expect(messages[0]).toMatchObject({ instructions: expected })
  })

  it('see the context and are evaluated for every request', async () => {
    const model = scripted(answer(call('ping')), 'ok')
    const counting = agent({
      model,
      tools: [ping],
      deps: depsType<{ user: string }>(),
      instructions: ctx => `${ctx.deps.user}, step ${ctx.step}`,
    })
    const { messages } = await counting.run('hi', { deps: { user: 'eve' } })
    expect(model.infos.map(info => info.instructions)).toEqual(['eve, step 1', 'eve, step 2'])
    expect(messages.flatMap(message => (message.kind === 'request' ? [message.instructions] : []))).toEqual([
      'eve, step 1',
      'eve, step 2',
    ])
  })

  it('of an old history are not sent again', async () => {
    const first = await agent({ model: scripted('a'), instructions: 'old rules' }).run('1')
    const model = scripted('b')
    await agent({ model, instructions: 'new rules' }).run('2', { messageHistory: first.messages })
    expect(model.infos[0]?.instructions).toBe('new rules')
  })

  it('are absent where there are none', async () => {
    const { messages } = await agent({ model: scripted('ok') }).run('hi')
    expect(messages[0]).not.toHaveProperty('instructions')
  })
})
