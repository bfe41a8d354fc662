import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { agent as coreAgent, CombinedToolset, deferLoading, FunctionToolset, prefixed, tool } from '../src/core.ts'
import { agent, type Capability, type Toolset } from '../src/index.ts'
import { answer, call, scripted, toolResults } from './support/scripted.ts'

const input = z.object({})
const refund = tool({ name: 'refund', description: 'Pays back', input, run: () => 'refunded' })
const plain = () => new FunctionToolset([refund])
const hidden = () => new FunctionToolset([refund], { deferLoading: true })

const sources: Record<
  string,
  { readonly toolsets?: readonly Toolset[]; readonly capabilities?: readonly Capability[] }
> = {
  'a toolset of hidden tools': { toolsets: [hidden()] },
  'a toolset that is hidden': { toolsets: [deferLoading(plain(), ['refund'])] },
  'a wrapped toolset': { toolsets: [prefixed(hidden(), 'shop')] },
  'a hidden toolset that is wrapped': { toolsets: [prefixed(deferLoading(plain()), 'shop')] },
  'a combined toolset': { toolsets: [new CombinedToolset([new FunctionToolset([]), hidden()])] },
  'a toolset of a capability': { capabilities: [{ toolset: hidden() }] },
}

describe.each(Object.entries(sources))('hidden tools of %s', (name, source) => {
  const refundName = name.includes('wrapped') ? 'shop_refund' : 'refund'

  it('are found by a search nobody asked for', async () => {
    const model = scripted(answer(call('search_tools', { queries: ['refund'] })), answer(call(refundName)), 'done')
    const { messages } = await agent({ model, ...source }).run('Pay it back.')
    const offered = model.infos.map(info => info.functionTools.map(each => each.name))
    expect(offered).toEqual(
      [['search_tools'], ['search_tools', refundName], ['search_tools', refundName]].map(list =>
        expect.arrayContaining(list),
      ),
    )
    expect(offered[0]).not.toContain(refundName)
    expect(toolResults(messages).at(-1)).toEqual([refundName, 'refunded'])
  })

  it('need a search of their own in the core', async () => {
    await expect(coreAgent({ model: scripted('never'), ...source }).run('Go.')).rejects.toThrow('Add `toolSearch()`')
  })
})
