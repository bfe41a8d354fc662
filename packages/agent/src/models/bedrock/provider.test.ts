import { BedrockRuntimeClient } from '@aws-sdk/client-bedrock-runtime'
import { NodeHttpHandler } from '@smithy/node-http-handler'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { ModelConnectionError } from '../../errors/model-error.ts'
import { UserError } from '../../errors/user-error.ts'
import { requestModel } from '../call-model.ts'
import { BedrockConverseModel } from './model.ts'
import { BedrockMantleProvider } from '../bedrock-mantle/provider.ts'
import { BedrockProvider } from './provider.ts'
import { callOf, textOf } from './test-support/calls.ts'
import { claude, localKeys, startEndpoint, type Endpoint } from './test-support/endpoint.ts'

let endpoint: Endpoint
let home: string
beforeAll(async () => {
  endpoint = await startEndpoint({ responder: () => ({ content: [{ text: 'ok' }] }) })
  home = mkdtempSync(join(tmpdir(), 'aws-'))
})
afterAll(async () => {
  await endpoint[Symbol.asyncDispose]()
  rmSync(home, { recursive: true })
})
beforeEach(() => {
  endpoint.server.log.clear()
  for (const name of Object.keys(process.env)) if (name.startsWith('AWS_')) vi.stubEnv(name, undefined)
  vi.stubEnv('AWS_EC2_METADATA_DISABLED', 'true')
  vi.stubEnv('AWS_CONFIG_FILE', join(home, 'config'))
  vi.stubEnv('AWS_SHARED_CREDENTIALS_FILE', join(home, 'credentials'))
  writeFileSync(join(home, 'config'), '[profile team]\nregion = eu-central-1\n')
  writeFileSync(join(home, 'credentials'), '[team]\naws_access_key_id = local\naws_secret_access_key = local\n')
})
afterEach(() => void vi.unstubAllEnvs())

it.each(['', ' '])('an empty API key is no key, and no reason to use those of the host: %j', apiKey => {
  expect(() => new BedrockProvider({ apiKey })).toThrow(/`apiKey` is empty/)
  expect(() => new BedrockMantleProvider({ apiKey })).toThrow(/`apiKey` is empty/)
})

const localAuth = { credentials: localKeys }

async function ask(options: ConstructorParameters<typeof BedrockProvider>[0]) {
  const provider = new BedrockProvider({ maxAttempts: 1, ...options })
  try {
    await requestModel(new BedrockConverseModel(claude, { provider }), callOf())
    return endpoint.server.log.at(-1)!
  } finally {
    provider.close()
  }
}

describe('credentials', () => {
  it('R60: of a profile, with its Region', async () => {
    const { auth } = await ask({ profile: 'team', baseUrl: endpoint.server.url })
    expect(auth).toMatchObject({ kind: 'sigv4', keyId: 'local', region: 'eu-central-1', isAccepted: true })
  })

  it('R60: of a function, asked again when they expire', async () => {
    let calls = 0
    const credentials = () => {
      calls++
      return Promise.resolve({ ...localKeys, expiration: new Date(Date.now() + (calls === 1 ? -1000 : 3_600_000)) })
    }
    const provider = new BedrockProvider({ region: 'us-east-1', baseUrl: endpoint.server.url, credentials })
    const model = new BedrockConverseModel(claude, { provider })
    await requestModel(model, callOf())
    await requestModel(model, callOf())
    await requestModel(model, callOf())
    expect(calls).toBe(2)
    provider.close()
  })

  it('R61: given keys are used alone, without a session token of the environment', async () => {
    vi.stubEnv('AWS_SESSION_TOKEN', 'of-someone-else')
    const entry = await ask({ region: 'us-east-1', credentials: localKeys, baseUrl: endpoint.server.url })
    expect(entry.headers['x-amz-security-token']).toBeUndefined()
    expect(entry.auth?.isAccepted).toBe(true)
  })

  it('R62: given keys, and a given profile, beat an API key of the environment', async () => {
    vi.stubEnv('AWS_BEARER_TOKEN_BEDROCK', 'env-token')
    expect((await ask({ region: 'us-east-1', credentials: localKeys, baseUrl: endpoint.server.url })).auth?.kind).toBe(
      'sigv4',
    )
    expect((await ask({ region: 'us-east-1', profile: 'team', baseUrl: endpoint.server.url })).auth?.kind).toBe('sigv4')
  })

  it('R62: an API key of the environment is used when nothing is given, a given one beats it, authMode decides', async () => {
    vi.stubEnv('AWS_BEARER_TOKEN_BEDROCK', 'env-token')
    const common = { region: 'us-east-1', baseUrl: endpoint.server.url }
    expect((await ask(common)).auth).toMatchObject({ kind: 'bearer', keyId: 'env-toke' })
    expect((await ask({ ...common, apiKey: 'own-token' })).auth).toMatchObject({ kind: 'bearer', keyId: 'own-toke' })
    vi.stubEnv('AWS_ACCESS_KEY_ID', 'local')
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'local')
    expect((await ask({ ...common, authMode: 'sigv4' })).auth?.kind).toBe('sigv4')
    expect((await ask({ ...common, credentials: localKeys, authMode: 'bearer' })).auth?.kind).toBe('bearer')
  })

  it.each(['', ' ', '\n'])('R62: an API key of the environment that is %j is none', async token => {
    vi.stubEnv('AWS_BEARER_TOKEN_BEDROCK', token)
    const common = { region: 'us-east-1', baseUrl: endpoint.server.url }
    // nobody has anything
    await expect(ask(common)).rejects.toThrow(/No usable AWS credentials/)
    expect(endpoint.server.log).toHaveLength(0)
    expect(() => new BedrockProvider({ ...common, authMode: 'bearer' })).toThrow(/AWS_BEARER_TOKEN_BEDROCK/)
    // what the environment, a profile or the code has is used
    expect((await ask({ ...common, credentials: localKeys })).auth).toMatchObject({ kind: 'sigv4', isAccepted: true })
    expect((await ask({ ...common, profile: 'team' })).auth).toMatchObject({ kind: 'sigv4', isAccepted: true })
    expect((await ask({ ...common, apiKey: 'own-token' })).auth).toMatchObject({ kind: 'bearer', isAccepted: true })
    vi.stubEnv('AWS_ACCESS_KEY_ID', 'local')
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'local')
    expect((await ask(common)).auth).toMatchObject({ kind: 'sigv4', isAccepted: true })
    expect((await ask({ ...common, authMode: 'sigv4' })).auth).toMatchObject({ kind: 'sigv4', isAccepted: true })
  })

  it('R62: an API key is used without the line break it was stored with', async () => {
    vi.stubEnv('AWS_BEARER_TOKEN_BEDROCK', 'env-token\n')
    const common = { region: 'us-east-1', baseUrl: endpoint.server.url }
    expect((await ask(common)).headers['authorization']).toBe('Bearer env-token')
    expect((await ask({ ...common, apiKey: ' own-token\n' })).headers['authorization']).toBe('Bearer own-token')
  })

  it('half a pair, and bearer without a key, are refused at once', () => {
    expect(() => new BedrockProvider({ credentials: { accessKeyId: 'a', secretAccessKey: '' } })).toThrow(UserError)
    expect(() => new BedrockProvider({ authMode: 'bearer' })).toThrow(/AWS_BEARER_TOKEN_BEDROCK/)
  })

  it('R62: those of clientConfig beat the environment, and our own options beat those', async () => {
    vi.stubEnv('AWS_BEARER_TOKEN_BEDROCK', 'env-token')
    vi.stubEnv('AWS_REGION', 'us-east-1')
    const baseUrl = endpoint.server.url
    const signed = { region: 'eu-west-1', credentials: localKeys }
    expect((await ask({ baseUrl, clientConfig: signed })).auth).toMatchObject({
      kind: 'sigv4',
      keyId: 'local',
      region: 'eu-west-1',
    })
    expect((await ask({ baseUrl, region: 'sa-east-1', clientConfig: signed })).auth?.region).toBe('sa-east-1')
    expect(
      (await ask({ baseUrl, clientConfig: { region: () => Promise.resolve('eu-west-3'), ...localAuth } })).auth?.region,
    ).toBe('eu-west-3')
    expect((await ask({ baseUrl, clientConfig: { profile: 'team' } })).auth?.kind).toBe('sigv4')
    const token = { token: 'cfg-token' }
    expect((await ask({ baseUrl, clientConfig: { token } })).auth).toMatchObject({ kind: 'bearer', keyId: 'cfg-toke' })
    expect((await ask({ baseUrl, clientConfig: { token }, credentials: localKeys })).auth?.kind).toBe('sigv4')
    expect((await ask({ baseUrl, clientConfig: { token }, apiKey: 'own-token' })).auth?.keyId).toBe('own-toke')
    vi.stubEnv('AWS_ACCESS_KEY_ID', 'local')
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'local')
    expect((await ask({ baseUrl, clientConfig: { authSchemePreference: ['sigv4'] } })).auth?.kind).toBe('sigv4')
    expect((await ask({ baseUrl, clientConfig: { authSchemePreference: ['httpBearerAuth'] } })).auth?.keyId).toBe(
      'env-toke',
    )
    expect((await ask({ baseUrl, clientConfig: { token }, authMode: 'sigv4' })).auth?.kind).toBe('sigv4')
    expect((await ask({ baseUrl, clientConfig: { ...signed, token }, authMode: 'bearer' })).auth?.keyId).toBe(
      'cfg-toke',
    )
  })

  it('none at all is one clear error', async () => {
    await expect(ask({ region: 'us-east-1', baseUrl: endpoint.server.url })).rejects.toThrow(
      /No usable AWS credentials/,
    )
    expect(endpoint.server.log).toHaveLength(0)
  })
})

describe('Region and endpoint', () => {
  it('the Region comes from the option, AWS_REGION, AWS_DEFAULT_REGION', async () => {
    const common = { credentials: localKeys, baseUrl: endpoint.server.url }
    vi.stubEnv('AWS_DEFAULT_REGION', 'eu-west-3')
    expect((await ask(common)).auth?.region).toBe('eu-west-3')
    vi.stubEnv('AWS_REGION', 'eu-west-1')
    expect((await ask(common)).auth?.region).toBe('eu-west-1')
    expect((await ask({ ...common, region: 'us-west-2' })).auth?.region).toBe('us-west-2')
    expect(new BedrockProvider().baseUrl).toBe('https://bedrock-runtime.eu-west-1.amazonaws.com')
  })

  it('no Region is a UserError that says how to give one', async () => {
    await expect(ask({ credentials: localKeys, baseUrl: endpoint.server.url })).rejects.toThrow(/AWS_REGION/)
  })

  it('R68: a custom endpoint changes the host, not the signature', async () => {
    vi.stubEnv('AWS_ENDPOINT_URL_BEDROCK_RUNTIME', endpoint.server.url)
    const { auth } = await ask({ region: 'ap-northeast-1', credentials: localKeys })
    expect(auth).toMatchObject({ region: 'ap-northeast-1', service: 'bedrock', isAccepted: true })
    expect(new BedrockProvider({ region: 'x' }).baseUrl).toBe(endpoint.server.url)
  })

  it('baseUrl and region are those of a given client, never those of the environment', async () => {
    vi.stubEnv('AWS_REGION', 'us-east-1')
    vi.stubEnv('AWS_ENDPOINT_URL_BEDROCK_RUNTIME', 'http://of-the-host.example')
    const wrong = { region: 'us-west-2', baseUrl: 'http://ignored.example' }
    const given = (config: object) =>
      new BedrockProvider({
        ...wrong,
        client: new BedrockRuntimeClient({ region: 'eu-west-1', ...localAuth, ...config }),
      })
    const expected: readonly (readonly [object, string])[] = [
      [{ endpoint: 'https://vpce.example' }, 'https://vpce.example'],
      [{ endpoint: 'https://vpce.example:8443/path/' }, 'https://vpce.example:8443/path'],
      [{ endpoint: () => Promise.resolve('https://late.example') }, 'https://late.example'],
      [{ ignoreConfiguredEndpointUrls: true }, 'https://bedrock-runtime.eu-west-1.amazonaws.com'],
      [
        { ignoreConfiguredEndpointUrls: true, useFipsEndpoint: true },
        'https://bedrock-runtime-fips.eu-west-1.amazonaws.com',
      ],
      // this one does go where the environment says
      [{}, 'http://of-the-host.example'],
    ]
    for (const [config, url] of expected) {
      const provider = given(config)
      expect([undefined, url]).toContain(provider.baseUrl)
      await vi.waitFor(() => expect(provider.baseUrl).toBe(url))
      expect(provider.region).toBe('eu-west-1')
    }
  })

  it('the first answer through a given client names its endpoint', async () => {
    vi.stubEnv('AWS_REGION', 'us-east-1')
    const client = new BedrockRuntimeClient({
      region: 'eu-west-1',
      ...localAuth,
      endpoint: endpoint.server.url,
      requestHandler: new NodeHttpHandler(),
    })
    const provider = new BedrockProvider({ client })
    const response = await requestModel(new BedrockConverseModel(claude, { provider }), callOf())
    expect(response.providerUrl).toBe(endpoint.server.url)
    const other = new BedrockRuntimeClient({ region: 'eu-west-1', endpoint: 'https://other.example' })
    provider.client = other
    expect(provider.baseUrl).toBeUndefined()
    await vi.waitFor(() => expect(provider.baseUrl).toBe('https://other.example'))
    client.destroy()
  })

  it('clientConfig is told apart from the environment in baseUrl', async () => {
    vi.stubEnv('AWS_REGION', 'us-east-1')
    vi.stubEnv('AWS_ENDPOINT_URL_BEDROCK_RUNTIME', 'http://of-the-host.example')
    const urlOf = (clientConfig: object) => new BedrockProvider({ clientConfig }).baseUrl
    expect(urlOf({ endpoint: 'https://vpce.example' })).toBe('https://vpce.example')
    expect(urlOf({ endpoint: () => Promise.resolve('https://vpce.example') })).toBeUndefined()
    vi.stubEnv('AWS_ENDPOINT_URL_BEDROCK_RUNTIME', undefined)
    expect(urlOf({ region: 'eu-west-1' })).toBe('https://bedrock-runtime.eu-west-1.amazonaws.com')
    const late = new BedrockProvider({
      clientConfig: { region: () => Promise.resolve('eu-west-1'), useFipsEndpoint: true },
    })
    expect([late.region, late.baseUrl]).toEqual([undefined, undefined])
    await late.getClient()
    await vi.waitFor(() => expect(late.baseUrl).toBe('https://bedrock-runtime-fips.eu-west-1.amazonaws.com'))
    expect(late.region).toBe('eu-west-1')
    late.close()
  })

  it('R45: an ARN as model id is encoded whole', async () => {
    const arn = 'arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/abc123'
    const provider = endpoint.provider()
    await requestModel(
      new BedrockConverseModel(claude, { provider, settings: { bedrockInferenceProfile: arn } }),
      callOf(),
    )
    expect(endpoint.server.log[0]!.path).toBe(`/model/${encodeURIComponent(arn)}/converse`)
    expect(endpoint.server.log[0]!.modelId).toBe(arn)
  })
})

describe('the client', () => {
  it('is shared, kept alive, and may be replaced', async () => {
    const provider = endpoint.provider()
    const model = new BedrockConverseModel(claude, { provider })
    await requestModel(model, callOf())
    const first = provider.client
    await requestModel(model, callOf())
    expect(provider.client).toBe(first)
    const other = endpoint.provider({ region: 'sa-east-1' })
    provider.client = await other.getClient()
    await requestModel(model, callOf())
    expect(endpoint.server.log.at(-1)!.auth?.region).toBe('sa-east-1')
  })
  it('one that is assigned while another is being made is kept, and taken by who waits', async () => {
    await using fresh = await startEndpoint({ responder: () => ({ content: [{ text: 'fresh' }] }) })
    const client = await fresh.provider().getClient()
    const destroy = vi.spyOn(BedrockRuntimeClient.prototype, 'destroy')
    const provider = endpoint.provider()
    const model = new BedrockConverseModel(claude, { provider })
    const waiting = provider.getClient()
    const running = requestModel(model, callOf())
    provider.client = client
    expect(await waiting).toBe(client)
    expect(textOf(await running)).toBe('fresh')
    expect(provider.client).toBe(client)
    expect(destroy).toHaveBeenCalledTimes(1)
    expect(destroy.mock.contexts[0]).not.toBe(client)
    destroy.mockRestore()
  })

  it('no client at all, assigned meanwhile, is one to be made', async () => {
    const provider = endpoint.provider()
    const waiting = provider.getClient()
    provider.client = undefined
    expect(await waiting).toBe(provider.client)
  })

  it('one that cannot be made does not hide the one assigned meanwhile', async () => {
    const provider = new BedrockProvider({ credentials: localKeys })
    const waiting = provider.getClient()
    const client = new BedrockRuntimeClient({ region: 'us-east-1' })
    provider.client = client
    expect(await waiting).toBe(client)
    expect(provider.client).toBe(client)
  })

  it('closing while one is made: who waited is told, nothing is left, and the next one is made anew', async () => {
    const destroy = vi.spyOn(BedrockRuntimeClient.prototype, 'destroy')
    const provider = endpoint.provider()
    const model = new BedrockConverseModel(claude, { provider })
    const outcomes = Promise.allSettled([provider.getClient(), requestModel(model, callOf())])
    provider.close()
    const next = provider.getClient()
    for (const outcome of await outcomes) {
      expect(outcome).toMatchObject({ status: 'rejected', reason: expect.any(ModelConnectionError) as unknown })
    }
    expect(provider.client).toBe(await next)
    expect(destroy).toHaveBeenCalledTimes(1)
    expect(destroy.mock.contexts[0]).not.toBe(provider.client)
    destroy.mockRestore()
    expect(textOf(await requestModel(model, callOf()))).toBe('ok')
  })

  it('one made for nothing leaves a given transport alone', async () => {
    const requestHandler = new NodeHttpHandler()
    const destroy = vi.spyOn(requestHandler, 'destroy')
    const provider = endpoint.provider({ requestHandler })
    const waiting = provider.getClient()
    const client = new BedrockRuntimeClient({ region: 'us-east-1' })
    provider.client = client
    await waiting
    expect(destroy).not.toHaveBeenCalled()
  })
})
