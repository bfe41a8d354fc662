import { describe, expect, it } from 'vitest'
import { UnexpectedModelBehavior } from '../errors/run-error.ts'
import type { ModelResponse } from '../messages/message.ts'
import { requestUsage } from '../usage/usage.ts'
import {
  continuationPins,
  maxContinuations,
  mergeContinuation,
  requestWithContinuation,
  withContinuationPins,
} from './continuation.ts'
import type { Model } from './model.ts'
import { defaultProfile } from './profile.ts'

const response = (content: string, rest: Partial<ModelResponse> = {}): ModelResponse => ({
  kind: 'response',
  parts: [{ kind: 'text', content }],
  usage: requestUsage({ outputTokens: 1 }),
  modelName: 'm',
  ...rest,
})

const modelWith = (rest: Partial<Model> = {}): Model => ({
  modelName: 'm',
  system: 'test',
  profile: defaultProfile,
  request: () => Promise.reject(new Error('not asked')),
  requestStream: () => Promise.reject(new Error('not asked')),
  ...rest,
})

describe('mergeContinuation', () => {
  const texts = ({ parts, usage }: ModelResponse) => [
    parts.map(part => (part.kind === 'text' ? part.content : part.kind)),
    usage.outputTokens,
  ]

  it('goes on where the earlier parts stopped', () => {
    expect(texts(mergeContinuation(response('a'), response('b')))).toEqual([['a', 'b'], 2])
  })

  it('takes the later state of one and the same response', () => {
    const poll = (content: string) => response(content, { providerResponseId: 'r' })
    expect(texts(mergeContinuation(poll('a'), poll('ab')))).toEqual([['ab'], 1])
  })

  it('replaces what another model said, and what is marked so', () => {
    expect(texts(mergeContinuation(response('a'), response('b', { modelName: 'n' })))).toEqual([['b'], 2])
    const marked = withContinuationPins(response('b'), { replacePreviousResponse: true })
    expect(texts(mergeContinuation(response('a'), marked))).toEqual([['b'], 2])
  })
})

it('pins stand beside other metadata, and one another', () => {
  const pinned = withContinuationPins(response('a', { metadata: { mine: 1 } }), { fallbackModelId: 'x:y' })
  const both = withContinuationPins(pinned, { replacePreviousResponse: true })
  expect(both.metadata?.mine).toBe(1)
  expect(continuationPins(both)).toEqual({ fallbackModelId: 'x:y', replacePreviousResponse: true })
  expect(continuationPins(response('a'))).toEqual({})
})

describe('requestWithContinuation', () => {
  const { signal } = new AbortController()
  const neverSleeps = () => Promise.reject(new Error('no need to sleep'))

  it('is one request for a model that does not pause', async () => {
    const whole = response('a')
    const request = () => Promise.resolve(whole)
    expect(await requestWithContinuation({ model: modelWith(), request, signal, sleep: neverSleeps })).toBe(whole)
  })

  it('resumes with what came so far, and waits as the model says', async () => {
    const seen: unknown[] = []
    const slept: number[] = []
    const answers = [response('a', { state: 'suspended' }), response('b', { state: 'suspended' }), response('c')]
    const result = await requestWithContinuation({
      model: modelWith({ continuationDelayMs: ({ parts }) => (parts.length === 1 ? 250 : undefined) }),
      request: suspended => {
        seen.push(suspended?.parts.length)
        return Promise.resolve(answers.shift()!)
      },
      signal,
      sleep: async ms => void slept.push(ms),
    })
    expect(result.parts).toHaveLength(3)
    expect(result.usage.outputTokens).toBe(3)
    expect([seen, slept]).toEqual([[undefined, 1, 2], [250]])
  })

  it('ends the job of a model that keeps pausing', async () => {
    const cancelled: ModelResponse[] = []
    const model = modelWith({ cancelSuspendedResponse: async suspended => void cancelled.push(suspended) })
    const request = () => Promise.resolve(response('.', { state: 'suspended' }))
    await expect(requestWithContinuation({ model, request, signal, sleep: neverSleeps })).rejects.toThrow(
      UnexpectedModelBehavior,
    )
    expect(cancelled.map(({ parts }) => parts.length)).toEqual([maxContinuations + 1])
  })

  it('the error that ended it is the one that is thrown', async () => {
    const model = modelWith({ cancelSuspendedResponse: () => Promise.reject(new Error('cannot cancel')) })
    const request = (suspended: unknown) =>
      suspended === undefined
        ? Promise.resolve(response('a', { state: 'suspended' }))
        : Promise.reject(new Error('first'))
    await expect(requestWithContinuation({ model, request, signal, sleep: neverSleeps })).rejects.toThrow('first')
  })
})
