import { describe, expect, it } from 'vitest'
import { FallbackFailed, ModelConnectionError, ModelError } from '../../errors/model-error.ts'
import { ResponseRejected } from '../../errors/run-error.ts'
import { UserError } from '../../errors/user-error.ts'
import type { ModelMessage, ModelResponse } from '../../messages/message.ts'
import { requestUsage } from '../../usage/usage.ts'
import { requestModel, streamModel } from '../call-model.ts'
import { continuationPins, withContinuationPins } from '../continuation.ts'
import type { Model, ModelCall } from '../model.ts'
import { resolveProfile } from '../profile.ts'
import { setModelRequestsAllowed } from '../request-switch.ts'
import { completedStreamedResponse } from '../streamed-response.ts'
import { ConcurrencyLimitedModel } from './concurrency-limited-model.ts'
import { FallbackModel } from './fallback-model.ts'
import { WrapperModel } from './wrapper-model.ts'

type Answer = string | Error | Partial<ModelResponse>

interface Scripted extends Model {
  readonly calls: ModelCall[]
  readonly cancelled: ModelResponse[]
}

function scripted(modelName: string, answers: readonly Answer[], rest: Partial<Model> = {}): Scripted {
  const left = [...answers]
  const calls: ModelCall[] = []
  const cancelled: ModelResponse[] = []
  const answer = async (call: ModelCall): Promise<ModelResponse> => {
    calls.push(call)
    const next = left.shift()
    if (next === undefined) throw new Error(`${modelName} has nothing more to say`)
    if (next instanceof Error) throw next
    const said = typeof next === 'string' ? { parts: [{ kind: 'text' as const, content: next }] } : next
    return { kind: 'response', parts: [], usage: requestUsage({ outputTokens: 1 }), modelName, ...said }
  }
  return {
    calls,
    cancelled,
    modelName,
    system: 'test',
    profile: resolveProfile({ supportsThinking: true }),
    request: answer,
    requestStream: async call => completedStreamedResponse(await answer(call), call.parameters),
    cancelSuspendedResponse: async response => void cancelled.push(response),
    ...rest,
  }
}

const callOf = (...messages: ModelMessage[]): ModelCall => ({
  messages: [{ kind: 'request', parts: [{ kind: 'user-prompt', content: 'Hello' }] }, ...messages],
  settings: { thinking: 'low', seed: 1 },
  parameters: {
    functionTools: [],
    nativeTools: [],
    outputMode: 'text',
    outputTools: [],
    allowTextOutput: true,
    allowImageOutput: false,
  },
})

const textOf = ({ parts }: ModelResponse) => parts.map(part => (part.kind === 'text' ? part.content : part.kind)).join()

describe('WrapperModel', () => {
  it('is the wrapped model, and hands it what it was given', async () => {
    const inner = scripted('m', ['a', 'b'], {
      settings: { temperature: 0 },
      countTokens: async () => requestUsage({ inputTokens: 3 }),
    })
    const model = new WrapperModel(inner)
    expect([model.modelName, model.system, model.profile, model.settings]).toEqual([
      inner.modelName,
      inner.system,
      inner.profile,
      inner.settings,
    ])
    await requestModel(model, callOf())
    await streamModel(model, callOf())
    expect(inner.calls).toMatchObject(
      Array.from({ length: 2 }, () => ({ settings: { temperature: 0, seed: 1 }, parameters: { thinking: 'low' } })),
    )
    expect(await model.countTokens?.(callOf())).toMatchObject({ inputTokens: 3 })
    expect(new WrapperModel(scripted('n', [])).countTokens).toBeUndefined()
  })

  it('does not let a real model slip past the switch', async () => {
    setModelRequestsAllowed(false)
    try {
      await expect(requestModel(new WrapperModel(scripted('m', ['a'])), callOf())).rejects.toThrow('was blocked')
      const double = scripted('m', ['a'], { isTestDouble: true })
      expect(textOf(await requestModel(new WrapperModel(double), callOf()))).toBe('a')
    } finally {
      setModelRequestsAllowed(true)
    }
  })
})

describe('ConcurrencyLimitedModel', () => {
  it('holds a slot for a stream until it was read', async () => {
    const model = new ConcurrencyLimitedModel(scripted('m', ['a', 'b', new ModelError('no')]), 1)
    const stream = await streamModel(model, callOf())
    const second = requestModel(model, callOf())
    expect([model.limiter.runningCount, model.limiter.waitingCount]).toEqual([1, 1])
    for await (const _ of stream);
    expect(textOf(await second)).toBe('b')
    await expect(streamModel(model, callOf())).rejects.toThrow('no')
    expect(model.limiter.runningCount).toBe(0)
  })

  it('gives it back when the stream is left', async () => {
    const model = new ConcurrencyLimitedModel(scripted('m', ['a', 'b']), 1)
    for await (const _ of await streamModel(model, callOf())) break
    expect(model.limiter.runningCount).toBe(0)
    const stream = await streamModel(model, callOf())
    expect(model.limiter.runningCount).toBe(1)
    await stream[Symbol.asyncDispose]()
    expect(model.limiter.runningCount).toBe(0)
  })
})

describe('FallbackModel', () => {
  const down = () => new ModelConnectionError('down')

  it('asks the next model after a model error, each with its own settings', async () => {
    const first = scripted('first', [down()], { settings: { temperature: 0 } })
    const second = scripted('second', ['ok'], { settings: { temperature: 1 } })
    const model = new FallbackModel([first, second])
    expect(textOf(await requestModel(model, callOf()))).toBe('ok')
    expect([first.calls[0]?.settings.temperature, second.calls[0]?.settings.temperature]).toEqual([0, 1])
    expect(second.calls[0]?.parameters.thinking).toBe('low')
    expect([model.modelName, model.system]).toEqual(['fallback:first,second', 'fallback:test,test'])
  })

  it('lets other errors pass', async () => {
    const second = scripted('second', ['ok'])
    await expect(
      requestModel(new FallbackModel([scripted('a', [new UserError('mine')]), second]), callOf()),
    ).rejects.toThrow('mine')
    expect(second.calls).toEqual([])
  })

  it('follows its handlers of errors and responses', async () => {
    const models = [scripted('a', [new UserError('mine')]), scripted('b', ['bad']), scripted('c', ['good'])]
    const fallbackOn = {
      error: async (error: unknown) => UserError.is(error),
      response: (response: ModelResponse) => textOf(response) === 'bad',
    }
    expect(textOf(await requestModel(new FallbackModel(models, { fallbackOn }), callOf()))).toBe('good')
  })

  it('adds what refused responses cost to the one that is kept', async () => {
    const costing = (cost: string) => ({ usage: { ...requestUsage({ outputTokens: 5 }), cost } })
    const model = new FallbackModel([scripted('a', [costing('0.02')]), scripted('b', [costing('0.01')])], {
      fallbackOn: { response: ({ modelName }) => modelName === 'a' },
    })
    expect((await requestModel(model, callOf())).usage).toMatchObject({ outputTokens: 5, cost: '0.03' })
  })

  it('tells of every failure when all fail', async () => {
    const model = new FallbackModel([scripted('a', [down()]), scripted('b', ['bad'])], {
      fallbackOn: { response: () => true, error: () => true },
    })
    const error: unknown = await requestModel(model, callOf()).catch((thrown: unknown) => thrown)
    expect(FallbackFailed.is(error) && error.errors.map(failure => ResponseRejected.is(failure))).toEqual([false, true])
  })

  it('falls back while a stream is opened, not behind its first event', async () => {
    const broken = scripted('broken', [], {
      requestStream: async call =>
        new WrapperModel(scripted('x', ['part'])).requestStream(call).then(stream => ({
          ...stream,
          modelName: 'broken',
          timestamp: '',
          response: () => stream.response(),
          cancel: () => stream.cancel(),
          [Symbol.asyncDispose]: () => stream.cancel(),
          async *[Symbol.asyncIterator]() {
            yield* stream
            throw down()
          },
        })),
    })
    const opened = await streamModel(new FallbackModel([scripted('a', [down()]), scripted('b', ['ok'])]), callOf())
    for await (const _ of opened);
    expect(textOf(opened.response())).toBe('ok')

    const second = scripted('b', ['ok'])
    const failing = await streamModel(new FallbackModel([broken, second]), callOf())
    await expect(
      (async () => {
        for await (const _ of failing);
      })(),
    ).rejects.toThrow('down')
    expect(second.calls).toEqual([])
  })

  it('asks nobody else after a cancellation', async () => {
    const controller = new AbortController()
    const second = scripted('b', ['ok'])
    const first = scripted('a', [], {
      request: async () => {
        controller.abort(new Error('enough'))
        throw down()
      },
    })
    await expect(
      requestModel(new FallbackModel([first, second]), { ...callOf(), signal: controller.signal }),
    ).rejects.toThrow('down')
    expect(second.calls).toEqual([])
  })

  it('needs a model', () => {
    expect(() => new FallbackModel([])).toThrow(UserError)
  })

  describe('with a model that pauses', () => {
    const paused = { parts: [{ kind: 'text', content: 'half' }], state: 'suspended' } as const

    it.each(['request', 'stream'])('goes on with that model alone (%s)', async kind => {
      const first = scripted('a', [down()])
      const second = scripted('b', [paused, 'whole'])
      const model = new FallbackModel([first, second])
      const ask = async (call: ModelCall) => {
        if (kind === 'request') return requestModel(model, call)
        const stream = await streamModel(model, call)
        for await (const _ of stream);
        return stream.response()
      }
      const suspended = await ask(callOf())
      expect(continuationPins(suspended)).toEqual({ fallbackModelId: 'test:b' })
      const whole = await ask(callOf(suspended))
      expect([textOf(whole), continuationPins(whole), first.calls.length]).toEqual(['whole', {}, 1])
    })

    it('starts over with all models when it fails, and ends its job', async () => {
      const first = scripted('a', [paused, down(), down()])
      const second = scripted('b', ['whole'])
      const model = new FallbackModel([first, second])
      const suspended = await requestModel(model, callOf())
      const whole = await requestModel(model, callOf(suspended))
      expect([textOf(whole), continuationPins(whole)]).toEqual(['whole', { replacePreviousResponse: true }])
      expect(first.cancelled).toEqual([suspended])
      expect(first.calls.map(({ messages }) => messages.length)).toEqual([1, 2, 1])
    })

    it('asks as ever when that model is not among its own', async () => {
      const foreign = withContinuationPins(
        { kind: 'response', usage: requestUsage({}), ...paused },
        { fallbackModelId: 'test:gone' },
      )
      const first = scripted('a', ['ok'])
      expect(textOf(await requestModel(new FallbackModel([first]), callOf(foreign)))).toBe('ok')
    })

    it('asks that model how long to wait, and lets it end the job', async () => {
      const first = scripted('a', [], { continuationDelayMs: () => 1 })
      const second = scripted('b', [], { continuationDelayMs: () => 2 })
      const model = new FallbackModel([first, second])
      const suspended = withContinuationPins(
        { kind: 'response', usage: requestUsage({}), ...paused },
        { fallbackModelId: 'test:b' },
      )
      expect(model.continuationDelayMs(suspended)).toBe(2)
      await model.cancelSuspendedResponse(suspended)
      expect([first.cancelled.length, second.cancelled.length]).toEqual([0, 1])
    })
  })
})
