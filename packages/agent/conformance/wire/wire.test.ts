import { describe, expect, it } from 'vitest'
import { ModelHttpError } from '../../src/errors/model-http-error.ts'
import { UserError } from '../../src/errors/user-error.ts'
import { compareError, factsOf } from './errors.ts'
import { observable, readParameters, writeParameters } from './parameters.ts'
import { plain, someTime } from './plain.ts'
import { nativeToolKind, readProfile } from './profile.ts'
import { readSettings, writeSettings } from './settings.ts'

describe('settings', () => {
  it('go from snake_case and seconds to ours and back', () => {
    const wire = {
      max_tokens: 5,
      timeout: 1.5,
      extra_headers: { 'X-A_b': '1' },
      tool_choice: { $type: 'ToolOrOutput', function_tools: ['add'] },
    }
    const settings = readSettings({ ...wire, top_p: null })
    expect(settings).toEqual({
      maxTokens: 5,
      timeoutMs: 1500,
      extraHeaders: { 'X-A_b': '1' },
      toolChoice: { kind: 'tool-or-output', functionTools: ['add'] },
    })
    expect(writeSettings(settings)).toEqual(wire)
  })
})

describe('parameters', () => {
  const wire = {
    function_tools: [{ name: 'add', parameters_json_schema: { type: 'object' }, with_native: 'tool_search' }],
    native_tools: [{ kind: 'web_search', max_uses: 2 }],
    tool_visibility: { add: 'via_history', sub: 'visible' },
    output_mode: 'text',
    output_tools: [],
    allow_text_output: true,
    instruction_parts: [{ content: 'Be brief.', dynamic: true, part_kind: 'instruction' }],
  }

  it('are read and written back with every key', () => {
    const parameters = readParameters(wire)
    expect(parameters.toolVisibility?.get('add')).toBe('via-history')
    expect(parameters.nativeTools).toEqual([{ kind: 'web_search', maxUses: 2 }])
    const written = writeParameters(parameters)
    expect(written).toMatchObject({
      ...wire,
      function_tools: [{ ...wire.function_tools[0], strict: null, kind: 'function' }],
    })
  })

  it('shows what an adapter can see', () => {
    expect(observable(writeParameters(readParameters(wire)))).toMatchObject({
      function_tools: [{ with_native: null }],
      tool_visibility: { add: 'via_history' },
    })
  })
})

describe('plain', () => {
  it('turns recorded objects into wire records', () => {
    const file = { $type: 'BinaryContent', data: { $bytes: 'aGk=' }, _identifier: 'a1', kind: 'binary' }
    expect(plain([file, '<now>', { $repr: 'IsDatetime()' }])).toEqual([
      { data: 'aGk=', identifier: 'a1', kind: 'binary' },
      someTime,
      someTime,
    ])
  })
})

describe('profiles', () => {
  it('name native tools by their kind', () => {
    expect(['WebSearchTool', 'MCPServerTool', 'XSearchTool'].map(nativeToolKind)).toEqual([
      'web_search',
      'mcp_server',
      'x_search',
    ])
  })

  it('leave out what was not said', () => {
    expect(readProfile({ supports_tools: true, tool_addition_mode: null, json_schema_transformer: 'X' })).toEqual({
      supportsTools: true,
    })
  })
})

describe('compareError', () => {
  const recorded = { type: 'UserError', message: "Tool 'add' was called 3 times. See https://example.com/9" }
  const places = (error: unknown, expected: object = recorded) =>
    compareError(expected as typeof recorded, error, 'error').map(({ path }) => path)

  it('wants the kind and the facts of the first sentence, in any words', () => {
    expect(factsOf(recorded.message)).toEqual(['add', '3'])
    expect(places(new UserError('3 calls of `add` are too many.'))).toEqual([])
    expect(places(new UserError('Too many calls of `add`.'))).toEqual(['error.message'])
    expect(places(new Error(recorded.message))).toEqual(['error.type'])
    expect(places(undefined)).toEqual(['error'])
  })

  it('wants the message of an error that is not ours', () => {
    const foreign = { type: 'RuntimeError', message: 'boom' }
    expect(places(new Error('boom'), foreign)).toEqual([])
    expect(places(new Error('bang'), foreign)).toEqual(['error.message'])
  })

  it('wants status and sentence of an HTTP error', () => {
    const http = {
      type: 'ModelHTTPError',
      message: '',
      status_code: 404,
      body: { Error: { Message: 'No such model.' } },
    }
    const ours = (status: number, message: string) => new ModelHttpError({ modelName: 'm', status, body: { message } })
    expect(places(ours(404, 'No such model.'), http)).toEqual([])
    expect(places(ours(400, 'No such model.'), http)).toEqual(['error.status_code'])
    expect(places(ours(404, 'Gone.'), http)).toEqual(['error.message'])
  })
})
