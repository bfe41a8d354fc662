import { createHash, createHmac } from 'node:crypto'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { requestModel, streamModel } from '../call-model.ts'
import { resolveModel } from '../providers.ts'
import { OpenAIChatModel } from '../openai/chat/model.ts'
import { OpenAIResponsesModel } from '../openai/responses/model.ts'
import { callOf, drain, errorOf, requestTurn, userTurn, weather } from '../openai/test-support/calls.ts'
import { json, sse, startStub, type SeenRequest, type StubServer } from '../openai/test-support/stub-server.ts'
import {
  BedrockMantleChatModel,
  bedrockMantleModel,
  BedrockMantleProvider,
  BedrockMantleResponsesModel,
  type BedrockMantleModelOptions,
  type BedrockMantleProviderOptions,
} from './index.ts'

let stub: StubServer
beforeAll(async () => void (stub = await startStub()))
afterAll(() => stub[Symbol.asyncDispose]())
afterEach(() => vi.unstubAllEnvs())

const keys = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'wJalrXUtnFEMI' }
const output = [
  { type: 'message', id: 'msg_1', role: 'assistant', content: [{ type: 'output_text', text: 'Hi', annotations: [] }] },
]
const answer = { id: 'resp_1', model: 'm', created_at: 1_790_000_000, status: 'completed', output }

function providerOf(options: BedrockMantleProviderOptions = {}): BedrockMantleProvider {
  return new BedrockMantleProvider({ baseUrl: stub.url, region: 'us-east-1', maxRetries: 0, apiKey: 'key', ...options })
}

function modelOf(name: string, options: BedrockMantleModelOptions = {}) {
  return bedrockMantleModel(name, { provider: providerOf(), ...options })
}

async function ask(model: BedrockMantleResponsesModel | BedrockMantleChatModel): Promise<SeenRequest> {
  stub.answer(json(answer))
  await requestModel(model, callOf())
  return stub.seen[0]!
}

describe('the global fetch', () => {
  it.each<[string, BedrockMantleProviderOptions]>([
    ['an API key', {}],
    ['signatures', { apiKey: undefined, credentials: keys }],
  ])('R63: replaced after the client was made, it is used for the next request, with %s', async (_, options) => {
    const model = modelOf('openai.gpt-oss-120b', { provider: providerOf(options) })
    await ask(model)
    const seen: string[] = []
    const real = globalThis.fetch
    vi.stubGlobal('fetch', (...args: Parameters<typeof fetch>) => {
      seen.push(new Request(args[0]).url)
      return real(...args)
    })
    stub.answer(json(answer))
    await requestModel(model, callOf())
    vi.unstubAllGlobals()
    expect(seen).toEqual([`${stub.url}/v1/responses`])
  })
})

describe('the name of a model', () => {
  it.each([
    ['openai.gpt-oss-safeguard-20b', BedrockMantleChatModel, '/v1/chat/completions'],
    ['openai.gpt-oss-120b', BedrockMantleResponsesModel, '/v1/responses'],
    ['openai.gpt-5.6-luna', BedrockMantleResponsesModel, '/openai/v1/responses'],
    ['openai.some-model-of-tomorrow', BedrockMantleResponsesModel, '/openai/v1/responses'],
  ])('%s is served at its own address', async (name, Class, path) => {
    const model = modelOf(name)
    expect(model).toBeInstanceOf(Class)
    expect(model.system).toBe('bedrock-mantle')
    stub.answer(json({ ...answer, choices: [{ message: { content: 'Hi' }, finish_reason: 'stop' }] }))
    const response = await requestModel(model, callOf())
    expect(stub.seen[0]).toMatchObject({ path, body: { model: name } })
    expect(response).toMatchObject({ providerName: 'bedrock-mantle', parts: [{ content: 'Hi' }] })
  })

  it.each([
    ['anthropic.claude-opus-5', /vendor `openai`.*provider `bedrock`/],
    ['gpt-5.5', /Did you mean `openai\.gpt-5\.5`/],
  ])('%s is refused', (name, message) => {
    expect(() => modelOf(name)).toThrow(message)
  })

  it('decides the class, unless the profile says otherwise', () => {
    const provider = providerOf()
    expect(() => new BedrockMantleChatModel('openai.gpt-5.5', { provider })).toThrow(/use BedrockMantleResponsesModel/)
    expect(() => new BedrockMantleResponsesModel('openai.gpt-oss-safeguard-20b', { provider })).toThrow(
      /use BedrockMantleChatModel/,
    )
    const profile = { bedrockMantleInterface: 'chat' } as const
    expect(bedrockMantleModel('openai.gpt-oss-20b', { provider, profile })).toBeInstanceOf(OpenAIChatModel)
  })

  it('works as a model string', async () => {
    vi.stubEnv('AWS_REGION', 'eu-west-1')
    const model = await resolveModel('bedrock-mantle:openai.gpt-5.4')
    expect(model).toBeInstanceOf(OpenAIResponsesModel)
    expect(model.baseUrl).toBe('https://bedrock-mantle.eu-west-1.api.aws/openai/v1/')
  })

  it('promises no tools of the provider and no images', async () => {
    const image = callOf({ parameters: { outputMode: 'image', allowTextOutput: false, allowImageOutput: true } })
    expect(await errorOf(requestModel(modelOf('openai.gpt-5.5'), image))).toMatchObject({ code: 'user_error' })
    const search = callOf({ parameters: { nativeTools: [{ kind: 'web_search' }] } })
    expect(await errorOf(requestModel(modelOf('openai.gpt-5.5'), search))).toMatchObject({ code: 'user_error' })
  })
})

describe('the address', () => {
  it.each([
    ['https://proxy.example', 'https://proxy.example'],
    ['https://proxy.example/v1', 'https://proxy.example'],
    ['https://proxy.example/openai/v1/', 'https://proxy.example'],
    ['https://proxy.example/team/v1', 'https://proxy.example/team'],
  ])('%s has the origin %s', (baseUrl, origin) => {
    expect(new BedrockMantleProvider({ baseUrl }).origin).toBe(origin)
  })

  it('is that of the Region', async () => {
    vi.stubEnv('AWS_REGION', '')
    vi.stubEnv('AWS_DEFAULT_REGION', 'us-west-2')
    expect(new BedrockMantleProvider().origin).toBe('https://bedrock-mantle.us-west-2.api.aws')
    expect(new BedrockMantleProvider({ region: 'eu-west-1' }).baseUrl).toBe(
      'https://bedrock-mantle.eu-west-1.api.aws/openai/v1/',
    )
    vi.stubEnv('AWS_DEFAULT_REGION', '')
    const lost = bedrockMantleModel('openai.gpt-5.5', { provider: new BedrockMantleProvider({ apiKey: 'key' }) })
    const error = await errorOf(requestModel(lost, callOf()))
    expect(error).toMatchObject({ code: 'user_error' })
    expect((error as Error).message).toContain('AWS_REGION')
  })
})

describe('authentication', () => {
  const modelWith = (options: BedrockMantleProviderOptions) =>
    modelOf('openai.gpt-5.5', { provider: providerOf({ apiKey: undefined, ...options }) })

  it('sends a key, from the options, a function or the environment', async () => {
    vi.stubEnv('AWS_BEARER_TOKEN_BEDROCK', 'from-env')
    expect((await ask(modelWith({ apiKey: 'given' }))).headers.authorization).toBe('Bearer given')
    expect((await ask(modelWith({ apiKey: async () => 'made' }))).headers.authorization).toBe('Bearer made')
    expect((await ask(modelWith({}))).headers.authorization).toBe('Bearer from-env')
  })

  it('sends nothing of what the environment holds for OpenAI', async () => {
    vi.stubEnv('OPENAI_API_KEY', 'sk-openai')
    vi.stubEnv('OPENAI_ORG_ID', 'org-secret')
    vi.stubEnv('OPENAI_PROJECT_ID', 'proj-secret')
    vi.stubEnv('OPENAI_BASE_URL', 'https://api.openai.example')
    const { headers } = await ask(modelWith({ apiKey: 'given' }))
    expect(JSON.stringify(headers)).not.toMatch(/sk-openai|org-secret|proj-secret/)
  })

  it('signs with given credentials, whatever key the environment holds', async () => {
    vi.stubEnv('AWS_BEARER_TOKEN_BEDROCK', 'from-env')
    const seen = await ask(modelWith({ credentials: { ...keys, sessionToken: 'token' } }))
    expect(seen.headers['x-amz-security-token']).toBe('token')
    expect(seen.headers.authorization).toBe(expectedSignature(seen, 'us-east-1'))
  })

  it('signs the headers and the text of every attempt', async () => {
    const provider = providerOf({ apiKey: undefined, credentials: keys, region: 'eu-west-1', maxRetries: 1 })
    const model = modelOf('openai.gpt-oss-20b', { provider })
    stub.answer(json({ error: { message: 'Busy' } }, 503, { 'retry-after-ms': '1' }), json(answer))
    await requestModel(
      model,
      callOf({ messages: [userTurn('Žalgiris 🦊')], settings: { extraHeaders: { 'x-team': 'blue' } } }),
    )
    expect(stub.seen).toHaveLength(2)
    for (const seen of stub.seen) {
      expect(seen.headers.authorization).toContain('x-team')
      expect(seen.headers.authorization).toBe(expectedSignature(seen, 'eu-west-1'))
    }
  })

  it('signs streams too', async () => {
    const stream = [
      { type: 'response.created', response: { ...answer, status: 'in_progress', output: [] } },
      { type: 'response.completed', response: answer },
    ]
    stub.answer(sse(stream))
    const { error } = await drain(await streamModel(modelWith({ credentials: keys }), callOf()))
    expect(error).toBeUndefined()
    expect(stub.seen[0]!.headers.authorization).toBe(expectedSignature(stub.seen[0]!, 'us-east-1'))
  })

  it('asks a credential provider before each request', async () => {
    const ids = ['AKIDONE', 'AKIDTWO']
    const credentials = async () => ({ ...keys, accessKeyId: ids.shift()! })
    const model = modelWith({ credentials })
    expect((await ask(model)).headers.authorization).toContain('AKIDONE')
    expect((await ask(model)).headers.authorization).toContain('AKIDTWO')
  })

  it('takes the credentials of the default chain', async () => {
    vi.stubEnv('AWS_BEARER_TOKEN_BEDROCK', '')
    vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIDFROMENV')
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'secret')
    vi.stubEnv('AWS_PROFILE', '')
    expect((await ask(modelWith({}))).headers.authorization).toContain('Credential=AKIDFROMENV/')
  })

  it('says at once when there are no credentials, without a request', async () => {
    stub.answer()
    const credentials = async (): Promise<never> => Promise.reject(new Error('SSO session expired.'))
    const error = await errorOf(requestModel(modelWith({ credentials }), callOf()))
    expect(error).toMatchObject({ code: 'user_error' })
    expect((error as Error).message).toContain('SSO session expired')
    expect(stub.seen).toEqual([])
  })

  it('is checked where it can be', () => {
    vi.stubEnv('AWS_BEARER_TOKEN_BEDROCK', '')
    expect(() => new BedrockMantleProvider({ credentials: { accessKeyId: 'a', secretAccessKey: '' } })).toThrow(/both/)
    expect(() => new BedrockMantleProvider({ authMode: 'bearer' })).toThrow(/needs an API key/)
  })
})

describe('call ids', () => {
  const call = { type: 'function_call', id: 'fc_1', call_id: 'call_0', name: 'weather', arguments: '{}' }
  const tools = callOf({ parameters: { functionTools: [weather] } })

  it('are told apart by their response, where they start anew in each', async () => {
    stub.answer(json({ ...answer, output: [call] }))
    const response = await requestModel(modelOf('openai.gpt-5.5'), tools)
    expect(response.parts).toMatchObject([{ toolCallId: 'resp_1:call_0', id: 'fc_1' }])

    stub.answer(json(answer))
    const result = { kind: 'tool-return', toolName: 'weather', content: 'Sun', toolCallId: 'resp_1:call_0' } as const
    await requestModel(modelOf('openai.gpt-5.5'), {
      ...tools,
      messages: [userTurn('Hello'), response, requestTurn(result)],
    })
    expect(stub.seen[0]!.body['input']).toMatchObject([
      { role: 'user' },
      { type: 'function_call', id: 'fc_1', call_id: 'resp_1:call_0' },
      { type: 'function_call_output', call_id: 'resp_1:call_0', output: 'Sun' },
    ])
  })

  it('are so in a stream as well', async () => {
    stub.answer(
      sse([
        { type: 'response.created', response: { ...answer, status: 'in_progress', output: [] } },
        { type: 'response.output_item.added', item: call },
        { type: 'response.completed', response: answer },
      ]),
    )
    const { response } = await drain(await streamModel(modelOf('openai.gpt-5.5'), tools))
    expect(response.parts).toMatchObject([{ toolCallId: 'resp_1:call_0' }])
  })

  it('stay as they are on gpt-oss', async () => {
    stub.answer(json({ ...answer, output: [call] }))
    expect((await requestModel(modelOf('openai.gpt-oss-20b'), tools)).parts).toMatchObject([{ toolCallId: 'call_0' }])
  })
})

/** Signature Version 4, written down once more and independently.
 *  @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html */
function expectedSignature({ method, path, headers, text }: SeenRequest, region: string): string {
  const date = String(headers['x-amz-date'])
  const scope = `${date.slice(0, 8)}/${region}/bedrock-mantle/aws4_request`
  const signed = /SignedHeaders=([^,]+)/.exec(headers.authorization ?? '')![1]!
  const lines = signed.split(';').map(name => `${name}:${String(headers[name]).trim().replace(/\s+/g, ' ')}\n`)
  const canonical = [method, path, '', lines.join(''), signed, sha256(text)].join('\n')
  const toSign = ['AWS4-HMAC-SHA256', date, scope, sha256(canonical)].join('\n')
  const key = [date.slice(0, 8), region, 'bedrock-mantle', 'aws4_request'].reduce<Uint8Array | string>(
    (secret, word) => hmac(secret, word),
    `AWS4${keys.secretAccessKey}`,
  )
  const signature = createHmac('sha256', key).update(toSign).digest('hex')
  return `AWS4-HMAC-SHA256 Credential=${keys.accessKeyId}/${scope}, SignedHeaders=${signed}, Signature=${signature}`
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

function hmac(key: Uint8Array | string, text: string): Uint8Array {
  return createHmac('sha256', key).update(text).digest()
}
