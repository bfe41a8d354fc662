import { expect, it } from 'vitest'
import { files, names } from '../../test/support/toolsets.ts'
import { deferLoading } from './defer-loading.ts'
import type { Toolset } from './toolset.ts'

async function hidden(toolset: Toolset): Promise<readonly string[]> {
  const tools = [...(await toolset.getTools({} as never)).values()]
  return names(tools.map(tool => tool.definition).filter(definition => definition.deferLoading === true))
}

it('deferLoading() hides all tools, or those that are named', async () => {
  expect(await hidden(files().toolset)).toEqual([])
  expect(await hidden(deferLoading(files().toolset))).toEqual(['read', 'write'])
  expect(await hidden(deferLoading(files().toolset, ['write', 'unknown']))).toEqual(['write'])
})
