import { afterEach, expect, it } from 'vitest'
import {
  agent,
  areModelRequestsAllowed,
  emptyUsage,
  ModelRequestsBlocked,
  setModelRequestsAllowed,
  withoutModelRequests,
  type Model,
} from '../src/core.ts'
import { TestModel } from '../src/testing/index.ts'
import { drivers, ways } from './support/drive.ts'

afterEach(() => setModelRequestsAllowed(true))

let requests = 0
const real: Model = {
  modelName: 'real-1',
  system: 'real',
  profile: new TestModel().profile,
  request: async () => {
    requests += 1
    return { kind: 'response', parts: [{ kind: 'text', content: 'costly' }], usage: emptyUsage }
  },
  requestStream: async () => {
    requests += 1
    throw new Error('not in this test')
  },
}

it.each(ways)('forbidden: real models are not asked, in %s(); test doubles answer', async way => {
  requests = 0
  setModelRequestsAllowed(false)
  expect(areModelRequestsAllowed()).toBe(false)
  const error = await drivers[way](agent({ model: real }), 'hi').catch((thrown: unknown) => thrown)
  expect(ModelRequestsBlocked.is(error)).toBe(true)
  expect(String(error)).toContain('real-1')
  expect(requests).toBe(0)
  expect((await drivers[way](agent({ model: new TestModel() }), 'hi')).output).toBe('success (no tool calls)')
})

it('forbidden for a while', async () => {
  const blocked = await withoutModelRequests(() =>
    agent({ model: real })
      .run('hi')
      .catch((thrown: unknown) => thrown),
  )
  expect(ModelRequestsBlocked.is(blocked)).toBe(true)
  expect((await agent({ model: real }).run('hi')).output).toBe('costly')
})
