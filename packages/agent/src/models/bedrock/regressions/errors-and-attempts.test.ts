import { readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { NodeHttpHandler } from '@smithy/node-http-handler'
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { ModelConnectionError, ModelError, StreamInterrupted } from '../../../errors/model-error.ts'
import { ModelHttpError } from '../../../errors/model-http-error.ts'
import { UserError } from '../../../errors/user-error.ts'
import { requestModel, streamModel } from '../../call-model.ts'
import { isContextOverflow, mapError } from '../errors.ts'
import type { BedrockProviderOptions } from '../provider.ts'
import { callOf, drain } from '../test-support/calls.ts'
import { startEndpoint, type Endpoint } from '../test-support/endpoint.ts'

let endpoint: Endpoint
beforeAll(async () => void (endpoint = await startEndpoint()))
afterAll(() => endpoint[Symbol.asyncDispose]())
beforeEach(() => {
  endpoint.server.log.clear()
  endpoint.server.faults.clear()
})

async function failure(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => undefined,
    (error: unknown) => error,
  )
}

/** The table of the guide: what a reader is told, row by row. */
const guide = readFileSync(new URL('../../../../../../docs/guide/bedrock.md', import.meta.url), 'utf8')
const rows = guide
  .slice(guide.indexOf('| answer | attempts |'))
  .split('\n\n')[0]!
  .split('\n')
  .slice(2)
  .map(line => line.split('|').map(cell => cell.trim()))
  .map(([, answer = '', attempts = '', retryable = '']) => ({ answer, attempts: Number(attempts), retryable }))

/** Rows whose answers are words. Each makes its trouble, and says how often the request was sent. */
const troubles: Readonly<Record<string, () => Promise<{ error: unknown; attempts: number }>>> = {
  'connection refused': () => counted({ baseUrl: 'http://127.0.0.1:1' }),
  'name not found': () => counted({ baseUrl: 'http://nowhere.invalid' }),
  async 'connection reset'() {
    endpoint.server.faults.always({ do: 'reset' })
    return seen(requestModel(endpoint.model(), callOf()))
  },
  async 'a wait that a timeout ended'() {
    endpoint.server.faults.always({ firstByteDelayMs: Infinity })
    return seen(requestModel(endpoint.model(undefined, { connect: { firstByteTimeoutMs: 300 } }), callOf()))
  },
}

async function seen(work: Promise<unknown>) {
  return { error: await failure(work), attempts: endpoint.server.log.length }
}

/** Counts at the transport, for servers that are not there. */
async function counted(connect: BedrockProviderOptions) {
  const handler = new NodeHttpHandler()
  const handle = vi.spyOn(handler, 'handle')
  const error = await failure(
    requestModel(endpoint.model(undefined, { connect: { ...connect, requestHandler: handler } }), callOf()),
  )
  return { error, attempts: handle.mock.calls.length }
}

describe('attempts per error: the table of the guide', () => {
  const statuses = rows.flatMap(({ answer, ...row }) =>
    [...answer.matchAll(/(\d{3})(?: `(\w+)`)?/g)].map(([, status, type]) => ({
      status: Number(status),
      type: type ?? 'SomethingElse',
      ...row,
    })),
  )
  const frames = rows
    .filter(row => row.answer.includes('first frame'))
    .flatMap(({ answer, ...row }) =>
      [...answer.matchAll(/`(\w+)`/g)].map(([, exception]) => ({ exception: exception!, ...row })),
    )
  const named = rows.flatMap(({ answer, ...row }) =>
    answer.split(', ').flatMap(name => (name in troubles ? [{ name, ...row }] : [])),
  )

  it('is read whole', () => {
    expect(rows).toHaveLength(11)
    expect(statuses).toHaveLength(12)
    expect(frames).toHaveLength(5)
    expect(named.map(row => row.name).toSorted()).toEqual(Object.keys(troubles).toSorted())
    for (const { attempts } of rows) expect(attempts).toBeGreaterThan(0)
  })

  it.each(statuses)('$status $type: $attempts attempts', { timeout: 20_000 }, async row => {
    const { status, type, attempts, retryable } = row
    endpoint.server.faults.always({ error: { type, message: 'why', status } })
    const { error, attempts: made } = await seen(requestModel(endpoint.model(), callOf()))
    expect(error).toBeInstanceOf(ModelHttpError)
    expect(error).toMatchObject({ status, isRetryable: retryable === 'yes' })
    expect((error as ModelHttpError).message).toContain('why')
    expect(made).toBe(attempts)
  })

  it.each(named)('$name: $attempts attempts', { timeout: 20_000 }, async ({ name, attempts }) => {
    const { error, attempts: made } = await troubles[name]!()
    expect(error).toBeInstanceOf(ModelError)
    expect(made).toBe(attempts)
  })

  it.each(frames)('$exception in the first frame: $attempts attempts', { timeout: 20_000 }, async row => {
    const { exception, attempts, retryable } = row
    endpoint.server.faults.always({ after: { events: 0 }, do: { exception, message: 'why' } })
    endpoint.responder.push(...Array<string>(attempts).fill('x'))
    const { error, attempts: made } = await seen(streamModel(endpoint.model(), callOf()))
    expect(error).toMatchObject({ isRetryable: retryable === 'yes' })
    expect(made).toBe(attempts)
  })

  it.each(frames)('$exception later in a stream: one attempt', async ({ exception }) => {
    endpoint.server.faults.always({ after: { events: 2 }, do: { exception, message: 'why' } })
    endpoint.responder.push('x')
    const { error } = await drain(await streamModel(endpoint.model(), callOf()))
    expect(error).toBeInstanceOf(StreamInterrupted)
    expect((error as Error).cause).toBeInstanceOf(ModelHttpError)
    expect(endpoint.server.log).toHaveLength(rows.at(-1)!.attempts)
  })

  it('opening a stream has the same attempts, and maxAttempts is the only knob', async () => {
    endpoint.server.faults.always({ error: { type: 'ServiceUnavailableException' } })
    await failure(streamModel(endpoint.model(undefined, { connect: { maxAttempts: 2 } }), callOf()))
    expect(endpoint.server.log).toHaveLength(2)
  })

  it('a retry that succeeds is no error, and Retry-After is reported when it is not', async () => {
    endpoint.server.faults.next({ error: { type: 'ServiceUnavailableException' } })
    endpoint.responder.push('ok')
    await requestModel(endpoint.model(), callOf())
    endpoint.server.faults.always({ error: { type: 'ThrottlingException', headers: { 'retry-after': '7' } } })
    const error = await failure(requestModel(endpoint.model(undefined, { connect: { maxAttempts: 1 } }), callOf()))
    expect(error).toMatchObject({ retryAfterMs: 7000 })
  })
})

describe('transport errors are typed', () => {
  it('an endpoint that is not there', async () => {
    const model = endpoint.model(undefined, { connect: { baseUrl: 'http://127.0.0.1:1', maxAttempts: 1 } })
    const error = await failure(requestModel(model, callOf()))
    expect(error).toBeInstanceOf(ModelConnectionError)
    expect((error as Error).message).toContain('http://127.0.0.1:1')
  })

  it('a name that does not resolve', async () => {
    const model = endpoint.model(undefined, { connect: { baseUrl: 'http://nowhere.invalid', maxAttempts: 1 } })
    expect(await failure(requestModel(model, callOf()))).toBeInstanceOf(ModelConnectionError)
  })

  it('a server that hangs up at once', async () => {
    const server = createServer(socket => socket.destroy())
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as AddressInfo
    const model = endpoint.model(undefined, { connect: { baseUrl: `http://127.0.0.1:${port}`, maxAttempts: 1 } })
    expect(await failure(requestModel(model, callOf()))).toBeInstanceOf(ModelConnectionError)
    server.close()
  })

  it('a body that is no JSON', async () => {
    endpoint.server.faults.next({ after: { bytes: 20 }, do: 'end' })
    endpoint.responder.push('x')
    expect(
      await failure(requestModel(endpoint.model(undefined, { connect: { maxAttempts: 1 } }), callOf())),
    ).toBeInstanceOf(ModelError)
  })

  it.each(['throttlingException', 'ThrottlingException', 'THROTTLINGEXCEPTION'])(
    'R24: %s is a throttle however it is written, and comes without a status',
    name => {
      expect(mapError({ name, message: 'slow down' }, { modelName: 'm' })).toMatchObject({
        status: 429,
        isRetryable: true,
      })
    },
  )

  it('R25: a plain object that the SDK rejects with', () => {
    const error = mapError({ name: 'weird', detail: 1 }, { modelName: 'm' })
    expect(error).toBeInstanceOf(ModelError)
    expect(error.message).not.toContain('[object Object]')
    expect(error.cause).toEqual({ name: 'weird', detail: 1 })
  })

  it('credentials and region that cannot be found say what to do', () => {
    const named = Object.assign(new Error('Could not load credentials from any providers'), {
      name: 'CredentialsProviderError',
    })
    const error = mapError(named, { modelName: 'm' })
    expect(error).toBeInstanceOf(UserError)
    expect(error.message).toContain('AWS_PROFILE')
    expect(mapError(new Error('Region is missing'), { modelName: 'm' })).toBeInstanceOf(UserError)
  })

  it('no secret of an endpoint URL reaches the message', () => {
    const refused = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' })
    const error = mapError(refused, { modelName: 'm', baseUrl: 'https://user:canary@host/' })
    expect(error.message).not.toContain('canary')
  })
})

describe('refusals say what to do', () => {
  it('a mistyped model name is suggested', async () => {
    endpoint.server.faults.next({
      error: { type: 'ValidationException', message: 'The provided model identifier is invalid.' },
    })
    const error = await failure(requestModel(endpoint.model('us.anthropic.claude-sonnet-45-20250929-v1:0'), callOf()))
    expect(error).toMatchObject({ suggestedModelId: 'us.anthropic.claude-sonnet-4-5-20250929-v1:0' })
  })

  it.each([
    [
      "Invocation of model ID anthropic.claude-opus-4-8 with on-demand throughput isn't supported.",
      'inference profile',
    ],
    [
      'User: arn:x is not authorized to perform: bedrock:InvokeModel on resource: arn:aws:bedrock:us-east-1::foundation-model/a because no policy',
      'Allow the action bedrock:InvokeModel on arn:aws:bedrock:us-east-1::foundation-model/a',
    ],
    ["You don't have access to the model with the specified model ID.", 'model access page'],
  ])('%s', (message, hint) => {
    const error = mapError(
      { name: 'ValidationException', message, $metadata: { httpStatusCode: 400 } },
      { modelName: 'm' },
    )
    expect(error.message).toContain(hint)
  })

  it.each([
    'Input is too long for requested model.',
    'prompt is too long: 215000 tokens > 200000 maximum',
    'The model returned the following errors: input length and `max_tokens` exceed context limit: 1 + 2 > 3',
    'Too many input tokens. Max input tokens: 8192',
    "This model's maximum context length is 8192 tokens",
    'Input Tokens Exceeded: Number of input tokens exceeds maximum length.',
  ])('R65: "%s" is a context overflow', message => {
    const error = mapError(
      { name: 'ValidationException', message, $metadata: { httpStatusCode: 400 } },
      { modelName: 'm' },
    )
    expect(isContextOverflow(error)).toBe(true)
  })

  it('R65: other refusals, and throttling by tokens, are not', () => {
    const other = mapError(
      { name: 'ValidationException', message: 'messages: text field is blank', $metadata: { httpStatusCode: 400 } },
      { modelName: 'm' },
    )
    const throttle = mapError(
      { name: 'ThrottlingException', message: 'Too many tokens, please wait', $metadata: { httpStatusCode: 429 } },
      { modelName: 'm' },
    )
    expect(isContextOverflow(other)).toBe(false)
    expect(isContextOverflow(throttle)).toBe(false)
  })
})
