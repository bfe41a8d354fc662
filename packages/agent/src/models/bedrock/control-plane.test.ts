import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { BedrockRuntimeClient } from '@aws-sdk/client-bedrock-runtime'
import { NodeHttp2Handler, NodeHttpHandler } from '@smithy/node-http-handler'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { ModelConnectionError, ModelTimeoutError } from '../../errors/model-error.ts'
import { UserError } from '../../errors/user-error.ts'
import { requestModel } from '../call-model.ts'
import { listFoundationModels, listInferenceProfiles } from './control-plane.ts'
import { modelOfProfile } from './inference-profile.ts'
import { BedrockConverseModel } from './model.ts'
import { BedrockProvider, type BedrockProviderOptions } from './provider.ts'
import { callOf } from './test-support/calls.ts'
import { nova, startEndpoint } from './test-support/endpoint.ts'

const arn = 'arn:aws:bedrock:eu-west-1:111122223333:application-inference-profile/abc'
const tenant = { region: 'eu-west-1', credentials: { accessKeyId: 'TENANT', secretAccessKey: 'secret' } }
const host = { region: 'us-east-1', credentials: { accessKeyId: 'HOST', secretAccessKey: 'secret' } }

let server: Server
let controlUrl: string
let seen: IncomingMessage[]
let isSilent: boolean
beforeAll(async () => {
  server = createServer((request, response) => {
    seen.push(request)
    if (isSilent) return
    const models = [{ modelArn: 'arn:aws:bedrock:eu-west-1::foundation-model/amazon.nova-pro-v1:0' }]
    response.setHeader('content-type', 'application/json').end(JSON.stringify({ modelSummaries: [], models }))
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  controlUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(() => {
  server.closeAllConnections()
  server.close()
})
beforeEach(() => {
  seen = []
  isSilent = false
  for (const name of Object.keys(process.env)) if (name.startsWith('AWS_')) vi.stubEnv(name, undefined)
  vi.stubEnv('AWS_REGION', 'us-east-1')
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'HOST')
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'secret')
})
afterEach(() => void vi.unstubAllEnvs())

/** Who signed the last request, and for where. */
function signer(): string | undefined {
  return /Credential=(\w+)\/\d+\/([\w-]+)\//
    .exec(seen.at(-1)?.headers.authorization ?? '')
    ?.slice(1, 3)
    .join(' ')
}

function listed(options: BedrockProviderOptions) {
  return listFoundationModels({}, { provider: new BedrockProvider({ controlUrl, ...options }) })
}

describe('the control plane asks as its provider does', () => {
  it("a given client's keys and Region sign, not those of the host", async () => {
    const client = new BedrockRuntimeClient({ ...tenant, endpoint: 'https://vpce.example' })
    await modelOfProfile(arn, { provider: new BedrockProvider({ client, controlUrl, region: 'us-west-2' }) })
    expect(signer()).toBe('TENANT eu-west-1')
  })

  it("an assigned client's do, and its API key", async () => {
    const provider = new BedrockProvider({ ...host, controlUrl })
    provider.client = new BedrockRuntimeClient(tenant)
    await listFoundationModels({}, { provider })
    expect(signer()).toBe('TENANT eu-west-1')
    provider.client = new BedrockRuntimeClient({
      region: 'eu-west-1',
      token: { token: 'tenant-key' },
      authSchemePreference: ['httpBearerAuth'],
    })
    await listFoundationModels({}, { provider })
    expect(seen.at(-1)!.headers.authorization).toBe('Bearer tenant-key')
  })

  it('clientConfig counts, but for the endpoint of models', async () => {
    await listed({ clientConfig: { ...tenant, endpoint: 'http://127.0.0.1:1', customUserAgent: 'tenant-app' } })
    expect(signer()).toBe('TENANT eu-west-1')
    expect(seen.at(-1)!.headers['user-agent']).toContain('tenant-app')
  })

  it.each(['requestHandler', 'clientConfig', 'client'] as const)(
    'goes through the transport of %s, and leaves it open',
    async place => {
      const requestHandler = new NodeHttpHandler()
      const handle = vi.spyOn(requestHandler, 'handle')
      const destroy = vi.spyOn(requestHandler, 'destroy')
      const places = {
        requestHandler: { ...host, requestHandler },
        clientConfig: { ...host, clientConfig: { requestHandler } },
        client: { client: new BedrockRuntimeClient({ ...host, requestHandler }) },
      }
      await listed(places[place])
      expect(seen).toHaveLength(1)
      expect(handle).toHaveBeenCalledOnce()
      expect(destroy).not.toHaveBeenCalled()
    },
  )

  it('does not go through one of HTTP/2, which a plain client has', async () => {
    const requestHandler = new NodeHttp2Handler()
    const destroy = vi.spyOn(requestHandler, 'destroy')
    await listed({ client: new BedrockRuntimeClient({ ...host, requestHandler }) })
    expect(seen).toHaveLength(1)
    expect(destroy).not.toHaveBeenCalled()
  })

  it('shares the client that models use, which goes on', async () => {
    await using endpoint = await startEndpoint()
    endpoint.responder.push('one', 'two')
    let calls = 0
    const credentials = () => {
      calls += 1
      return Promise.resolve({ accessKeyId: 'local', secretAccessKey: 'local' })
    }
    const provider = endpoint.provider({ controlUrl, credentials })
    const model = new BedrockConverseModel(nova, { provider })
    await requestModel(model, callOf())
    await listFoundationModels({}, { provider })
    await requestModel(model, callOf())
    expect(calls).toBe(1)
    expect(seen).toHaveLength(1)
  })
})

describe('the control plane does not wait for ever', () => {
  beforeEach(() => void (isSilent = true))

  it.each([
    ['first-byte', { firstByteTimeoutMs: 300, timeoutMs: 60_000 }],
    ['total', { firstByteTimeoutMs: 0, timeoutMs: 300 }],
  ])('%s', async (which, limits) => {
    const error: unknown = await listed({ ...host, ...limits }).catch((caught: unknown) => caught)
    expect(error).toBeInstanceOf(ModelTimeoutError)
    expect(error).toMatchObject({ which, timeoutMs: 300 })
  })

  it('ends when its provider is closed, or its caller leaves', async () => {
    const provider = new BedrockProvider({ ...host, controlUrl })
    const controller = new AbortController()
    const closed = listFoundationModels({}, { provider }).catch((caught: unknown) => caught)
    const left = listInferenceProfiles('APPLICATION', {
      provider: new BedrockProvider({ ...host, controlUrl }),
      signal: controller.signal,
    }).catch((caught: unknown) => caught)
    await vi.waitFor(() => expect(seen).toHaveLength(2))
    provider.close()
    controller.abort('left')
    expect(await closed).toBeInstanceOf(ModelConnectionError)
    expect(await left).toBe('left')
    expect(provider.running.size).toBe(0)
  })

  it('tells of credentials that cannot be had', async () => {
    const credentials = () => Promise.reject(new Error('the vault is sealed'))
    const error: unknown = await listed({ region: 'us-east-1', credentials }).catch((caught: unknown) => caught)
    expect(error).toBeInstanceOf(UserError)
    expect((error as Error).message).toContain('the vault is sealed')
  })
})
