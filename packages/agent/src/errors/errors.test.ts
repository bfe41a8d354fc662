import { runInNewContext } from 'node:vm'
import { describe, expect, it, vi } from 'vitest'
import type { ModelResponse } from '../messages/message.ts'
import { emptyUsage } from '../usage/usage.ts'
import { AgentError, type ErrorCode } from './agent-error.ts'
import {
  FallbackFailed,
  ModelConnectionError,
  ModelError,
  ModelTimeoutError,
  StreamInterrupted,
  SuspendedResponseExpired,
} from './model-error.ts'
import { ModelHttpError } from './model-http-error.ts'
import {
  ConcurrencyLimitExceeded,
  ContentFilterError,
  IncompleteToolCall,
  ResponseRejected,
  RunCancelled,
  UnexpectedModelBehavior,
  UsageLimitExceeded,
} from './run-error.ts'
import { isSignal, ModelRetry, SkipToolExecution, ToolFailed } from './signals.ts'
import { MissingPackageError, ModelRequestsBlocked, UserError } from './user-error.ts'

const response: ModelResponse = { kind: 'response', parts: [], usage: emptyUsage, modelName: 'nova' }
const cause = new Error('socket hang up')

const samples: Record<ErrorCode, AgentError> = {
  user_error: new UserError('Tools need a name.'),
  model_error: new ModelError('The model is gone.', { modelName: 'nova' }),
  model_http_error: new ModelHttpError({ status: 503, modelName: 'nova', body: { message: 'Too busy' } }),
  model_connection_error: new ModelConnectionError('No connection to the model.', { cause }),
  model_timeout: new ModelTimeoutError({ which: 'idle', timeoutMs: 1500, modelName: 'nova' }),
  stream_interrupted: new StreamInterrupted('The stream ended early.', { response }),
  missing_package: new MissingPackageError('@aws-sdk/client-bedrock-runtime', 'Bedrock models'),
  model_requests_blocked: new ModelRequestsBlocked('nova'),
  unexpected_model_behavior: new UnexpectedModelBehavior('No output after 2 retries.', { body: '{}' }),
  content_filter: new ContentFilterError('The answer was filtered.'),
  incomplete_tool_call: new IncompleteToolCall('The arguments were cut.'),
  usage_limit_exceeded: new UsageLimitExceeded('Too many.', { limit: 'requestLimit', max: 1, value: 2 }),
  run_cancelled: new RunCancelled('the user left'),
  suspended_response_expired: new SuspendedResponseExpired('Gone.', { providerResponseId: 'r1' }),
  fallback_failed: new FallbackFailed([new ModelError('one'), 'two']),
  response_rejected: new ResponseRejected(response),
  concurrency_limit_exceeded: new ConcurrencyLimitExceeded({ maxRunning: 2, maxQueued: 3 }),
}

const classes = {
  user_error: UserError,
  model_error: ModelError,
  model_http_error: ModelHttpError,
  model_connection_error: ModelConnectionError,
  model_timeout: ModelTimeoutError,
  stream_interrupted: StreamInterrupted,
  missing_package: MissingPackageError,
  model_requests_blocked: ModelRequestsBlocked,
  unexpected_model_behavior: UnexpectedModelBehavior,
  content_filter: ContentFilterError,
  incomplete_tool_call: IncompleteToolCall,
  usage_limit_exceeded: UsageLimitExceeded,
  run_cancelled: RunCancelled,
  suspended_response_expired: SuspendedResponseExpired,
  fallback_failed: FallbackFailed,
  response_rejected: ResponseRejected,
  concurrency_limit_exceeded: ConcurrencyLimitExceeded,
} satisfies Record<ErrorCode, { is(error: unknown): boolean }>

describe('errors', () => {
  it.each(Object.entries(samples))('%s knows its code, its class and its name', (code, error) => {
    expect(error.code).toBe(code)
    expect(error).toBeInstanceOf(classes[code as ErrorCode])
    expect(error.name).toBe(classes[code as ErrorCode].name)
    expect(AgentError.is(error)).toBe(true)
    const recognising = Object.entries(classes).filter(([, errorClass]) => errorClass.is(error))
    const families = Object.entries(classes).filter(([, errorClass]) => error instanceof errorClass)
    expect(recognising.map(([name]) => name)).toEqual(families.map(([name]) => name))
  })

  it('are data with their message, as JSON', () => {
    const written: unknown = JSON.parse(JSON.stringify({ error: samples.usage_limit_exceeded }))
    expect(written).toEqual({
      error: {
        name: 'UsageLimitExceeded',
        code: 'usage_limit_exceeded',
        message: 'Too many.',
        limit: 'requestLimit',
        max: 1,
        value: 2,
      },
    })
  })

  it('say what happened and what to do', () => {
    expect(Object.values(samples).map(error => `${error.name}: ${error.message}`)).toMatchInlineSnapshot(`
      [
        "UserError: Tools need a name.",
        "ModelError: The model is gone.",
        "ModelHttpError: The model \`nova\` answered with HTTP status 503: Too busy.",
        "ModelConnectionError: No connection to the model.",
        "ModelTimeoutError: The model \`nova\` sent nothing more within 1500 ms (timeout: idle).",
        "StreamInterrupted: The stream ended early.",
        "MissingPackageError: The package \`@aws-sdk/client-bedrock-runtime\` is needed for Bedrock models and could not be loaded. Install it: npm install @aws-sdk/client-bedrock-runtime",
        "ModelRequestsBlocked: A request to the model \`nova\` was blocked: real requests are off. Use a test model, or allow them.",
        "UnexpectedModelBehavior: No output after 2 retries.",
        "ContentFilterError: The answer was filtered.",
        "IncompleteToolCall: The arguments were cut.",
        "UsageLimitExceeded: Too many.",
        "RunCancelled: The run was cancelled: the user left",
        "SuspendedResponseExpired: Gone.",
        "FallbackFailed: All 2 models of the fallback failed:
      1. ModelError: one
      2. two",
        "ResponseRejected: The response of the model \`nova\` was rejected by the fallback's response check.",
        "ConcurrencyLimitExceeded: The concurrency limit is reached: 2 running, 3 waiting. Raise \`maxRunning\` or \`maxQueued\`, or try later.",
      ]
    `)
  })

  it('keep their cause and have no run until one fails', () => {
    expect(samples.model_connection_error.cause).toBe(cause)
    expect(samples.user_error).not.toHaveProperty('run')
    expect(samples.user_error).not.toHaveProperty('cause')
  })

  it('are recognised when another copy of the package made them', async () => {
    vi.resetModules()
    const copy = await import('./user-error.ts')
    const foreign = new copy.UserError('from elsewhere')
    expect(foreign).not.toBeInstanceOf(UserError)
    expect(UserError.is(foreign)).toBe(true)
    expect(ModelError.is(foreign)).toBe(false)
    const signals = await import('./signals.ts')
    expect(isSignal(new signals.ModelRetry('again'), 'model-retry')).toBe(true)
  })

  it('are not confused with anything else', () => {
    for (const other of [undefined, null, 'user_error', { code: 'user_error' }, new Error('x'), () => {}]) {
      expect(AgentError.is(other)).toBe(false)
      expect(UserError.is(other)).toBe(false)
    }
    expect(AgentError.is(runInNewContext('new Error("x")'))).toBe(false)
  })

  it('say why a package did not load that may be there', () => {
    const loading = (cause: Error) => new MissingPackageError('openai', 'OpenAI models', { cause }).message
    const absent = Object.assign(new Error('Cannot find package'), { code: 'ERR_MODULE_NOT_FOUND' })
    expect(loading(absent)).toContain('could not be loaded. Install it')
    expect(loading(new Error('Dynamic require is not supported'))).toContain(
      'could not be loaded (Dynamic require is not supported). Install it',
    )
  })

  it('show the progress of a cancelled run', () => {
    const run = {
      messages: [response],
      usage: { ...emptyUsage, requests: 1, toolCalls: 0 },
      step: 1,
      runId: 'r',
      conversationId: 'c',
    }
    const error = new RunCancelled(new DOMException('This operation was aborted', 'AbortError'), { run })
    expect(error.message).toBe('The run was cancelled.')
    expect(error).toMatchObject({ messages: [response], runId: 'r', conversationId: 'c', usage: { requests: 1 } })
    expect(new RunCancelled().messages).toEqual([])
    expect(new RunCancelled(cause)).toMatchObject({ message: 'The run was cancelled: socket hang up', cause })
  })
})

describe('ModelHttpError', () => {
  it.each([
    [400, false],
    [401, false],
    [404, false],
    [408, true],
    [409, true],
    [422, false],
    [429, true],
    [500, true],
    [529, true],
  ])('status %i is worth a retry: %s', (status, isRetryable) => {
    expect(new ModelHttpError({ status }).isRetryable).toBe(isRetryable)
    expect(new ModelHttpError({ status, isRetryable: !isRetryable }).isRetryable).toBe(!isRetryable)
  })

  it('reads headers whatever their case, and hides credentials in them', () => {
    const headers = { 'Retry-After': '1.5', 'Set-Cookie': 'session=1', 'X-Request-Id': 'r1' }
    const error = new ModelHttpError({ status: 429, headers })
    expect(error.headers).toEqual({ 'retry-after': '1.5', 'set-cookie': '[redacted]', 'x-request-id': 'r1' })
    expect(error.retryAfterMs).toBe(1500)
    expect(new ModelHttpError({ status: 429, headers: new Headers(headers) }).retryAfterMs).toBe(1500)
  })

  it('puts the sentence of the provider, the suggestion and the wait into its message', () => {
    const error = new ModelHttpError({
      status: 404,
      modelName: 'nvoa',
      body: { error: { message: 'no such model' } },
      headers: { 'retry-after': '2' },
      suggestedModelId: 'nova',
    })
    expect(error.message).toMatchInlineSnapshot(
      `"The model \`nvoa\` answered with HTTP status 404: no such model. Did you mean \`nova\`? Retry after 2000 ms."`,
    )
    expect(new ModelHttpError({ status: 500, body: 'x'.repeat(5000) }).message.length).toBeLessThan(1100)
    expect(new ModelHttpError({ status: 500, body: '' }).message).toBe('The model answered with HTTP status 500.')
  })
})

describe('signals', () => {
  it('are told apart by kind and are no failures', () => {
    const retry = new ModelRetry('Try Riga.')
    expect(retry.message).toBe('Try Riga.')
    expect(isSignal(retry)).toBe(true)
    expect(isSignal(retry, 'model-retry')).toBe(true)
    expect(isSignal(retry, 'tool-failed')).toBe(false)
    expect(isSignal(new ToolFailed('no'), 'tool-failed')).toBe(true)
    expect(AgentError.is(retry)).toBe(false)
    expect(isSignal({ kind: 'model-retry', message: 'x' }, 'model-retry')).toBe(false)
    expect(isSignal(undefined)).toBe(false)
    const skip: unknown = new SkipToolExecution(7)
    expect(isSignal(skip, 'skip-tool-execution') && skip.result).toBe(7)
  })
})
