import { afterEach, describe, expect, it } from 'vitest'
import { ModelRequestsBlocked } from '../errors/user-error.ts'
import type { ModelResponse } from '../messages/message.ts'
import { emptyUsage } from '../usage/usage.ts'
import { countTokens, requestModel, streamModel } from './call-model.ts'
import type { Model, ModelCall } from './model.ts'
import { defaultProfile } from './profile.ts'
import { areModelRequestsAllowed, setModelRequestsAllowed, withoutModelRequests } from './request-switch.ts'
import { completedStreamedResponse } from './streamed-response.ts'

const response: ModelResponse = {
  kind: 'response',
  parts: [{ kind: 'tool-call', toolName: 'search_tools', args: '{}', toolCallId: 'c' }],
  usage: emptyUsage,
}

const call: ModelCall = {
  messages: [{ kind: 'request', parts: [{ kind: 'user-prompt', content: 'Hello' }] }],
  settings: { thinking: true, seed: 1 },
  parameters: {
    functionTools: [{ name: 'search_tools', parametersJsonSchema: {}, toolKind: 'tool-search' }],
    nativeTools: [],
    outputMode: 'auto',
    outputTools: [],
    allowTextOutput: true,
    allowImageOutput: false,
  },
}

function recording(rest: Partial<Model> = {}): Model & { readonly calls: ModelCall[] } {
  const calls: ModelCall[] = []
  return {
    calls,
    modelName: 'm',
    system: 'test',
    profile: defaultProfile,
    request: async given => (calls.push(given), response),
    requestStream: async given => (calls.push(given), completedStreamedResponse(response, given.parameters)),
    ...rest,
  }
}

afterEach(() => setModelRequestsAllowed(true))

describe('requestModel and streamModel', () => {
  it('prepare the call, unless the model does it itself', async () => {
    const model = recording()
    const wrapper = recording({ prepare: given => given })
    await requestModel(model, call)
    await streamModel(model, call)
    await requestModel(wrapper, call)
    expect(model.calls).toMatchObject(
      Array.from({ length: 2 }, () => ({ settings: { seed: 1 }, parameters: { outputMode: 'tool' } })),
    )
    expect(model.calls[0]?.settings).not.toHaveProperty('thinking')
    expect(wrapper.calls[0]).toBe(call)
  })

  it('mark calls of tools the framework knows', async () => {
    const marked = { ...response.parts[0], toolKind: 'tool-search' }
    expect((await requestModel(recording(), call)).parts).toEqual([marked])
    const events = []
    for await (const event of await streamModel(recording(), call)) events.push(event)
    expect(events[0]).toMatchObject({ part: marked })
  })
})

it('countTokens refuses for a model that cannot count', async () => {
  await expect(countTokens(recording(), call)).rejects.toThrow('`m` cannot count tokens')
  expect(await countTokens(recording({ countTokens: async () => emptyUsage }), call)).toBe(emptyUsage)
})

describe('the switch of real requests', () => {
  it('blocks real models and lets test doubles answer', async () => {
    setModelRequestsAllowed(false)
    const model = recording()
    await expect(requestModel(model, call)).rejects.toThrow(ModelRequestsBlocked)
    await expect(streamModel(model, call)).rejects.toThrow(ModelRequestsBlocked)
    const counting = recording({ countTokens: async () => emptyUsage })
    await expect(countTokens(counting, call)).rejects.toThrow(ModelRequestsBlocked)
    expect(model.calls).toEqual([])
    expect(await requestModel(recording({ isTestDouble: true }), call)).toMatchObject({ kind: 'response' })
  })

  it('is off within a scope, however that ends, and scopes may overlap', async () => {
    let leave = () => {}
    const outer = withoutModelRequests(() => new Promise<void>(resolve => (leave = resolve)))
    await expect(withoutModelRequests(() => requestModel(recording(), call))).rejects.toThrow(ModelRequestsBlocked)
    expect(areModelRequestsAllowed()).toBe(false)
    leave()
    await outer
    expect(areModelRequestsAllowed()).toBe(true)
    expect(await withoutModelRequests(() => 3)).toBe(3)
  })
})
