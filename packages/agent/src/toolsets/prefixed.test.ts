import { expect, it } from 'vitest'
import { agent } from '../core.ts'
import { answer, call, scripted, toolResults } from '../../test/support/scripted.ts'
import { files, names, runWith } from '../../test/support/toolsets.ts'
import { prefixed } from './prefixed.ts'

it('prefixed() puts a prefix before every name; the tools stay what they are', async () => {
  const { toolset, calls } = files()
  const { offered, result } = await runWith(
    prefixed(toolset, 'disk'),
    answer(call('disk_read', { path: 'a' }, '1'), call('disk_write', { path: 7 }, '2')),
    'ok',
  )
  expect(names(offered[0])).toEqual(['disk_read', 'disk_write'])
  expect(calls).toEqual([['read', 'a', 'disk_read']])
  expect(toolResults(result.messages)).toMatchObject([
    ['disk_read', { ok: true }],
    ['disk_write', { retry: [{ loc: ['path'] }] }],
  ])
})

it('lets two toolsets have the same names', async () => {
  const a = files()
  const b = files()
  const model = scripted(answer(call('b_read', { path: 'x' })), 'ok')
  await agent({ model, toolsets: [prefixed(a.toolset, 'a'), prefixed(b.toolset, 'b')] }).run('go')
  expect(names(model.infos[0]?.functionTools)).toEqual(['a_read', 'a_write', 'b_read', 'b_write'])
  expect([a.calls, b.calls]).toEqual([[], [['read', 'x', 'b_read']]])
  await expect(agent({ model: scripted(), toolsets: [a.toolset, b.toolset] }).run('go')).rejects.toThrow(
    /Tool `read` is defined twice.*prefixed\(toolset, 'prefix'\)/,
  )
})

it('the definitions are made once', () => {
  const disk = prefixed(files().toolset, 'disk')
  const ctx = {} as never
  expect(disk.getTools(ctx)).toBe(disk.getTools(ctx))
})
