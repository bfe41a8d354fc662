import { describe, expect, it } from 'vitest'
import { FunctionModel } from '../src/testing/index.ts'
import { z } from 'zod'
import { agent, tool, type AgentNode, type Capability } from '../src/core.ts'
import { collect, eventName } from './support/drive.ts'
import { answer, call, scripted } from './support/scripted.ts'
import { streaming } from './support/streams.ts'

const ping = tool({ name: 'ping', input: z.object({}), run: () => 'pong' })

describe('iter()', () => {
  it('yields every node before it runs, the end last', async () => {
    const run = agent({ model: scripted(answer(call('ping')), 'done'), tools: [ping] }).iter('go')
    const kinds: string[] = []
    for await (const node of run) kinds.push(node.kind)
    expect(kinds).toEqual(['user-prompt', 'model-request', 'call-tools', 'model-request', 'call-tools', 'end'])
    expect(run.result).toMatchObject({ output: 'done', usage: { requests: 2 } })
    expect(run.messages).toHaveLength(4)
    expect(run.usage.toolCalls).toBe(1)
  })

  it('can be driven by hand, with other nodes', async () => {
    const model = scripted('first answer', 'second answer')
    const run = agent({ model }).iter('go')
    let node: AgentNode = run.nextNode
    expect(node.kind).toBe('user-prompt')
    node = await run.next()
    expect(node).toMatchObject({ kind: 'model-request', parts: [{ content: 'go' }] })
    node = await run.next()
    expect(node.kind).toBe('call-tools')
    // not taken: asked again instead
    node = await run.next({ kind: 'model-request', parts: [{ kind: 'user-prompt', content: 'once more' }] })
    node = await run.next(node)
    expect(node).toMatchObject({ kind: 'end', output: 'second answer' })
    expect(run.result?.output).toBe('second answer')
    await expect(run.next()).rejects.toThrow(/has ended/)
  })

  it('shows the events of a node that is run by reading them', async () => {
    const run = agent({ model: streaming(['a', 'b']) }).iter('go')
    const seen: string[] = []
    for await (const node of run) {
      if (node.kind === 'model-request') seen.push(...(await collect(run.events())).map(eventName))
    }
    expect(seen).toEqual(['part-start text', 'final-result', 'part-delta text', 'part-end text'])
    expect(run.result?.output).toBe('ab')
  })

  it('cancel() ends it', async () => {
    const run = agent({ model: scripted('x') }).iter('go')
    await run.next()
    run.cancel('enough')
    await expect(run.next()).rejects.toMatchObject({ code: 'run_cancelled', reason: 'enough' })
    expect(run.result).toBeUndefined()
  })

  it('runs inside the hooks of the run: they may answer in its place, recover, and have the last word', async () => {
    const answering: Capability = { wrapRun: async () => ({ output: 'from a hook' }) }
    const answered = agent({ model: scripted('never asked'), capabilities: [answering] }).iter('go')
    for await (const _ of answered);
    expect(answered.result?.output).toBe('from a hook')
    expect(answered.usage.requests).toBe(0)

    const recovering: Capability = { onRunError: () => ({ output: 'recovered' }) }
    const failing = new FunctionModel({
      function: () => {
        throw new Error('broken')
      },
    })
    const recovered = agent({ model: failing, capabilities: [recovering] }).iter('go')
    for await (const _ of recovered);
    expect(recovered.result?.output).toBe('recovered')

    const closing: Capability = { afterRun: (_ctx, { output }) => ({ output: `${String(output)}!` }) }
    const closed = agent({ model: scripted('done'), capabilities: [closing] }).iter('go')
    for await (const _ of closed);
    expect(closed.result?.output).toBe('done!')
  })
})

it('a node at a time: what is busy is not driven from a second place', async () => {
  const model = scripted('one', 'two')
  const run = agent({ model }).iter('go')
  await run.next()
  const first = run.next()
  await expect(run.next()).rejects.toThrow('The run is busy with a node.')
  expect((await first).kind).toBe('call-tools')
  expect((await run.next()).kind).toBe('end')
  expect(run.result?.output).toBe('one')
  expect(model.sent).toHaveLength(1)
})
