import { expect, it } from 'vitest'
import { z } from 'zod'
import { agent, FunctionToolset, tool } from '../core.ts'
import { TestModel } from '../testing/index.ts'
import type { Toolset } from './toolset.ts'
import { includeReturnSchemas } from './include-return-schemas.ts'

it('includeReturnSchemas() tells the model what the tools return, unless a tool says otherwise', async () => {
  const make = (name: string, includeReturnSchema?: boolean) =>
    tool({
      name,
      input: z.object({}),
      returnSchema: z.object({ ok: z.boolean() }),
      includeReturnSchema,
      run: () => ({ ok: true }),
    })
  const toolset = new FunctionToolset([make('open'), make('secret', false)])
  const descriptions = async (toolsets: readonly Toolset[]) => {
    const model = new TestModel({ callTools: [] })
    await agent({ model, toolsets }).run('go')
    return model.lastParameters?.functionTools.map(({ description }) => description ?? '')
  }
  expect(await descriptions([toolset])).toEqual(['', ''])
  expect(await descriptions([includeReturnSchemas(toolset)])).toEqual([expect.stringContaining('"ok"'), ''])
})
