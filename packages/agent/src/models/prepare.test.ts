import { describe, expect, it } from 'vitest'
import { UserError } from '../errors/user-error.ts'
import type { ModelRequest } from '../messages/message.ts'
import type { ToolDefinition } from '../tools/tool-definition.ts'
import type { Model, ModelCall, ModelRequestParameters } from './model.ts'
import { prepareCall } from './prepare.ts'
import { resolveProfile, type JsonSchemaTransformer, type ModelProfile } from './profile.ts'
import type { ModelSettings } from './settings.ts'

const base: ModelRequestParameters = {
  functionTools: [],
  nativeTools: [],
  outputMode: 'text',
  outputTools: [],
  allowTextOutput: true,
  allowImageOutput: false,
}

const hello: ModelRequest = { kind: 'request', parts: [{ kind: 'user-prompt', content: 'Hello' }] }

const modelWith = (profile: Partial<ModelProfile> = {}, settings?: ModelSettings): Model => ({
  modelName: 'm',
  system: 'test',
  profile: resolveProfile(profile),
  settings,
  request: () => Promise.reject(new Error('not asked')),
  requestStream: () => Promise.reject(new Error('not asked')),
})

const prepare = (model: Model, parameters: Partial<ModelRequestParameters>, call: Partial<ModelCall> = {}) =>
  prepareCall(model, { messages: [hello], settings: {}, ...call, parameters: { ...base, ...parameters } })

const tool = (name: string, rest: Partial<ToolDefinition> = {}): ToolDefinition => ({
  name,
  parametersJsonSchema: { type: 'object', properties: {} },
  ...rest,
})

describe('settings', () => {
  it('of the call lie over those of the model, key by key', () => {
    const model = modelWith({}, { temperature: 0, maxTokens: 10 })
    const { settings } = prepare(model, {}, { settings: { temperature: 1, maxTokens: undefined, seed: 3 } })
    expect(settings).toEqual({ temperature: 1, maxTokens: 10, seed: 3 })
  })

  it.each([
    [{}, 'high', undefined],
    [{ supportsThinking: true }, 'high', 'high'],
    [{ supportsThinking: true }, false, false],
    [{ supportsThinking: true, thinkingAlwaysEnabled: true }, false, undefined],
    [{ thinkingAlwaysEnabled: true }, 'low', 'low'],
  ] as const)('thinking moves to the parameters: profile %o, %s becomes %s', (profile, thinking, expected) => {
    const { settings, parameters } = prepare(modelWith(profile), {}, { settings: { thinking, seed: 1 } })
    expect([settings, parameters.thinking]).toEqual([{ seed: 1 }, expected])
  })
})

describe('schemas', () => {
  const seen: unknown[] = []
  const transformer: JsonSchemaTransformer = {
    name: 'test',
    transform(schema, strict) {
      seen.push(schema)
      return { schema: { ...schema, transformed: true }, isStrictCompatible: strict !== false }
    },
  }

  it('are transformed, and strictness is inferred unless it is said', () => {
    const { parameters } = prepare(modelWith({ jsonSchemaTransformer: transformer, supportsJsonSchemaOutput: true }), {
      functionTools: [tool('a'), tool('b', { strict: false })],
      outputMode: 'native',
      outputObject: { jsonSchema: { type: 'object' }, name: 'N' },
    })
    expect(parameters.functionTools.map(({ strict }) => strict)).toEqual([true, false])
    expect(parameters.functionTools[0]?.parametersJsonSchema).toMatchObject({ transformed: true })
    expect(parameters.outputObject).toEqual({
      jsonSchema: { type: 'object', transformed: true },
      name: 'N',
      strict: true,
    })
  })

  it('are transformed once per definition, and an unchanged list stays the same object', () => {
    const functionTools = [tool('a'), tool('b')]
    const model = modelWith({ jsonSchemaTransformer: transformer })
    seen.length = 0
    const first = prepare(model, { functionTools }).parameters
    const second = prepare(model, { functionTools }).parameters
    const third = prepare(modelWith({ jsonSchemaTransformer: transformer }), { functionTools: [functionTools[1]!] })
    expect(seen).toHaveLength(2)
    expect(second.functionTools).toBe(first.functionTools)
    expect(third.parameters.functionTools[0]).toBe(first.functionTools[1])
    expect(prepare(modelWith(), { functionTools }).parameters.functionTools).toBe(functionTools)
  })

  const withReturn = tool('a', { description: 'Adds.', returnSchema: { type: 'number' } })
  it.each([
    ['not asked for', false, { includeReturnSchema: false }, 'Adds.', undefined],
    ['native', true, { includeReturnSchema: true }, 'Adds.', { type: 'number' }],
    [
      'described',
      false,
      { includeReturnSchema: true },
      'Adds.\n\nReturn schema:\n\n{\n  "type": "number"\n}',
      undefined,
    ],
  ] as const)('of returns: %s', (_, supportsToolReturnSchema, change, description, returnSchema) => {
    const { parameters } = prepare(modelWith({ supportsToolReturnSchema }), {
      functionTools: [{ ...withReturn, ...change }],
    })
    expect(parameters.functionTools[0]).toMatchObject({ description })
    expect(parameters.functionTools[0]?.returnSchema).toEqual(returnSchema)
  })
})

describe('native tools', () => {
  const searching = modelWith({ supportedNativeTools: new Set(['web_search']) })
  const local = tool('search', { unlessNative: 'web_search' })

  it('replace their local stand-ins where the model can run them', () => {
    const parameters = { functionTools: [local, tool('other')], nativeTools: [{ kind: 'web_search' }] }
    expect(prepare(searching, parameters).parameters).toMatchObject({
      functionTools: [{ name: 'other' }],
      nativeTools: [{ kind: 'web_search' }],
    })
    expect(prepare(modelWith(), parameters).parameters).toMatchObject({
      functionTools: [{ name: 'search' }, { name: 'other' }],
      nativeTools: [],
    })
    expect(prepare(searching, { functionTools: [local] }).parameters.functionTools).toEqual([local])
  })

  it('are dropped when optional, and refused when not', () => {
    expect(
      prepare(modelWith(), { nativeTools: [{ kind: 'web_search', optional: true }] }).parameters.nativeTools,
    ).toEqual([])
    expect(() => prepare(modelWith(), { nativeTools: [{ kind: 'web_search' }] })).toThrowErrorMatchingInlineSnapshot(
      `[UserError: The model \`m\` cannot run the native tool \`web_search\`. It has none. Mark the tool \`optional: true\`, or add a function tool with \`unlessNative: 'web_search'\`.]`,
    )
  })

  it('of one id are one tool, the last', () => {
    const model = modelWith({ supportedNativeTools: new Set(['mcp_server']) })
    const nativeTools = [
      { kind: 'mcp_server', uniqueId: 'a', url: '1' },
      { kind: 'mcp_server', uniqueId: 'b', url: '2' },
      { kind: 'mcp_server', uniqueId: 'a', url: '3' },
    ]
    expect(prepare(model, { nativeTools }).parameters.nativeTools).toEqual([nativeTools[2], nativeTools[1]])
  })

  it('bring function tools along that need them', () => {
    const functionTools = [tool('helper', { withNative: 'web_search' })]
    expect(prepare(searching, { functionTools }).parameters.functionTools).toEqual([])
    expect(
      prepare(searching, { functionTools, nativeTools: [{ kind: 'web_search' }] }).parameters.functionTools,
    ).toEqual(functionTools)
  })
})

describe('output', () => {
  const structured: Partial<ModelRequestParameters> = {
    outputMode: 'auto',
    allowTextOutput: true,
    outputTools: [tool('final_result', { kind: 'output' })],
    outputObject: { jsonSchema: { type: 'object' }, name: 'Answer', description: 'An answer.' },
  }

  it.each([
    [
      'tool',
      { outputMode: 'tool', allowTextOutput: false, outputObject: undefined, outputTools: [{ name: 'final_result' }] },
    ],
    ['native', { outputMode: 'native', allowTextOutput: true, outputObject: { name: 'Answer' }, outputTools: [] }],
    ['prompted', { outputMode: 'prompted', allowTextOutput: true, outputObject: { name: 'Answer' }, outputTools: [] }],
  ] as const)('auto is what the profile prefers: %s', (defaultStructuredOutputMode, expected) => {
    const model = modelWith({ defaultStructuredOutputMode, supportsJsonSchemaOutput: true })
    expect(prepare(model, structured).parameters).toMatchObject(expected)
  })

  it('prompted: the schema is the last static instruction', () => {
    const { parameters } = prepare(modelWith(), {
      ...structured,
      outputMode: 'prompted',
      promptedOutputTemplate: 'As $& {schema}!',
      instructionParts: [
        { content: 'static', dynamic: false },
        { content: 'dynamic', dynamic: true },
      ],
    })
    expect(parameters.instructionParts).toEqual([
      { content: 'static', dynamic: false },
      { content: 'As $& {"type": "object", "title": "Answer", "description": "An answer."}!', dynamic: false },
      { content: 'dynamic', dynamic: true },
    ])
  })

  it('prompted: a template without a place gets the schema behind it, `false` none', () => {
    const prompted = (promptedOutputTemplate: string | false) =>
      prepare(modelWith(), {
        outputMode: 'prompted',
        promptedOutputTemplate,
        outputObject: { jsonSchema: { enum: ['a', 1, null] } },
      }).parameters.instructionParts
    expect(prompted('Follow this:')).toEqual([{ content: 'Follow this:\n\n{"enum": ["a", 1, null]}', dynamic: false }])
    expect(prompted(false)).toEqual([])
  })

  it('native: the schema goes into the instructions only where the model needs it there', () => {
    const native = (nativeOutputRequiresSchemaInInstructions: boolean) =>
      prepare(modelWith({ supportsJsonSchemaOutput: true, nativeOutputRequiresSchemaInInstructions }), {
        ...structured,
        outputMode: 'native',
      }).parameters.instructionParts
    expect(native(false)).toEqual([])
    expect(native(true)?.[0]?.content).toContain('"title": "Answer"')
  })

  it.each([
    ['native output', { outputMode: 'native' }, {}],
    ['tool output', { outputMode: 'tool' }, { supportsTools: false }],
    ['image output', { outputMode: 'image', allowImageOutput: true }, {}],
  ] as const)('%s that the model cannot give is refused', (_, parameters, profile) => {
    expect(() => prepare(modelWith(profile), parameters)).toThrow(UserError)
  })
})

describe('instructions', () => {
  it('are those of the parameters', () => {
    const instructionParts = [{ content: 'now', dynamic: true }]
    const messages = [{ ...hello, instructions: 'then' }]
    expect(prepare(modelWith(), { instructionParts }, { messages }).parameters.instructionParts).toBe(instructionParts)
  })

  it('else those of the last request, or of the one before tool results', () => {
    const response = { kind: 'response', parts: [], usage: {} as never } as const
    const results: ModelRequest = {
      kind: 'request',
      parts: [{ kind: 'tool-return', toolName: 'f', content: 1, toolCallId: 'c' }],
    }
    const of = (...messages: ModelCall['messages']) =>
      prepare(modelWith(), {}, { messages }).parameters.instructionParts
    const instructed = { ...hello, instructions: 'be nice' }
    expect(of(instructed)).toEqual([{ content: 'be nice', dynamic: false }])
    expect(of(instructed, response, results)).toEqual([{ content: 'be nice', dynamic: false }])
    expect(of(instructed, response, hello)).toEqual([])
  })
})

describe('hidden tools', () => {
  const functionTools = [tool('open'), tool('found', { deferLoading: true }), tool('hidden', { deferLoading: true })]
  const revealedToolNames = new Set(['found'])

  it.each([
    ['nothing of the kind', {}, [], ['visible', 'visible', 'withheld']],
    [
      'a search of its own',
      { toolDeferralMode: 'with-tool-search' },
      ['tool_search'],
      ['visible', 'deferred', 'deferred'],
    ],
    ['a search that is not used', { toolDeferralMode: 'with-tool-search' }, [], ['visible', 'visible', 'withheld']],
    [
      'additions by reference',
      { toolDeferralMode: 'standalone', toolAdditionMode: 'by-reference' },
      [],
      ['visible', 'deferred', 'withheld'],
    ],
    [
      'additions with definitions',
      { toolAdditionMode: 'with-definitions' },
      [],
      ['visible', 'via-history', 'withheld'],
    ],
  ] as const)('on a model with %s', (_, profile, native, expected) => {
    const model = modelWith({ ...profile, supportedNativeTools: new Set(['tool_search']) })
    const { toolVisibility } = prepare(model, {
      functionTools,
      revealedToolNames,
      nativeTools: native.map(kind => ({ kind })),
    }).parameters
    expect([...(toolVisibility?.values() ?? [])]).toEqual(expected)
  })

  it('of capabilities are not for a search', () => {
    const owned = functionTools.map(definition => ({ ...definition, capabilityId: 'c' }))
    const model = modelWith({ toolDeferralMode: 'standalone', supportedNativeTools: new Set(['tool_search']) })
    const { parameters } = prepare(model, { functionTools: owned, nativeTools: [{ kind: 'tool_search' }] })
    expect(parameters.nativeTools).toEqual([])
    expect([...(parameters.toolVisibility?.values() ?? [])]).toEqual(['visible', 'deferred', 'deferred'])
  })

  it('none of them: no visibility to look at', () => {
    expect(prepare(modelWith(), { functionTools: [tool('open')] }).parameters.toolVisibility).toBeUndefined()
  })
})
