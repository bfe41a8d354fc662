import { expect, it } from 'vitest'
import { files, runWith } from '../../test/support/toolsets.ts'
import { withMetadata } from './with-metadata.ts'

it('withMetadata() adds to the metadata of every tool, and wins', async () => {
  const { toolset } = files()
  const { offered } = await runWith(
    withMetadata(withMetadata(toolset, { risk: 'low', team: 'a' }), { risk: 'high' }),
    'ok',
  )
  expect(offered[0]?.map(tool => tool.metadata)).toEqual([
    { kind: 'read', risk: 'high', team: 'a' },
    { kind: 'write', risk: 'high', team: 'a' },
  ])
})
