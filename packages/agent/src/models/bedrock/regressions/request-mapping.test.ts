import type { ConverseRequest, Message } from '@aws-sdk/client-bedrock-runtime'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { block, reply } from '@tenon/local-bedrock'
import { z } from 'zod'
import type { JsonSchema } from '../../../util/json.ts'
import { agent, tool } from '../../../core.ts'
import { UserError } from '../../../errors/user-error.ts'
import type { ModelMessage, ModelResponse } from '../../../messages/message.ts'
import { emptyUsage } from '../../../usage/usage.ts'
import { binaryContent, cachePoint, imageUrl, documentUrl, uploadedFile } from '../../../messages/user-content.ts'
import { countTokens, requestModel, streamModel } from '../../call-model.ts'
import { isThinkingAsked } from '../thinking.ts'
import { bedrockSearchResult } from '../search-result.ts'
import { type CallOptions, assistantTurn, callOf, drain, toolTurn, userTurn, weather } from '../test-support/calls.ts'
import { claude, nova, startEndpoint, type Endpoint } from '../test-support/endpoint.ts'

const llama = 'us.meta.llama3-3-70b-instruct-v1:0'
const mistral = 'mistral.mistral-large-2407-v1:0'
const qwen = 'qwen.qwen3-32b-v1:0'

let endpoint: Endpoint
// the endpoint's validator refuses what Bedrock refuses, so a body that comes back from here would be taken
beforeAll(async () => void (endpoint = await startEndpoint({ responder: () => ({ content: [{ text: 'ok' }] }) })))
afterAll(() => endpoint[Symbol.asyncDispose]())
beforeEach(() => endpoint.server.log.clear())

async function sent(call: CallOptions, modelName = claude): Promise<ConverseRequest> {
  await requestModel(endpoint.model(modelName, { connect: { maxAttempts: 1 } }), callOf(call))
  return endpoint.server.log.at(-1)!.body as ConverseRequest
}

const called = (...ids: string[]) =>
  assistantTurn(
    ...ids.map(toolCallId => ({ kind: 'tool-call' as const, toolName: 'weather', args: { city: 'Riga' }, toolCallId })),
  )
const returned = (toolCallId: string, content: unknown = 'cold') => ({
  kind: 'tool-return' as const,
  toolName: 'weather',
  content,
  toolCallId,
})
const asked = { functionTools: [weather] }
const png = binaryContent(Uint8Array.from([1, 2, 3]), 'image/png')
const pdf = binaryContent(Uint8Array.from([4, 5, 6]), 'application/pdf')

describe('tool results', () => {
  it('R30 R31 R55: all results of a turn stand first in one user turn, in the order of the calls', async () => {
    const body = await sent({
      messages: [
        userTurn('Hello'),
        called('a', 'b', 'c'),
        toolTurn({ kind: 'user-prompt', content: 'Hurry' }, returned('c'), returned('a'), returned('b')),
      ],
      parameters: asked,
    })
    expect(body.messages).toHaveLength(3)
    const blocks = body.messages![2]!.content!
    expect(blocks.map(block => block.toolResult?.toolUseId ?? block.text)).toEqual(['a', 'b', 'c', 'Hurry'])
  })

  it.each([
    ['Claude', claude, 5],
    ['Nova', nova, 3],
    ['Llama', llama, 5],
    ['Mistral', mistral, 5],
    ['Qwen', qwen, 3],
  ])('R32: a document after a result: %s', async (_, model, turns) => {
    const body = await sent(
      {
        messages: [userTurn('Hello'), called('tooluse_1'), toolTurn(returned('tooluse_1')), userTurn(['Read', pdf])],
        parameters: asked,
      },
      model,
    )
    expect(body.messages).toHaveLength(turns)
    if (turns === 5) expect(body.messages![3]).toEqual({ role: 'assistant', content: [{ text: '.' }] })
  })

  it('R33: a file the family takes neither inside nor beside moves to a later turn, with a reference', async () => {
    const body = await sent(
      {
        messages: [userTurn('Hello'), called('tooluse_1'), toolTurn(returned('tooluse_1', ['see', png]))],
        parameters: asked,
      },
      mistral,
    )
    const [, , results, filler, files] = body.messages!
    expect(results!.content![0]!.toolResult!.content![1]!.text).toMatch(/^See file \w+\.$/)
    expect(filler!.role).toBe('assistant')
    expect(files!.content!.map(block => Object.keys(block)[0])).toEqual(['text', 'image'])
  })

  it.each([42, true, [1, 2], [[1, 2]], 'text', null])(
    'Mistral gets %j as text, as JSON must be an object',
    async content => {
      const body = await sent(
        { messages: [userTurn('Hello'), called('a'), toolTurn(returned('a', content))], parameters: asked },
        mistral,
      )
      const blocks = body.messages![2]!.content![0]!.toolResult!.content!
      expect(blocks.flatMap(block => Object.keys(block)).every(key => key === 'text')).toBe(true)
    },
  )

  const files = (count: number) => Array.from({ length: count }, () => ['text', 'document']).flat()
  const kindsIn = (message: Message) => message.content!.map(block => Object.keys(block)[0])

  it.each([
    ['inside the results', claude, [['toolResult', 'toolResult']]],
    ['beside them, the sixth later', nova, [['toolResult', 'toolResult', ...files(5)], files(1)]],
    ['later, five and one', 'us.writer.palmyra-x5-v1:0', [['toolResult', 'toolResult'], files(5), files(1)]],
  ])('six documents from tools go %s', async (_, model, turns) => {
    const body = await sent(
      {
        messages: [
          userTurn('Hello'),
          called('a', 'b'),
          toolTurn(returned('a', [pdf, pdf, pdf]), returned('b', [pdf, pdf, pdf])),
        ],
        parameters: asked,
      },
      model,
    )
    const [, , ...after] = body.messages!
    expect(after.map(kindsIn)).toEqual(turns.flatMap((turn, index) => (index === 0 ? [turn] : [['text'], turn])))
  })

  it('a model without tools and without a system prompt goes on with a conversation that has both', async () => {
    const body = await sent(
      {
        messages: [
          userTurn('Is it cold?'),
          called('a', 'b'),
          toolTurn(returned('a', { celsius: -3 }), { ...returned('b', 'no station'), outcome: 'failed' as const }),
        ],
        parameters: { instructionParts: [{ content: 'Be brief.', dynamic: false }] },
      },
      'mistral.mistral-7b-instruct-v0:2',
    )
    expect(body.toolConfig).toBeUndefined()
    expect(body.system ?? []).toEqual([])
    expect(body.messages!.map(turn => turn.content!.map(block => block.text))).toEqual([
      ['Be brief.', 'Is it cold?'],
      ['[The tool weather was called with {"city":"Riga"}]', '[The tool weather was called with {"city":"Riga"}]'],
      ['[The tool weather answered]', '{"celsius":-3}', '[The tool weather failed]', 'no station'],
    ])
  })

  it('prompts whose documents are too many for one message stay apart', async () => {
    const body = await sent({ messages: [userTurn(['Read', pdf, pdf, pdf]), userTurn(['And', pdf, pdf, pdf])] })
    expect(body.messages!.map(kindsIn)).toEqual([
      ['text', 'document', 'document', 'document'],
      ['text'],
      ['text', 'document', 'document', 'document'],
    ])
  })

  it.each([[[]], [''], [null], [undefined], [[null]], ['  ']])(
    'R34 R36: %j is never an empty or blank result',
    async content => {
      const body = await sent({
        messages: [userTurn('Hello'), called('a'), toolTurn(returned('a', content))],
        parameters: asked,
      })
      const blocks = body.messages![2]!.content![0]!.toolResult!.content!
      expect(blocks.length).toBeGreaterThan(0)
      for (const block of blocks) expect(block.text!.trim()).not.toBe('')
    },
  )

  it('R41: arguments that are no object are wrapped', async () => {
    const call = assistantTurn({ kind: 'tool-call', toolName: 'weather', args: '{"city": "Ri', toolCallId: 'a' })
    const body = await sent({ messages: [userTurn('Hello'), call, toolTurn(returned('a'))], parameters: asked })
    expect(body.messages![1]!.content![0]!.toolUse!.input).toEqual({ INVALID_JSON: '{"city": "Ri' })
  })

  it('R39: an impossible tool name is made possible on replay, its id kept', async () => {
    const call = assistantTurn({ kind: 'tool-call', toolName: '$READ FILE', args: {}, toolCallId: 'a' })
    const body = await sent({ messages: [userTurn('Hello'), call, toolTurn(returned('a'))], parameters: asked })
    expect(body.messages![1]!.content![0]!.toolUse).toMatchObject({ name: '_READ_FILE', toolUseId: 'a' })
  })

  it('R39: tools whose names Bedrock refuses are declared under others, called by their own, and replayed', async () => {
    const long = 'l'.repeat(100)
    const names = ['a_b', 'a.b', 'a/b', long, `${long}x`, 'übersetze', '__proto__']
    const called: string[] = []
    const tools = names.map(name => tool({ name, input: z.object({}), run: () => (called.push(name), `ran ${name}`) }))
    const local = await startEndpoint()
    const declared: string[] = []
    local.responder.push(request => {
      declared.push(...request.toolConfig!.tools.map(each => each.toolSpec!.name))
      return reply.blocks(declared.map((name, index) => block.toolUse(name, {}, `t${index}`)))
    }, 'done')
    expect((await agent({ model: local.model(), tools }).run('go')).output).toBe('done')
    expect(called.toSorted()).toEqual(names.toSorted())
    expect(new Set(declared).size).toBe(names.length)
    expect(declared.slice(0, 3)).toEqual(['a_b', 'a_b_2', 'a_b_3'])
    const [, turn] = local.responder.requests.at(-1)!.messages
    expect(turn!.content.map(each => each.toolUse!.name)).toEqual(declared)
    local.responder.push(reply.blocks(declared.map((name, index) => block.toolUse(name, {}, `t${index}`))), 'done')
    called.length = 0
    expect(await agent({ model: local.model(), tools }).stream('go').output).toBe('done')
    expect(called.toSorted()).toEqual(names.toSorted())
    const forced = callOf({
      parameters: { functionTools: [{ ...weather, name: 'a.b' }] },
      settings: { toolChoice: ['a.b'] },
    })
    local.responder.push('ok')
    await requestModel(local.model(), forced)
    expect(local.responder.requests.at(-1)!.toolConfig!.toolChoice).toEqual({ tool: { name: 'a_b' } })
    await local[Symbol.asyncDispose]()
  })

  it('R17 R40: ids Bedrock refuses, or that repeat, become ids it takes, the same for call and result', async () => {
    const long = 'x'.repeat(200)
    const body = await sent({
      messages: [
        userTurn('Hello'),
        called('dup', 'dup', long, '', 'a b'),
        toolTurn(returned('dup', 'first'), returned('dup', 'second'), returned(long), returned(''), returned('a b')),
      ],
      parameters: asked,
    })
    const calls = body.messages![1]!.content!.map(block => block.toolUse!.toolUseId!)
    const results = body.messages![2]!.content!.map(block => block.toolResult!.toolUseId!)
    expect(results).toEqual(calls)
    expect(new Set(calls).size).toBe(5)
    for (const id of calls) expect(id).toMatch(/^[a-zA-Z0-9_.:-]{1,64}$/)
    expect(calls[0]).toBe('dup')
    expect(body.messages![2]!.content![1]!.toolResult!.content![0]!.text).toBe('second')
  })

  it('R40: Mistral gets nine letters and digits, the same for call and result; ids Bedrock made stay', async () => {
    const own = 'tooluse_daIKOZu4g4GrvIIv9wdqy4'
    const body = await requestBody(
      {
        messages: [
          userTurn('Hello'),
          called('call_of_another_provider', own),
          toolTurn(returned('call_of_another_provider'), returned(own)),
        ],
        parameters: asked,
      },
      mistral,
    )
    const [first, second] = body.messages![1]!.content!.map(block => block.toolUse!.toolUseId!)
    expect(first).toMatch(/^[a-zA-Z0-9]{9}$/)
    expect(second).toBe(own)
    expect(body.messages![2]!.content!.map(block => block.toolResult!.toolUseId)).toEqual([first, own])
  })

  it('R17: an id may come again in a later turn', async () => {
    const messages = [
      userTurn('Hello'),
      called('call_0'),
      toolTurn(returned('call_0')),
      called('call_0'),
      toolTurn(returned('call_0')),
    ]
    const body = await sent({ messages, parameters: asked })
    expect(body.messages![3]!.content![0]!.toolUse!.toolUseId).toBe('call_0')
  })
})

describe('turns', () => {
  it('R35: an answer without content is left out', async () => {
    const body = await sent({ messages: [userTurn('Hello'), assistantTurn(), userTurn('Again')] })
    expect(body.messages).toEqual([{ role: 'user', content: [{ text: 'Hello' }, { text: 'Again' }] }])
  })

  it('R36: blank text is left out, except beside reasoning', async () => {
    const thinking = { kind: 'thinking' as const, content: 'Hm', signature: 'sig', providerName: 'bedrock' }
    const blank = { kind: 'text' as const, content: ' ' }
    const text = { kind: 'text' as const, content: 'Yes' }
    const body = await sent({ messages: [userTurn('Hello'), assistantTurn(blank, text), userTurn('And?')] })
    expect(body.messages![1]!.content).toEqual([{ text: 'Yes' }])
    endpoint.server.log.clear()
    await requestModel(
      endpoint.model(),
      callOf({ messages: [userTurn('x'), assistantTurn(thinking, blank), userTurn('And?')] }),
    ).catch(() => undefined)
    expect((endpoint.server.log[0]!.body as ConverseRequest).messages![1]!.content).toHaveLength(2)
  })

  it('R36: an answer at the end is gone on with, without the blanks at its end', async () => {
    const open = [userTurn('Count'), assistantTurn({ kind: 'text', content: 'One, two, \n' })]
    const earlier = [...open, userTurn('Go on')]
    expect((await sent({ messages: open })).messages!.at(-1)!.content).toEqual([{ text: 'One, two,' }])
    expect((await sent({ messages: earlier })).messages![1]!.content).toEqual([{ text: 'One, two, \n' }])
    const modern = await sent({ messages: open }, 'us.anthropic.claude-opus-4-6-v1')
    expect(modern.messages!.slice(1)).toEqual([
      { role: 'assistant', content: [{ text: 'One, two, \n' }] },
      { role: 'user', content: [{ text: '.' }] },
    ])
  })

  it.each([
    [nova, 2],
    [claude, 1],
    [qwen, 1],
  ])('R37: a history that begins with the assistant, or is empty: %s', async (model, at) => {
    const body = await sent({ messages: [assistantTurn({ kind: 'text', content: 'Hi' }), userTurn('Hello')] }, model)
    expect(body.messages).toHaveLength(at + 1)
    const empty = await sent(
      { messages: [toolTurn()], parameters: { instructionParts: [{ content: 'Greet.', dynamic: false }] } },
      model,
    )
    expect(empty.messages).toEqual([{ role: 'user', content: [{ text: '.' }] }])
  })

  it('R58: a later system prompt stays in its place, as text of the user', async () => {
    const late = toolTurn({ kind: 'system-prompt', content: 'Be brief.' })
    const body = await sent({ messages: [userTurn('Hello'), assistantTurn({ kind: 'text', content: 'Hi' }), late] })
    expect(body.system).toEqual([])
    expect(body.messages![2]!.content![0]!.text).toContain('Be brief.')
  })

  it("R49: Nova's placeholder for what it thought does not come back as text", async () => {
    const nova2 = 'us.amazon.nova-2-lite-v1:0'
    await using local = await startEndpoint()
    local.responder.push({
      content: [{ reasoningContent: { reasoningText: { text: '[REDACTED]' } } }, block.toolUse('weather', {}, 't1')],
    })
    const model = local.model(nova2)
    const answer = await requestModel(model, callOf({ parameters: asked, settings: { thinking: 'medium' } }))
    const body = await sent(
      { messages: [userTurn('Hello'), answer, toolTurn(returned('t1'))], parameters: asked },
      nova2,
    )
    expect(answer.parts[0]).toMatchObject({ kind: 'thinking', content: '[REDACTED]' })
    expect(body.messages![1]!.content!.map(item => Object.keys(item)[0])).toEqual(['toolUse'])
  })

  it('R49: only own, signed thinking goes back as thinking', async () => {
    const parts = [
      { kind: 'thinking' as const, content: 'own', signature: 'sig', providerName: 'bedrock' },
      { kind: 'thinking' as const, content: 'unsigned', providerName: 'bedrock' },
      { kind: 'thinking' as const, content: 'foreign', signature: 'sig', providerName: 'anthropic' },
      { kind: 'text' as const, content: 'Yes' },
    ]
    await requestModel(
      endpoint.model(),
      callOf({ messages: [userTurn('x'), assistantTurn(...parts), userTurn('y')] }),
    ).catch(() => undefined)
    const blocks = (endpoint.server.log[0]!.body as ConverseRequest).messages![1]!.content!
    expect(blocks.map(block => block.reasoningContent?.reasoningText?.text ?? block.text)).toEqual([
      'own',
      '<thinking>\nunsigned\n</thinking>',
      '<thinking>\nforeign\n</thinking>',
      'Yes',
    ])
  })
})

describe('a conversation that goes on with another family', () => {
  const signed = { kind: 'thinking' as const, content: 'Hm', signature: 'sig', providerName: 'bedrock' }
  const sealed = { ...signed, id: 'redacted_content', content: '', signature: 'secret' }
  const yes = { kind: 'text' as const, content: 'Yes' }
  const by = (modelName: string, ...parts: ModelResponse['parts']): ModelMessage => ({
    kind: 'response',
    parts,
    usage: emptyUsage,
    providerName: 'bedrock',
    modelName,
  })

  it('R49: tells the thinking of the other one, and keeps what only that one can read', async () => {
    const history = (modelName: string) => [userTurn('x'), by(modelName, signed, sealed, yes), userTurn('y')]
    const own = await requestBody({ messages: history('global.anthropic.claude-opus-4-6-v1') })
    expect(own.messages![1]!.content!.map(block => Object.keys(block)[0])).toEqual([
      'reasoningContent',
      'reasoningContent',
      'text',
    ])
    for (const writer of ['us.amazon.nova-2-lite-v1:0', 'openai.gpt-oss-120b-1:0', 'us.deepseek.r1-v1:0']) {
      const other = await sent({ messages: history(writer) })
      expect(other.messages![1]!.content, writer).toEqual([{ text: '<thinking>\nHm\n</thinking>' }, { text: 'Yes' }])
    }
    const hidden = await requestBody({ messages: history('arn:aws:bedrock:us-east-1:123456789012:prompt-router/abc') })
    expect(hidden.messages![1]!.content![0]).toHaveProperty('reasoningContent')
  })

  it('R48: does not think over results that were called for without thinking', async () => {
    const thinking = { thinking: true, maxTokens: 20_000 } as const
    const call = { kind: 'tool-call' as const, toolName: 'weather', args: {}, toolCallId: 'a' }
    const from = (...parts: ModelResponse['parts']) => [
      userTurn('x'),
      by(claude, ...parts, call),
      toolTurn(returned('a')),
    ]
    const fieldsOf = async (messages: ModelMessage[], model = claude) =>
      (await requestBody({ messages, parameters: asked, settings: thinking }, model)).additionalModelRequestFields
    const enabled = { thinking: { type: 'enabled', budget_tokens: 10_000 } }
    expect(await fieldsOf(from(signed))).toEqual(enabled)
    expect(await fieldsOf(from())).toBeUndefined()
    expect(await fieldsOf(from({ ...signed, providerName: 'anthropic' }))).toBeUndefined()
    // a question beside the results belongs to their turn, one after an answer begins another
    expect(await fieldsOf([...from(), userTurn('And?')])).toBeUndefined()
    expect(await fieldsOf([...from(), by(claude, yes), userTurn('And?')])).toEqual(enabled)
    // who decides for itself how long it thinks may begin at any time
    expect(await fieldsOf(from(), 'us.anthropic.claude-opus-4-6-v1')).toEqual({ thinking: { type: 'adaptive' } })
  })

  it('leaves out what Nova ran itself for models that cannot', async () => {
    const call = {
      kind: 'builtin-tool-call' as const,
      toolName: 'code_execution',
      args: { snippet: '6*7' },
      toolCallId: 'c1',
      providerName: 'bedrock',
    }
    const { args: _, ...answered } = call
    const result = { ...answered, kind: 'builtin-tool-return' as const, content: { stdOut: '42' } }
    const messages = [userTurn('x'), by('us.amazon.nova-2-lite-v1:0', call, result, yes), userTurn('y')]
    for (const model of [claude, nova, llama, mistral]) {
      const body = await sent({ messages }, model)
      expect(body.messages![1]!.content, model).toEqual([{ text: 'Yes' }])
      expect(body, model).not.toHaveProperty('toolConfig')
    }
    const back = await sent({ messages }, 'us.amazon.nova-2-lite-v1:0')
    expect(back.messages![1]!.content).toHaveLength(3)
    expect(back.toolConfig!.tools).toEqual([{ systemTool: { name: 'nova_code_interpreter' } }])
  })
})

describe('tools', () => {
  it('R42: a history with tool calls and no tools now declares them again', async () => {
    const messages = [userTurn('Hello'), called('a'), toolTurn(returned('a')), userTurn('Thanks')]
    const body = await sent({ messages })
    expect(body.toolConfig!.tools!.map(tool => tool.toolSpec!.name)).toEqual(['weather'])
    expect(body.toolConfig!.toolChoice).toBeUndefined()
  })

  it("R42: toolChoice 'none' keeps the tools of such a history, and drops them otherwise", async () => {
    const settings = { toolChoice: 'none' } as const
    const messages = [userTurn('Hello'), called('a'), toolTurn(returned('a')), userTurn('Thanks')]
    expect((await sent({ messages, parameters: asked, settings })).toolConfig!.tools![0]!.toolSpec!.description).toBe(
      weather.description,
    )
    expect((await sent({ parameters: asked, settings })).toolConfig).toBeUndefined()
  })

  it('R43: an empty description is left out', async () => {
    const body = await sent({ parameters: { functionTools: [{ ...weather, description: '' }] } })
    expect(body.toolConfig!.tools![0]!.toolSpec).not.toHaveProperty('description')
  })

  it('R47: toolChoice goes only to families that take it', async () => {
    expect((await sent({ parameters: asked }, llama)).toolConfig).not.toHaveProperty('toolChoice')
    expect((await sent({ parameters: asked }, nova)).toolConfig!.toolChoice).toEqual({ auto: {} })
  })

  it('R48: thinking and a forced tool: refused when asked for, given way when implied', async () => {
    const settings = { thinking: true, maxTokens: 20_000 } as const
    await expect(sent({ parameters: asked, settings: { ...settings, toolChoice: 'required' } })).rejects.toBeInstanceOf(
      UserError,
    )
    const output = { ...weather, name: 'final_result', kind: 'output' as const }
    await expect(
      sent({ parameters: { outputMode: 'tool', outputTools: [output], allowTextOutput: false }, settings }),
    ).rejects.toThrow(/nativeOutput/)
    const body = await sent({
      parameters: {
        outputMode: 'auto',
        outputTools: [output],
        outputObject: { jsonSchema: weather.parametersJsonSchema },
        allowTextOutput: false,
      },
      settings,
    })
    expect(body.outputConfig).toBeDefined()
    expect(body.toolConfig).toBeUndefined()
  })

  it('R48: thinking set by hand is seen as well', () => {
    expect(
      isThinkingAsked(undefined, { bedrockAdditionalModelRequestsFields: { thinking: { type: 'adaptive' } } }, {}),
    ).toBe(true)
    expect(isThinkingAsked(false, {}, {})).toBe(false)
  })

  it('R50: strict goes only to models that take it', async () => {
    const parameters = { functionTools: [{ ...weather, strict: true }] }
    expect((await sent({ parameters })).toolConfig!.tools![0]!.toolSpec).toMatchObject({ strict: true })
    expect(
      (await sent({ parameters }, 'us.anthropic.claude-3-7-sonnet-20250219-v1:0')).toolConfig!.tools![0]!.toolSpec,
    ).not.toHaveProperty('strict')
    await expect(
      sent({ parameters: { outputMode: 'native', outputObject: { jsonSchema: {} } } }, 'us.anthropic.claude-opus-4-8'),
    ).rejects.toThrow(/tool or prompted/)
  })

  it('R51: keywords Bedrock refuses are told in the description instead', async () => {
    const parametersJsonSchema = {
      type: 'object',
      properties: {
        n: { type: 'integer', minimum: 1, maximum: 9 },
        l: { type: 'array', maxItems: 3, minItems: 2, items: { type: 'string' } },
      },
    }
    const body = await sent({ parameters: { functionTools: [{ ...weather, parametersJsonSchema, strict: true }] } })
    expect(body.toolConfig!.tools![0]!.toolSpec!.inputSchema!.json).toEqual({
      type: 'object',
      properties: {
        n: { type: 'integer', description: 'minimum=1, maximum=9' },
        l: { type: 'array', items: { type: 'string' }, description: 'maxItems=3, minItems=2' },
      },
      additionalProperties: false,
    })
  })
})

describe('text', () => {
  it('half a character, left where text was cut, is replaced before it poisons the conversation', async () => {
    const cut = '🌍'.slice(0, 1)
    const call = { kind: 'tool-call' as const, toolName: 'weather', args: { city: cut }, toolCallId: 'a' }
    const body = await sent(
      {
        messages: [
          toolTurn({ kind: 'system-prompt', content: cut }),
          userTurn(['Hello ' + cut, '🌍']),
          assistantTurn({ kind: 'text', content: cut }, call),
          toolTurn(returned('a', { [cut]: cut })),
        ],
        parameters: asked,
      },
      mistral,
    )
    const [first, second, third] = body.messages!.map(turn => turn.content!)
    expect(body.system).toEqual([{ text: '\ufffd' }])
    expect(first).toEqual([{ text: 'Hello \ufffd' }, { text: '🌍' }])
    expect(second!.map(block => block.text ?? block.toolUse!.input)).toEqual(['\ufffd', { city: '\ufffd' }])
    expect(third![0]!.toolResult!.content).toEqual([{ json: { '\ufffd': '\ufffd' } }])
  })
})

describe('schemas', () => {
  async function schemaFor(parametersJsonSchema: object, model = claude) {
    const tools = [{ ...weather, parametersJsonSchema: parametersJsonSchema as JsonSchema }]
    const body = await sent({ parameters: { functionTools: tools } }, model)
    return body.toolConfig!.tools![0]!.toolSpec!.inputSchema!.json
  }
  const circle = {
    type: 'object',
    properties: { kind: { const: 'circle' }, r: { type: 'number' } },
    required: ['kind', 'r'],
  }
  const square = {
    type: 'object',
    properties: { kind: { const: 'square' }, side: { type: 'number' } },
    required: ['kind'],
  }

  it.each([claude, nova, llama])('R51: a choice between inputs becomes one object, for %s', async model => {
    const expected = {
      type: 'object',
      properties: {
        kind: { anyOf: [{ const: 'circle' }, { const: 'square' }] },
        r: { type: 'number' },
        side: { type: 'number' },
      },
      required: ['kind'],
      description: expect.stringContaining('"circle"') as string,
    }
    expect(await schemaFor({ oneOf: [circle, square] }, model)).toEqual(expected)
    expect(await schemaFor({ type: 'object', anyOf: [circle, square] }, model)).toEqual(expected)
  })

  it('R51: references, intersections and schemas that say nothing become objects too', async () => {
    expect(await schemaFor({})).toEqual({ type: 'object' })
    expect(
      await schemaFor({ allOf: [circle, { properties: { kind: { const: 'circle' } }, required: ['x'] }] }),
    ).toEqual({
      ...circle,
      required: ['kind', 'r', 'x'],
    })
    const byName = await schemaFor({ $ref: '#/$defs/circle', $defs: { circle } })
    expect(byName).toMatchObject(circle)
    const choice = { anyOf: [{ $ref: '#/$defs/circle' }, { $ref: '#/$defs/square' }], $defs: { circle, square } }
    expect(await schemaFor(choice)).toMatchObject({ type: 'object', required: ['kind'], $defs: { circle, square } })
    // one that refers to itself ends
    const endless = { anyOf: [{ $ref: '#/$defs/a' }], $defs: { a: { anyOf: [{ $ref: '#/$defs/a' }] } } }
    expect(await schemaFor(endless)).toMatchObject({ type: 'object' })
    const bomb = Object.fromEntries(
      Array.from({ length: 60 }, (_, index) => [
        `d${index}`,
        { anyOf: Array(9).fill({ $ref: `#/$defs/d${index + 1}` }) },
      ]),
    )
    expect(await schemaFor({ anyOf: [{ $ref: '#/$defs/d0' }], $defs: bomb })).toMatchObject({ type: 'object' })
    const hostile = JSON.parse('{"anyOf":[{"properties":{"__proto__":{"type":"string"}}}]}') as object
    expect(JSON.stringify(await schemaFor(hostile))).toContain('"properties":{"__proto__":{"type":"string"}}')
  })

  it('R51: what the model then sends is checked against the choice', async () => {
    const shape = z.discriminatedUnion('kind', [
      z.object({ kind: z.literal('circle'), r: z.number() }),
      z.object({ kind: z.literal('square'), side: z.number() }),
    ])
    const drawn: unknown[] = []
    const draw = tool({ name: 'draw', input: shape, run: input => void drawn.push(input) })
    const local = await startEndpoint()
    local.responder.push(
      reply.toolUse('draw', { kind: 'square', r: 1 }),
      reply.toolUse('draw', { kind: 'square', side: 2 }),
      'done',
    )
    expect((await agent({ model: local.model(), tools: [draw] }).run('go')).output).toBe('done')
    expect(drawn).toEqual([{ kind: 'square', side: 2 }])
    await local[Symbol.asyncDispose]()
  })

  it('R51: are transformed on every path: tools, output tools, native output; in requests, streams and counts', async () => {
    const parametersJsonSchema = { type: 'object', properties: { n: { type: 'integer', minimum: 1 } } }
    const strict = { ...weather, parametersJsonSchema, strict: true }
    const tools = callOf({
      parameters: { functionTools: [strict], outputTools: [{ ...strict, name: 'final_result', kind: 'output' }] },
    })
    const native = callOf({
      parameters: { outputMode: 'native', outputObject: { jsonSchema: parametersJsonSchema } },
    })
    const model = endpoint.model()
    for (const call of [tools, native]) {
      await requestModel(model, call)
      await streamModel(model, call).then(drain)
      await countTokens(model, call)
    }
    const bodies = endpoint.server.log.map(entry => JSON.stringify(entry.body))
    expect(bodies).toHaveLength(6)
    for (const body of bodies) expect(body).not.toContain('"minimum":1')
    expect(bodies.filter(body => body.includes('minimum=1'))).toHaveLength(5)
  })
})

describe('content', () => {
  it('R44: documents have neutral names that do not change from request to request', async () => {
    const messages = [userTurn(['Read', pdf, pdf])]
    const first = await sent({ messages })
    const second = await sent({
      messages: [...messages, assistantTurn({ kind: 'text', content: 'Done' }), userTurn(['More', pdf])],
    })
    const names = (body: ConverseRequest) =>
      body.messages!.flatMap(turn => turn.content!.flatMap(block => block.document?.name ?? []))
    expect(names(first)).toEqual(['Document 1', 'Document 2'])
    expect(names(second)).toEqual(['Document 1', 'Document 2', 'Document 3'])
  })

  it('R44: a title, context and citations of a document go along, the title made harmless', async () => {
    const vendorMetadata = { title: 'Q3.report; DROP  all (v1)', context: 'numbers', citations: true }
    const body = await sent({ messages: [userTurn(['Read', { ...pdf, vendorMetadata }])] })
    expect(body.messages![0]!.content![1]!.document).toMatchObject({
      name: 'Q3 report DROP all (v1)',
      context: 'numbers',
      citations: { enabled: true },
    })
  })

  it('R44: documents that are called the same get names of their own', async () => {
    const titled = (title: string) => ({ ...pdf, vendorMetadata: { title } })
    const body = await sent({
      messages: [
        userTurn(['Read', titled('Report'), titled('report!'), titled('Document 4'), pdf]),
        called('a'),
        toolTurn(returned('a', [titled('x'.repeat(200)), titled('x'.repeat(200))])),
      ],
      parameters: asked,
    })
    const documents = [...body.messages![0]!.content!, ...body.messages![2]!.content![0]!.toolResult!.content!]
    const names = documents.flatMap(block => block.document?.name ?? [])
    expect(names.slice(0, 4)).toEqual(['Report', 'report (2)', 'Document 4', 'Document 4 (2)'])
    expect(new Set(names).size).toBe(6)
    expect(Math.max(...names.map(name => name.length))).toBeLessThanOrEqual(200)
  })

  it('a text document goes into a result of Nova, a PDF beside it', async () => {
    const csv = binaryContent(new TextEncoder().encode('a,b'), 'text/csv')
    const body = await sent(
      {
        messages: [userTurn('Hello'), called('a'), toolTurn(returned('a', [csv, pdf]))],
        parameters: asked,
      },
      nova,
    )
    const [result, introduction, beside] = body.messages![2]!.content!
    expect(result!.toolResult!.content![0]!.document).toMatchObject({ format: 'csv', name: 'Document 1' })
    expect(result!.toolResult!.content![1]!.text).toMatch(/^See file/)
    expect(introduction!.text).toMatch(/^This is file/)
    expect(beside!.document).toMatchObject({ format: 'pdf', name: 'Document 2' })
  })

  it('what a search found goes as such to models that cite it, as text to the others', async () => {
    const found = bedrockSearchResult({ source: 'https://example.com/riga', title: 'Riga', text: 'It is ünïcold 🌍.' })
    const call = {
      messages: [
        userTurn(['Read', found]),
        called('a'),
        toolTurn(returned('a', [found, 'and more'])),
        userTurn([found]),
      ],
      parameters: asked,
    }
    const searchResult = {
      source: 'https://example.com/riga',
      title: 'Riga',
      content: [{ text: 'It is ünïcold 🌍.' }],
      citations: { enabled: true },
    }
    const turns = (await sent(call)).messages!
    expect(turns[0]!.content![1]).toEqual({ searchResult })
    expect(turns[2]!.content![0]!.toolResult!.content).toEqual([{ searchResult }, { text: 'and more' }])
    expect(turns.at(-1)!.content).toEqual([{ searchResult }])
    const text = 'Riga (https://example.com/riga)\n\nIt is ünïcold 🌍.'
    for (const model of [nova, llama, mistral, qwen]) {
      const others = (await sent(call, model)).messages!
      expect(others[0]!.content![1], model).toEqual({ text })
      expect(others[2]!.content![0]!.toolResult!.content, model).toEqual([{ text }, { text: 'and more' }])
    }
  })

  it('a search result with blank words is still taken', async () => {
    const found = bedrockSearchResult({ source: ' ', title: '', text: '', citations: false })
    const body = await sent({ messages: [userTurn(['Read', found])] })
    expect(body.messages![0]!.content![1]!.searchResult).toMatchObject({ citations: { enabled: false } })
  })

  it('a document alone gets text beside it', async () => {
    const body = await sent({ messages: [userTurn([pdf])] })
    expect(body.messages![0]!.content![0]!.text).toBeTruthy()
  })

  it('R59: files in S3 are passed on, with their owner', async () => {
    const image = imageUrl('s3://bucket/a.png?bucketOwner=123456789012')
    const body = await sent(
      { messages: [userTurn(['Look', image, uploadedFile('s3://bucket/b.mp4', 'bedrock')])] },
      nova,
    )
    expect(body.messages![0]!.content!.slice(1)).toEqual([
      { image: { format: 'png', source: { s3Location: { uri: 's3://bucket/a.png', bucketOwner: '123456789012' } } } },
      { video: { format: 'mp4', source: { s3Location: { uri: 's3://bucket/b.mp4' } } } },
    ])
  })

  it('a private address behind a URL is not fetched', async () => {
    await expect(
      sent({ messages: [userTurn(['Look', documentUrl('http://169.254.169.254/latest/meta-data/x.pdf')])] }),
    ).rejects.toThrow(/metadata service/)
    await expect(sent({ messages: [userTurn(['Look', documentUrl('http://127.0.0.1:1/x.pdf')])] })).rejects.toThrow(
      /not a public address/,
    )
  })

  it('audio goes only to models that hear', async () => {
    const audio = binaryContent(Uint8Array.from([1]), 'audio/mpeg')
    await expect(sent({ messages: [userTurn(['Listen', audio])] })).rejects.toThrow(/no audio/)
  })
})

describe('settings', () => {
  it('R53: zero is a value', async () => {
    const { inferenceConfig } = await sent({ settings: { temperature: 0, topP: 0 } }, nova)
    expect(inferenceConfig).toEqual({ temperature: 0, topP: 0 })
  })

  it.each([
    ['us.anthropic.claude-opus-4-8', {}, {}, undefined],
    ['us.anthropic.claude-sonnet-5', {}, {}, undefined],
    ['us.anthropic.claude-opus-4-6-v1', {}, { temperature: 0.5 }, { top_k: 5 }],
    ['us.anthropic.claude-opus-4-6-v1', { temperature: undefined }, { topP: 0.9 }, { top_k: 5 }],
    ['us.anthropic.claude-3-7-sonnet-20250219-v1:0', {}, { temperature: 0.5, topP: 0.9 }, { top_k: 5 }],
    [nova, {}, { temperature: 0.5, topP: 0.9 }, { inferenceConfig: { topK: 5 } }],
    [claude, { thinking: true }, {}, { thinking: { type: 'enabled', budget_tokens: 10_000 } }],
    [
      claude,
      { thinking: true, temperature: 1, topP: undefined },
      { temperature: 1 },
      { thinking: { type: 'enabled', budget_tokens: 10_000 } },
    ],
    [
      claude,
      { thinking: true, temperature: undefined, topP: 0.97 },
      { topP: 0.97 },
      { thinking: { type: 'enabled', budget_tokens: 10_000 } },
    ],
  ] as const)(
    'R53 R48: sampling settings that %s refuses are left out: %j',
    async (model, settings, inference, fields) => {
      const body = await sent({ settings: { temperature: 0.5, topP: 0.9, topK: 5, ...settings } }, model)
      expect(body.inferenceConfig).toEqual(inference)
      expect(body.additionalModelRequestFields).toEqual(fields)
    },
  )

  it('R54: cache points: never first, after a document or twice, at most four, the newest win', async () => {
    const settings = {
      bedrockCacheMessages: true,
      bedrockCacheInstructions: '1h',
      bedrockCacheToolDefinitions: '1h',
    } as const
    const body = await sent({
      messages: [
        userTurn(['One', cachePoint(), 'Two', cachePoint(), 'Three', cachePoint()]),
        assistantTurn({ kind: 'text', content: 'Hi' }),
        userTurn(['Read', pdf]),
      ],
      parameters: {
        ...asked,
        instructionParts: [
          { content: 'Always.', dynamic: false },
          { content: 'Now.', dynamic: true },
        ],
      },
      settings,
    })
    expect(body.system).toEqual([{ text: 'Always.' }, { cachePoint: { type: 'default', ttl: '1h' } }, { text: 'Now.' }])
    expect(body.toolConfig!.tools!.at(-1)).toEqual({ cachePoint: { type: 'default', ttl: '1h' } })
    expect(body.messages![0]!.content!.filter(block => block.cachePoint)).toHaveLength(1)
    expect(body.messages![2]!.content!.map(block => Object.keys(block)[0])).toEqual(['text', 'cachePoint', 'document'])
  })

  it('R54: a point of an hour behind a shorter one becomes short, which Bedrock would refuse otherwise', async () => {
    const settings = {
      bedrockCacheInstructions: '1h',
      bedrockCacheToolDefinitions: '5m',
      bedrockCacheMessages: '1h',
    } as const
    const body = await sent({
      parameters: { ...asked, instructionParts: [{ content: 'Always.', dynamic: false }] },
      settings,
    })
    expect(body.toolConfig!.tools!.at(-1)!.cachePoint!.ttl).toBe('5m')
    expect(body.system!.at(-1)!.cachePoint!.ttl).toBe('5m')
    expect(body.messages![0]!.content!.at(-1)!.cachePoint!.ttl).toBe('5m')
  })

  it.each([
    [claude, '1h'],
    ['us.anthropic.claude-3-7-sonnet-20250219-v1:0', '1h'],
    [nova, undefined],
  ])('R54: an hour is asked of models that have it, others get their usual time: %s', async (model, ttl) => {
    const settings = { bedrockCacheInstructions: '1h', bedrockCacheMessages: '1h' } as const
    const parameters = { instructionParts: [{ content: 'Always.', dynamic: false }] }
    const body = await sent({ settings, parameters, messages: [userTurn(['One', cachePoint('1h'), 'Two'])] }, model)
    const points = [...body.system!, ...body.messages![0]!.content!].flatMap(each => each.cachePoint ?? [])
    expect(points).toEqual(Array(3).fill({ type: 'default', ...(ttl !== undefined && { ttl }) }))
  })

  it('R54: families without caching get none', async () => {
    const body = await sent(
      { messages: [userTurn(['One', cachePoint(), 'Two'])], settings: { bedrockCacheMessages: true } },
      llama,
    )
    expect(JSON.stringify(body)).not.toContain('cachePoint')
  })

  it('topK goes where the family reads it, and nowhere else', async () => {
    expect((await sent({ settings: { topK: 5 } })).additionalModelRequestFields).toEqual({ top_k: 5 })
    const own = { bedrockAdditionalModelRequestsFields: { inferenceConfig: { other: 1 } } }
    expect((await requestBody({ settings: { topK: 5, ...own } }, nova)).additionalModelRequestFields).toEqual({
      inferenceConfig: { topK: 5, other: 1 },
    })
    expect((await sent({ settings: { topK: 5 } }, llama)).additionalModelRequestFields).toBeUndefined()
  })

  it("Claude's beta features are named to Claude alone", async () => {
    const settings = { bedrockAnthropicBetas: ['context-1m-2025-08-07'] }
    expect((await requestBody({ settings })).additionalModelRequestFields).toEqual({
      anthropic_beta: settings.bedrockAnthropicBetas,
    })
    expect((await requestBody({ settings }, nova)).additionalModelRequestFields).toBeUndefined()
  })

  it('parallel tool calls can be switched off where the family knows how', async () => {
    const settings = { parallelToolCalls: false }
    const free = await sent({ parameters: asked, settings })
    expect(free.toolConfig).not.toHaveProperty('toolChoice')
    expect(free.additionalModelRequestFields).toEqual({
      tool_choice: { type: 'auto', disable_parallel_tool_use: true },
    })
    for (const toolChoice of ['required' as const, ['weather']]) {
      const forced = await sent({ parameters: asked, settings: { ...settings, toolChoice } })
      expect(forced.toolConfig!.toolChoice).toEqual(
        toolChoice === 'required' ? { any: {} } : { tool: { name: 'weather' } },
      )
      expect(forced.additionalModelRequestFields).toEqual({ tool_choice: { disable_parallel_tool_use: true } })
    }
    expect((await requestBody({ parameters: asked, settings }, llama)).additionalModelRequestFields).toBeUndefined()
    expect((await requestBody({ settings })).additionalModelRequestFields).toBeUndefined()
  })

  it('guardContent marks the newest user text, or all of it', async () => {
    const messages = [userTurn('One'), assistantTurn({ kind: 'text', content: 'Hi' }), userTurn('Two')]
    const guarded = (body: ConverseRequest) =>
      body.messages!.map(turn => turn.content!.some(block => block.guardContent !== undefined))
    expect(guarded(await sent({ messages, settings: { bedrockGuardContent: 'last' } }))).toEqual([false, false, true])
    expect(guarded(await sent({ messages, settings: { bedrockGuardContent: 'all' } }))).toEqual([true, false, true])
  })

  it('guardContent stays on the question while tools and retries answer', async () => {
    const question = userTurn('Is it cold?')
    const guardedText = (body: ConverseRequest) =>
      body.messages!.flatMap(turn => turn.content!.flatMap(block => block.guardContent?.text?.text ?? []))
    const file = { messages: [question, called('a'), toolTurn(returned('a', [pdf]))], parameters: asked }
    for (const bedrockGuardContent of ['last' as const, 'all' as const]) {
      const settings = { bedrockGuardContent }
      expect(guardedText(await sent({ ...file, settings }, nova))).toEqual(['Is it cold?'])
      const again = [
        question,
        assistantTurn({ kind: 'text', content: 'Hm' }),
        toolTurn({ kind: 'retry-prompt', content: 'No.', toolCallId: '' }),
      ]
      expect(guardedText(await sent({ messages: again, settings }))).toEqual(['Is it cold?'])
    }
  })

  it('a prompt of Prompt management gets messages and variables only', async () => {
    const bedrockInferenceProfile = 'arn:aws:bedrock:us-east-1:123456789012:prompt/ABCDEFGHIJ:1'
    const settings = { bedrockInferenceProfile, bedrockPromptVariables: { city: { text: 'Riga' } }, maxTokens: 5 }
    const body = await sent({ settings })
    expect(Object.keys(body).toSorted()).toEqual(['messages', 'promptVariables'])
    await expect(sent({ settings, parameters: asked })).rejects.toThrow(/Prompt management takes no tools/)
  })
})

/** The body, whether the endpoint took it or not. */
async function requestBody(call: CallOptions, modelName = claude): Promise<ConverseRequest> {
  await sent(call, modelName).catch(() => undefined)
  return endpoint.server.log.at(-1)!.body as ConverseRequest
}
