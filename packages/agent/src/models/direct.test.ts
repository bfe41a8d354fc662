import { expect, it } from 'vitest'
import { countTokens, requestModel, responseText, streamModel, type ModelMessage } from '../core.ts'
import { FunctionModel } from '../testing/index.ts'

const messages: readonly ModelMessage[] = [{ kind: 'request', parts: [{ kind: 'user-prompt', content: 'Hello' }] }]

it('asks a model with nothing but messages', async () => {
  const model = new FunctionModel({ function: (_, info) => `${info.allowTextOutput} ${info.functionTools.length}` })
  expect(responseText(await requestModel(model, { messages }))).toBe('true 0')
  expect(await countTokens(model, { messages })).toMatchObject({ inputTokens: 51 })
})

it('hands on settings and parameters', async () => {
  const tool = { name: 'look', parametersJsonSchema: { type: 'object' } }
  const model = new FunctionModel({
    function: (_, info) => `${info.settings.temperature} ${info.functionTools[0]?.name}`,
  })
  const response = await requestModel(model, {
    messages,
    settings: { temperature: 1 },
    parameters: { functionTools: [tool] },
  })
  expect(responseText(response)).toBe('1 look')
})

it('opens a stream', async () => {
  const model = new FunctionModel({
    streamFunction: async function* () {
      yield 'one '
      yield 'two'
    },
  })
  const stream = await streamModel(model, { messages })
  for await (const _ of stream);
  expect(responseText(stream.response())).toBe('one two')
})
