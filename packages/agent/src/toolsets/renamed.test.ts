import { expect, it } from 'vitest'
import { answer, call } from '../../test/support/scripted.ts'
import { files, names, runWith } from '../../test/support/toolsets.ts'
import { renamed } from './renamed.ts'

it('renamed() gives listed tools another name', async () => {
  const { toolset, calls } = files()
  const { offered } = await runWith(renamed(toolset, { load: 'read' }), answer(call('load', { path: 'a' })), 'ok')
  expect(names(offered[0])).toEqual(['load', 'write'])
  expect(calls).toEqual([['read', 'a', 'load']])
})

it('may swap two names', async () => {
  const { toolset, calls } = files()
  await runWith(renamed(toolset, { read: 'write', write: 'read' }), answer(call('read', { path: 'a' })), 'ok')
  expect(calls).toEqual([['write', 'a', 'read']])
})

it('refuses a name that is taken', async () => {
  await expect(runWith(renamed(files().toolset, { write: 'read' }), 'ok')).rejects.toThrow(
    'Two tools of function toolset `files` would be called `write`',
  )
})

it('hostile names are names like others', async () => {
  const { toolset, calls } = files()
  const hostile = renamed(
    toolset,
    JSON.parse('{"__proto__": "read", "constructor": "write"}') as Record<string, string>,
  )
  const { offered } = await runWith(hostile, answer(call('__proto__', { path: 'a' })), 'ok')
  expect(names(offered[0])).toEqual(['__proto__', 'constructor'])
  expect(calls).toEqual([['read', 'a', '__proto__']])
})
