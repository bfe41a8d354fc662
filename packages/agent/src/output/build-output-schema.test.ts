import { toStandardJsonSchema } from '@valibot/to-json-schema'
import { type } from 'arktype'
import * as v from 'valibot'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { UserError } from '../errors/user-error.ts'
import { jsonSchema } from '../schema/json-schema.ts'
import { buildOutputSchema } from './build-output-schema.ts'
import { deferredToolRequests } from './deferred-output.ts'
import { imageOutput } from './image-output.ts'
import { named } from './named-output.ts'
import { nativeOutput } from './native-output.ts'
import { outputFunction } from './output-function.ts'
import type { OutputEntries } from './output-spec.ts'
import { outputTool } from './output-tool.ts'
import { promptedOutput } from './prompted-output.ts'
import { structuredDict } from './structured-dict.ts'
import { text, textOutput } from './text-output.ts'

const City = z.object({ name: z.string(), people: z.int().optional() }).meta({ title: 'City' })
const Refusal = z.object({ why: z.string() }).meta({ title: 'Refusal', description: 'Say no.' })
const citySchema = {
  type: 'object',
  title: 'City',
  properties: { name: { type: 'string' }, people: { type: 'integer' } },
  required: ['name'],
}

function toolsOf(entries: OutputEntries) {
  return buildOutputSchema(entries).tools.map(({ definition }) => definition)
}

describe('the mode', () => {
  it.each<[string, OutputEntries | undefined, object]>([
    ['nothing', undefined, { mode: 'text', allowsText: true, text: { kind: 'plain' } }],
    ['text', text, { mode: 'text', allowsText: true, tools: [] }],
    ['a type', City, { mode: 'auto', allowsText: false, text: { kind: 'json' } }],
    ['two types', [City, Refusal], { mode: 'auto', text: { kind: 'json' } }],
    ['a type and text', [City, text], { mode: 'tool', allowsText: true, text: { kind: 'plain' } }],
    ['an output tool', outputTool({ schema: City }), { mode: 'tool', allowsText: false, text: undefined }],
    ['an output tool and a type', [outputTool({ schema: City }), Refusal], { mode: 'tool', text: undefined }],
    ['native', nativeOutput(City), { mode: 'native', allowsText: true, tools: [], text: { kind: 'json' } }],
    ['prompted', promptedOutput(City), { mode: 'prompted', allowsText: true, tools: [], text: { kind: 'json' } }],
    ['an image', imageOutput, { mode: 'image', allowsText: false, allowsImage: true, text: undefined }],
    ['an image and text', [imageOutput, text], { mode: 'text', allowsText: true, allowsImage: true }],
    ['text and null', [text, null], { mode: 'text', allowsNull: true, tools: [] }],
    [
      'a marker and its company',
      [nativeOutput(City), null, imageOutput, deferredToolRequests],
      { mode: 'native', allowsNull: true, allowsImage: true, allowsDeferred: true },
    ],
  ])('of %s', (_what, entries, expected) => {
    expect(buildOutputSchema(entries)).toMatchObject(expected)
  })

  it('allows nothing that was not asked for', () => {
    expect(buildOutputSchema(City)).toMatchObject({ allowsNull: false, allowsImage: false, allowsDeferred: false })
  })
})

describe('output tools', () => {
  it('one is called final_result', () => {
    expect(toolsOf(City)).toEqual([
      {
        name: 'final_result',
        description: 'The final response which ends this conversation',
        parametersJsonSchema: citySchema,
        kind: 'output',
      },
    ])
  })

  it('several carry the name of their type', () => {
    expect(toolsOf([City, Refusal]).map(({ name, description }) => ({ name, description }))).toEqual([
      { name: 'final_result_City', description: 'City: The final response which ends this conversation' },
      { name: 'final_result_Refusal', description: 'Say no.' },
    ])
    expect(toolsOf(Refusal)[0]!.parametersJsonSchema).not.toHaveProperty('description')
  })

  it('names lose what providers refuse, and collisions get a number', () => {
    const odd = named(City, 'List[City]')
    expect(toolsOf([odd, odd, named(City, 'ListCity'), named(City, 'Ciudad: ñ')]).map(tool => tool.name)).toEqual([
      'final_result_ListCity',
      'final_result_ListCity_2',
      'final_result_ListCity_3',
      'final_result_Ciudad',
    ])
    expect(toolsOf([z.object({}), z.object({}), z.string()]).map(tool => tool.name)).toEqual([
      'final_result_object',
      'final_result_object_2',
      'final_result_string',
    ])
    expect(
      toolsOf([outputTool({ name: 'done', schema: City }), outputTool({ name: 'done', schema: Refusal })]),
    ).toMatchObject([{ name: 'done' }, { name: 'done_2' }])
  })

  it('an output tool says how it wants to be', () => {
    const options = { name: 'report', description: 'Reports.', maxRetries: 3, strict: true, sequential: true }
    const [tool] = buildOutputSchema(outputTool({ schema: Refusal, ...options })).tools
    expect(tool).toMatchObject({
      maxRetries: 3,
      definition: { name: 'report', description: 'Reports. Say no.', strict: true, sequential: true },
    })
  })

  it('a value that is no object is wrapped', () => {
    expect(toolsOf(z.array(z.string()))).toMatchObject([
      {
        outerTypedDictKey: 'response',
        parametersJsonSchema: {
          type: 'object',
          properties: { response: { type: 'array', items: { type: 'string' } } },
          required: ['response'],
        },
      },
    ])
  })

  it('a wrapped type that refers to itself keeps working references', () => {
    const Json: z.ZodType = z.union([z.string(), z.array(z.lazy(() => Json))])
    const [tool] = toolsOf(Json)
    const schema = jsonSchema(tool!.parametersJsonSchema)
    const validate = (value: unknown) => schema['~standard'].validate(value)
    expect(validate({ response: ['a', ['b', []]] })).not.toHaveProperty('issues')
    expect(validate({ response: ['a', ['b', [1]]] })).toHaveProperty('issues')
  })

  it('null beside types is one more tool', async () => {
    const { tools, allowsNull } = buildOutputSchema([City, null])
    expect(allowsNull).toBe(true)
    expect(tools.map(tool => tool.definition.name)).toEqual(['final_result_City', 'final_result_NoneType'])
    expect(await tools[1]!.alternative.validate(null)).toEqual({ ok: true, value: null })
    expect(await tools[1]!.alternative.validate(0)).toMatchObject({ issues: [{ type: 'none_required' }] })
  })

  it('a function is named by its author or by its type', () => {
    const run = () => 1
    const tools = toolsOf([
      outputFunction({ name: 'hand_off', schema: City, description: 'Hands off.', run }),
      outputFunction({ schema: Refusal, run }),
    ])
    expect(tools.map(({ name, description }) => [name, description])).toEqual([
      ['final_result_hand_off', 'Hands off.'],
      ['final_result_Refusal', 'Say no.'],
    ])
  })

  it('work with every vendor', () => {
    const schemas = [
      toStandardJsonSchema(v.object({ a: v.string() })),
      type({ a: 'string' }),
      structuredDict({ type: 'object', properties: { a: { type: 'string' } } }),
    ]
    for (const schema of schemas) {
      expect(toolsOf(schema)[0]!.parametersJsonSchema).toMatchObject({
        type: 'object',
        properties: { a: { type: 'string' } },
      })
    }
  })
})

describe('the object of native and prompted outputs', () => {
  it('of one type is its schema', () => {
    expect(
      buildOutputSchema(nativeOutput(Refusal, { name: 'No', description: 'Refuses.', strict: true })).object,
    ).toEqual({
      name: 'No',
      description: 'Refuses. Say no.',
      strict: true,
      jsonSchema: expect.objectContaining({ title: 'Refusal', type: 'object' }),
    })
    expect(buildOutputSchema(promptedOutput(z.object({}))).object?.name).toBeUndefined()
    expect(buildOutputSchema(promptedOutput(City, { template: false }))).toMatchObject({
      template: false,
      object: { name: 'City' },
    })
  })

  it('of several is the envelope', () => {
    expect(buildOutputSchema(nativeOutput([City, Refusal, z.int(), null])).object).toEqual({
      jsonSchema: {
        type: 'object',
        properties: {
          result: {
            anyOf: [
              member(
                'City',
                { type: 'object', properties: citySchema.properties, required: ['name'] },
                { title: 'City' },
              ),
              member(
                'Refusal',
                { type: 'object', properties: { why: { type: 'string' } }, required: ['why'] },
                { title: 'Refusal', description: 'Say no.' },
              ),
              member('integer', wrapped({ type: 'integer' })),
              member('NoneType', wrapped({ type: 'null' })),
            ],
          },
        },
        required: ['result'],
        additionalProperties: false,
      },
    })
  })

  function member(kind: string, data: object, more: object = {}) {
    const properties = { kind: { type: 'string', const: kind }, data }
    return { type: 'object', properties, required: ['kind', 'data'], additionalProperties: false, ...more }
  }

  function wrapped(schema: object) {
    return { type: 'object', properties: { response: schema }, required: ['response'] }
  }

  it('hoists definitions', () => {
    const person = {
      type: 'object',
      title: 'P',
      properties: { at: { $ref: '#/$defs/At' } },
      $defs: { At: { type: 'string' } },
    }
    const place = {
      type: 'object',
      title: 'Q',
      properties: { at: { $ref: '#/$defs/At' } },
      $defs: { At: { type: 'number' } },
    }
    const { object } = buildOutputSchema(nativeOutput([jsonSchema(person), jsonSchema(place)]))
    expect(object!.jsonSchema['$defs']).toEqual({ At: { type: 'string' }, At_2: { type: 'number' } })
    expect(JSON.stringify(object!.jsonSchema['properties'])).not.toContain('$defs":')
  })

  it('is there for auto too, beside the tools', () => {
    const schema = buildOutputSchema([City, Refusal])
    expect(schema.object?.jsonSchema).toHaveProperty(['properties', 'result'])
    expect(schema.tools).toHaveLength(2)
  })
})

describe('combinations that cannot work', () => {
  it.each<[string, OutputEntries, RegExp]>([
    ['nothing', [], /needs a type, `text` or `imageOutput`/],
    ['only null', [null], /needs a type/],
    ['only deferred', [deferredToolRequests, null], /needs a type/],
    ['text twice', [text, textOutput(x => x)], /one text entry only/],
    ['a marker and a type', [nativeOutput(City), Refusal], /`nativeOutput\(\)` stands alone/],
    ['a marker and text', [promptedOutput(City), text], /`promptedOutput\(\)` stands alone/],
    ['two markers', [promptedOutput(City), nativeOutput(City)], /stands alone/],
    [
      'deferred in a marker',
      nativeOutput([City, deferredToolRequests]),
      /put it beside it, `output: \[nativeOutput\(…\), deferredToolRequests\]`/,
    ],
    [
      'an image in a marker',
      promptedOutput([City, imageOutput]),
      /`imageOutput` cannot be inside of `promptedOutput\(\)`: put it beside/,
    ],
    ['a tool in a marker', nativeOutput([outputTool({ schema: City })]), /`outputTool` cannot be inside/],
    ['a marker in a marker', nativeOutput([promptedOutput(City)]), /`promptedOutput` cannot be inside/],
    ['an empty marker', nativeOutput([]), /needs at least one type/],
    ['negative retries', outputTool({ schema: City, maxRetries: -1 }), /`maxRetries` of tool `final_result` is -1/],
    ['a type JSON cannot hold', z.date(), /no JSON Schema form/],
  ])('%s', (_what, entries, message) => {
    expect(() => buildOutputSchema(entries)).toThrow(UserError)
    expect(() => buildOutputSchema(entries)).toThrow(message)
  })

  it('a structured dict that is no object', () => {
    expect(() => structuredDict({ type: 'array' })).toThrow(/needs a schema of type "object"/)
  })
})

describe('structuredDict', () => {
  it('shows the schema without references and checks for an object only', () => {
    const schema = structuredDict(
      { type: 'object', properties: { a: { $ref: '#/$defs/A' } }, required: ['a'], $defs: { A: { type: 'integer' } } },
      { name: 'Report', description: 'A report.' },
    )
    const [tool] = buildOutputSchema(schema).tools
    expect(tool!.definition).toMatchObject({
      description: 'A report.',
      parametersJsonSchema: {
        type: 'object',
        title: 'Report',
        properties: { a: { type: 'integer' } },
        required: ['a'],
      },
    })
    expect(tool!.definition.parametersJsonSchema).not.toHaveProperty('$defs')
    expect(tool!.alternative.validate({ a: 'not a number' })).toEqual({ ok: true, value: { a: 'not a number' } })
    expect(tool!.alternative.validate([])).toMatchObject({ ok: false, issues: [{ type: 'dict_type' }] })
  })
})
