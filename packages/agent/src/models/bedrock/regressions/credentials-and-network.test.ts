import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { BedrockRuntimeClient } from '@aws-sdk/client-bedrock-runtime'
import { fromTemporaryCredentials } from '@aws-sdk/credential-providers'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { ModelConnectionError } from '../../../errors/model-error.ts'
import { UserError } from '../../../errors/user-error.ts'
import { requestModel, streamModel } from '../../call-model.ts'
import { doctorBedrock } from '../doctor.ts'
import { mapError } from '../errors.ts'
import { BedrockConverseModel } from '../model.ts'
import { BedrockProvider, type BedrockProviderOptions } from '../provider.ts'
import { callOf } from '../test-support/calls.ts'
import { claude, localKeys, startEndpoint, type Endpoint } from '../test-support/endpoint.ts'

let endpoint: Endpoint
let sts: Server
let stsUrl: string
/** The code of the refusal, and why. */
let refusal: readonly [code: string, message: string]
let home: string
beforeAll(async () => {
  endpoint = await startEndpoint({ responder: () => ({ content: [{ text: 'ok' }] }) })
  sts = createServer((request, response) => {
    request.resume()
    const [code, message] = refusal
    response
      .writeHead(403, { 'content-type': 'text/xml' })
      .end(
        `<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error></ErrorResponse>`,
      )
  })
  await new Promise<void>(resolve => sts.listen(0, '127.0.0.1', resolve))
  stsUrl = `http://127.0.0.1:${(sts.address() as AddressInfo).port}`
  home = mkdtempSync(join(tmpdir(), 'aws-'))
  writeFileSync(
    join(home, 'config'),
    '[profile agents]\nrole_arn = arn:aws:iam::1:role/agents\nsource_profile = base\nregion = us-east-1\n',
  )
  writeFileSync(join(home, 'credentials'), '[base]\naws_access_key_id = local\naws_secret_access_key = local\n')
})
afterAll(async () => {
  await endpoint[Symbol.asyncDispose]()
  sts.closeAllConnections()
  sts.close()
  rmSync(home, { recursive: true })
})
beforeEach(() => {
  endpoint.server.log.clear()
  refusal = [
    'AccessDenied',
    'User: arn:aws:sts::1:assumed-role/host/i is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::1:role/agents',
  ]
  for (const name of Object.keys(process.env)) if (name.startsWith('AWS_')) vi.stubEnv(name, undefined)
  vi.stubEnv('AWS_CONFIG_FILE', join(home, 'config'))
  vi.stubEnv('AWS_SHARED_CREDENTIALS_FILE', join(home, 'credentials'))
  vi.stubEnv('AWS_ENDPOINT_URL_STS', stsUrl)
})
afterEach(() => void vi.unstubAllEnvs())

async function failure(work: Promise<unknown>): Promise<Error> {
  const error: unknown = await work.then(
    () => undefined,
    (caught: unknown) => caught,
  )
  expect(error).toBeInstanceOf(Error)
  return error as Error
}

async function asked(options: BedrockProviderOptions): Promise<Error> {
  const provider = new BedrockProvider({ region: 'us-east-1', baseUrl: endpoint.server.url, ...options })
  try {
    return await failure(requestModel(new BedrockConverseModel(claude, { provider }), callOf()))
  } finally {
    provider.close()
  }
}

const assumed = () =>
  fromTemporaryCredentials({
    masterCredentials: localKeys,
    clientConfig: { region: 'us-east-1', endpoint: stsUrl },
    params: { RoleArn: 'arn:aws:iam::1:role/agents', RoleSessionName: 's' },
  })

describe('credentials that cannot be had are not an answer of the model', () => {
  it.each<[string, () => BedrockProviderOptions]>([
    ['a role that is refused', () => ({ credentials: assumed() })],
    ['a role of a profile', () => ({ profile: 'agents' })],
    [
      'a role of a given client',
      () => ({ client: new BedrockRuntimeClient({ region: 'us-east-1', credentials: assumed() }) }),
    ],
    ['a role of clientConfig', () => ({ clientConfig: { credentials: assumed() } })],
  ])('%s', async (_, options) => {
    const error = await asked(options())
    expect(error).toBeInstanceOf(UserError)
    expect(error.message).toMatch(/^No usable AWS credentials for Bedrock \(User: .* sts:AssumeRole/)
    expect(error.message).toContain('Allow the action sts:AssumeRole on arn:aws:iam::1:role/agents in IAM')
    expect(error.cause).toMatchObject({ name: 'AccessDenied' })
    expect(endpoint.server.log).toHaveLength(0)
  })

  it.each(['MalformedPolicyDocument', 'InvalidClientTokenId'])('%s, through a given client', async code => {
    refusal = [code, 'no']
    const client = new BedrockRuntimeClient({ region: 'us-east-1', credentials: assumed() })
    const error = await asked({ client })
    expect(error).toBeInstanceOf(UserError)
    expect(error.message).toMatch(/^No usable AWS credentials for Bedrock \(no\)/)
  })

  it('a role of the default chain', async () => {
    vi.stubEnv('AWS_PROFILE', 'agents')
    const error = await asked({})
    expect(error).toBeInstanceOf(UserError)
    expect(error.message).toContain('sts:AssumeRole')
  })

  it('a function whose network fails', async () => {
    const { port } = sts.address() as AddressInfo
    const cause = Object.assign(new Error(`connect ECONNREFUSED 10.0.0.5:${port}`), { code: 'ECONNREFUSED' })
    const failed = new TypeError('fetch failed', { cause })
    for (const options of [
      { credentials: () => Promise.reject(failed) },
      { clientConfig: { token: () => Promise.reject(failed) } },
    ]) {
      const error = await asked(options)
      expect(error).toBeInstanceOf(UserError)
      expect(error.message).toMatch(
        /^No usable AWS credentials .*fetch failed: connect ECONNREFUSED .*could not be reached/,
      )
      expect(error.cause).toBe(failed)
    }
  })

  it('a function that fails like Bedrock does, or in a way of its own', async () => {
    const named = (name: string, status: number) =>
      Object.assign(new Error('slow down'), { name, $fault: 'client', $metadata: { httpStatusCode: status } })
    for (const cause of [
      named('ThrottlingException', 429),
      named('ValidationException', 400),
      new TypeError('x is not a function'),
      'just text',
    ]) {
      const credentials = async () => {
        // a function of a user may throw anything
        // oxlint-disable-next-line no-throw-literal, only-throw-error
        throw cause
      }
      const error = await asked({ credentials })
      expect(error).toBeInstanceOf(UserError)
      expect(error.message).toMatch(/^No usable AWS credentials/)
      expect(error.cause).toBe(cause)
    }
  })

  it('says nothing secret, and leaves an error of ours as it is', async () => {
    const leak = new Error('GET https://me:canary@vault/ failed, x-api-key: canary-key')
    expect((await asked({ credentials: () => Promise.reject(leak) })).message).not.toContain('canary')
    const own = new ModelConnectionError('the vault is away')
    expect(await asked({ credentials: () => Promise.reject(own) })).toBe(own)
  })

  it('the doctor tells the same, of a given client too', async () => {
    const client = new BedrockRuntimeClient({
      region: 'us-east-1',
      credentials: () => Promise.reject(new TypeError('fetch failed')),
    })
    for (const provider of [
      new BedrockProvider({ client }),
      new BedrockProvider({ region: 'us-east-1', profile: 'agents' }),
    ]) {
      const { checks } = await doctorBedrock({ provider, modelName: claude })
      expect(checks.find(({ name }) => name === 'credentials')).toMatchObject({
        status: 'failed',
        detail: expect.stringMatching(/^No usable AWS credentials/) as unknown,
      })
    }
  })

  it('a failure is forgotten: the next request asks again, and then no more', async () => {
    let calls = 0
    const credentials = () => {
      calls += 1
      return calls === 1 ? Promise.reject(new Error('sealed')) : Promise.resolve(localKeys)
    }
    const provider = endpoint.provider({ credentials })
    const model = new BedrockConverseModel(claude, { provider })
    expect(await failure(requestModel(model, callOf()))).toBeInstanceOf(UserError)
    for (let times = 0; times < 3; times += 1) await requestModel(model, callOf())
    expect(calls).toBe(2)
  })
})

interface Sent {
  readonly protocol: string
  readonly hostname: string
  readonly port?: number
  readonly path: string
  readonly headers: Record<string, string>
  readonly body: Uint8Array<ArrayBuffer>
}

/** The SDK's transport where there are no sockets, as far as a request that fails needs it. */
const overFetch: NonNullable<BedrockProviderOptions['requestHandler']> = {
  handle: async ({ protocol, hostname, port, path, headers, body }: Sent) => {
    const answer = await fetch(`${protocol}//${hostname}:${port ?? 80}${path}`, { method: 'POST', headers, body })
    await answer.arrayBuffer()
    throw new Error('the server answered')
  },
}

describe('a network that fails under fetch is a failed connection', () => {
  it.each([
    ['refused', 'http://127.0.0.1:1'],
    ['not found', 'http://nowhere.invalid'],
  ])('%s', async (_, baseUrl) => {
    const error = await asked({
      baseUrl,
      credentials: localKeys,
      requestHandler: overFetch,
      maxAttempts: 1,
    })
    expect(error).toBeInstanceOf(ModelConnectionError)
    expect(error.message).toMatch(/fetch failed: ./)
    expect(error.message).toContain(baseUrl)
  })

  it('cut off while it is opened', async () => {
    endpoint.server.faults.next({ do: 'reset' })
    const model = endpoint.model(claude, { connect: { requestHandler: overFetch, maxAttempts: 1 } })
    expect(await failure(streamModel(model, callOf()))).toBeInstanceOf(ModelConnectionError)
  })

  it('a TypeError of another kind stays a mistake in the request', () => {
    const error = mapError(new TypeError("Cannot read properties of undefined (reading 'x')"), { modelName: 'm' })
    expect(error).toBeInstanceOf(UserError)
    expect(error.message).toContain('cannot be written')
  })
})
