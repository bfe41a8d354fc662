import { describe, expect, it } from 'vitest'
import type { RunContext } from '../tools/run-context.ts'
import type { ToolDefinition } from '../tools/tool-definition.ts'
import type { Toolset, ToolsetTool } from '../toolsets/toolset.ts'
import { keywordSearch } from './search-strategy.ts'
import { toolSearch, type ToolSearchOptions } from './tool-search.ts'

// nothing here looks at the context
const ctx = {} as RunContext

const definition = (name: string, description?: string, rest: object = {}): ToolDefinition => ({
  name,
  description,
  parametersJsonSchema: { type: 'object' },
  deferLoading: true,
  ...rest,
})

function toolsetOf(...definitions: ToolDefinition[]): Toolset {
  const toolset: Toolset = { label: 'test', getTools: () => tools }
  const tools = new Map<string, ToolsetTool>(
    definitions.map(each => [
      each.name,
      { definition: each, toolset, validateArgs: value => ({ ok: true, value }), call: () => each.name },
    ]),
  )
  return toolset
}

const searchable = async (options: ToolSearchOptions, ...definitions: ToolDefinition[]) => {
  const toolset = toolSearch(options).wrapToolset?.(toolsetOf(...definitions))
  return (await toolset?.getTools(ctx)) ?? new Map<string, ToolsetTool>()
}

const search = async (options: ToolSearchOptions, queries: unknown, ...definitions: ToolDefinition[]) =>
  (await searchable(options, ...definitions)).get('search_tools')?.call({ queries }, ctx)

describe('keywordSearch', () => {
  const tools = [
    definition('get_weather', 'Current weather of a city'),
    definition('issueRefund', 'Pays an order back'),
    definition('list_orders', 'All orders, with refunds'),
    definition('HTTPFetch', 'Reads a page'),
  ]

  it.each([
    [['weather'], ['get_weather']],
    [['refund'], ['issueRefund', 'list_orders']],
    [['orders'], ['list_orders', 'issueRefund']],
    [['http'], ['HTTPFetch']],
    [
      ['weather', 'page'],
      ['get_weather', 'HTTPFetch'],
    ],
    [['nothing at all'], ['list_orders']],
    [['xyz'], []],
    [[], []],
  ])('%o finds %o', (queries, names) => {
    expect(keywordSearch(ctx, queries, tools)).toEqual(names)
  })
})

describe('toolSearch', () => {
  const weather = definition('get_weather', 'Weather of a city')
  const refund = definition('issue_refund', 'Refund an order', { capabilityId: 'orders' })

  it('adds a tool that finds hidden tools, and lets the provider search instead', async () => {
    const tools = await searchable({}, weather, definition('open', '', { deferLoading: false }))
    expect([...tools.keys()]).toEqual(['get_weather', 'open', 'search_tools'])
    expect(tools.get('search_tools')?.definition).toMatchObject({
      toolKind: 'tool-search',
      unlessNative: 'tool_search',
    })
    expect(tools.get('get_weather')?.definition).toMatchObject({ deferLoading: true, withNative: 'tool_search' })
    expect(tools.get('get_weather')?.call({}, ctx)).toBe('get_weather')
    expect(toolSearch().nativeTools).toEqual([{ kind: 'tool_search', optional: true }])
  })

  it('adds nothing when nothing is hidden but tools of capabilities', async () => {
    expect([...(await searchable({}, refund)).keys()]).toEqual(['issue_refund'])
  })

  it('gives the same tools for the same tools, and the same definition for each', async () => {
    const inner = toolsetOf(weather)
    const toolset = toolSearch().wrapToolset?.(inner)
    const first = await toolset?.getTools(ctx)
    expect(await toolset?.getTools(ctx)).toBe(first)
    const again = await searchable({}, weather)
    expect(again.get('get_weather')?.definition).toBe(first?.get('get_weather')?.definition)
  })

  it('finds by keywords, never a tool of a capability', async () => {
    expect(await search({}, ['weather', 'refund'], weather, refund)).toEqual({
      discovered_tools: [{ name: 'get_weather' }],
    })
    expect(await search({}, ['refund'], weather, refund)).toMatchObject({
      discovered_tools: [],
      message: expect.any(String),
    })
  })

  it('finds at most ten, or as many as it is told', async () => {
    const many = Array.from({ length: 20 }, (_, i) => definition(`tool_${i}`))
    const names = (result: unknown) => (result as { discovered_tools: { name: string }[] }).discovered_tools
    expect(names(await search({}, ['tool'], ...many))).toHaveLength(10)
    expect(names(await search({ maxResults: 3 }, ['tool'], ...many))).toHaveLength(3)
  })

  it('may find in your way; unknown and repeated names are left out', async () => {
    const strategy = () => Promise.resolve(['get_weather', 'made_up', 'get_weather'])
    expect(await search({ strategy }, ['x'], weather)).toEqual({ discovered_tools: [{ name: 'get_weather' }] })
    expect(toolSearch({ strategy }).nativeTools).toEqual([])
  })

  it.each(['bm25', 'regex'] as const)('%s is for the provider to do', strategy => {
    const capability = toolSearch({ strategy })
    expect(capability.nativeTools).toEqual([{ kind: 'tool_search', strategy }])
    expect(capability.wrapToolset).toBeUndefined()
  })

  it('checks what the model asks for', async () => {
    const tool = (await searchable({ strategy: 'keywords' }, weather)).get('search_tools')
    expect(tool?.definition.unlessNative).toBeUndefined()
    expect(tool?.validateArgs({ queries: ['a'] }, ctx)).toMatchObject({ ok: true })
    for (const args of [{}, { queries: 'a' }, { queries: [1] }, null])
      expect(tool?.validateArgs(args, ctx)).toMatchObject({ ok: false })
  })

  it('needs its name', async () => {
    await expect((async () => searchable({}, weather, definition('search_tools')))()).rejects.toThrow('Rename it')
  })
})
