import { describe, expect, it } from 'vitest'
import { answer, call, toolResults } from '../../test/support/scripted.ts'
import { files, names, runWith } from '../../test/support/toolsets.ts'
import { filtered } from './filtered.ts'

describe('filtered()', () => {
  it('offers what the predicate keeps; the rest cannot be called', async () => {
    const { toolset, calls } = files()
    const readOnly = filtered(toolset, (_, { metadata }) => metadata?.['kind'] === 'read')
    const { offered, result } = await runWith(
      readOnly,
      answer(call('write', { path: 'a' }, '1'), call('read', { path: 'b' }, '2')),
      'ok',
    )
    expect(names(offered[0])).toEqual(['read'])
    expect(calls).toEqual([['read', 'b', 'read']])
    expect(toolResults(result.messages)[0]).toEqual([
      'write',
      { retry: "Unknown tool name: 'write'. Available tools: 'read'" },
    ])
  })

  it('decides anew for every step, and may take its time', async () => {
    const { toolset } = files()
    const later = filtered(toolset, async (ctx, { name }) => name === 'read' || ctx.step > 1)
    const { offered } = await runWith(later, answer(call('read', { path: 'a' })), 'ok')
    expect(offered.map(names)).toEqual([['read'], ['read', 'write']])
  })

  it('gives the same map for the same choice', async () => {
    const { toolset } = files()
    let rare = false
    const readOnly = filtered(toolset, (_, { name }) => name === 'read' || rare)
    const ctx = {} as never
    const first = await readOnly.getTools(ctx)
    expect(await readOnly.getTools(ctx)).toBe(first)
    rare = true
    expect(await readOnly.getTools(ctx)).toBe(await toolset.getTools(ctx))
    rare = false
    expect(await readOnly.getTools(ctx)).toBe(first)
  })
})
