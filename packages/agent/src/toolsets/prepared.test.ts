import { describe, expect, it } from 'vitest'
import type { ToolDefinition } from '../core.ts'
import { answer, call } from '../../test/support/scripted.ts'
import { files, names, runWith } from '../../test/support/toolsets.ts'
import { prepared } from './prepared.ts'

describe('prepared()', () => {
  it('changes and leaves out, at every step', async () => {
    const { toolset, calls } = files()
    const changed = prepared(toolset, (ctx, tools) =>
      tools.slice(0, ctx.step).map(tool => ({ ...tool, description: `${tool.description} (step ${ctx.step})` })),
    )
    const { offered } = await runWith(changed, answer(call('read', { path: 'a' })), 'ok')
    expect(offered.map(list => list.map(tool => tool.description))).toEqual([
      ['The tool read (step 1)'],
      ['The tool read (step 2)', 'The tool write (step 2)'],
    ])
    expect(calls).toEqual([['read', 'a', 'read']])
  })

  it('may take its time, and change the order', async () => {
    const { offered } = await runWith(
      prepared(files().toolset, async (_, tools) => [...tools].reverse()),
      'ok',
    )
    expect(names(offered[0])).toEqual(['write', 'read'])
  })

  it('can neither add nor rename', async () => {
    const add = prepared(files().toolset, (_, tools) => [...tools, { name: 'extra', parametersJsonSchema: {} }])
    await expect(runWith(add, 'ok')).rejects.toThrow('returned `extra`, which it was not given')
    const rename = prepared(files().toolset, (_, tools) => tools.map(tool => ({ ...tool, name: `my_${tool.name}` })))
    await expect(runWith(rename, 'ok')).rejects.toThrow('returned `my_read`')
  })

  it('has to return a list', async () => {
    const nothing = prepared(files().toolset, () => undefined as unknown as ToolDefinition[])
    await expect(runWith(nothing, 'ok')).rejects.toThrow('must return a list of tool definitions')
  })

  it('that changes nothing gives the same map', async () => {
    const { toolset } = files()
    const same = prepared(toolset, (_, tools) => tools)
    const ctx = {} as never
    expect(await same.getTools(ctx)).toBe(await toolset.getTools(ctx))
  })
})
