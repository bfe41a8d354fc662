import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { BedrockRuntimeClient } from '@aws-sdk/client-bedrock-runtime'
import { NodeHttpHandler } from '@smithy/node-http-handler'
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { requestModel } from '../call-model.ts'
import { listFoundationModels, listInferenceProfiles } from './control-plane.ts'
import { doctorBedrock } from './doctor.ts'
import { modelOfProfile } from './inference-profile.ts'
import { requiredPermissions } from './permissions.ts'
import { BedrockProvider } from './provider.ts'
import { callOf } from './test-support/calls.ts'
import { claude, localKeys, startEndpoint, type Endpoint } from './test-support/endpoint.ts'

const appProfile = 'arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/abc123'
const claudeArn = 'arn:aws:bedrock:us-west-2::foundation-model/anthropic.claude-sonnet-4-5-20250929-v1:0'

let endpoint: Endpoint
let control: Server
let controlUrl: string
beforeAll(async () => {
  endpoint = await startEndpoint({ responder: () => ({ content: [{ text: 'yes' }] }) })
  control = createServer((request, response) => {
    const url = new URL(request.url!, 'http://x')
    const answer = controlAnswers(decodeURIComponent(url.pathname), url.searchParams)
    response
      .writeHead(answer === undefined ? 404 : 200, { 'content-type': 'application/json' })
      .end(JSON.stringify(answer ?? { message: 'no' }))
  })
  await new Promise<void>(resolve => control.listen(0, '127.0.0.1', resolve))
  controlUrl = `http://127.0.0.1:${(control.address() as AddressInfo).port}`
})
afterAll(async () => {
  await endpoint[Symbol.asyncDispose]()
  control.close()
})
beforeEach(() => {
  endpoint.server.log.clear()
  endpoint.server.faults.clear()
})

function controlAnswers(path: string, query: URLSearchParams): unknown {
  const profile = {
    inferenceProfileId: claude,
    inferenceProfileArn: `arn:…/${claude}`,
    inferenceProfileName: 'Claude',
    models: [{ modelArn: claudeArn }, { modelArn: claudeArn }],
    status: 'ACTIVE',
    type: 'SYSTEM_DEFINED',
  }
  if (path === '/foundation-models') {
    return {
      modelSummaries: [
        {
          modelId: 'a.b',
          modelArn: 'x',
          providerName: query.get('byProvider'),
          outputModalities: ['TEXT'],
          responseStreamingSupported: true,
          modelLifecycle: { status: 'ACTIVE' },
        },
      ],
    }
  }
  if (path === '/inference-profiles')
    return query.get('nextToken')
      ? { inferenceProfileSummaries: [profile] }
      : { inferenceProfileSummaries: [], nextToken: 'more' }
  return path === `/inference-profiles/${appProfile}` ? { ...profile, inferenceProfileArn: appProfile } : undefined
}

const statuses = (report: Awaited<ReturnType<typeof doctorBedrock>>) =>
  Object.fromEntries(report.checks.map(({ name, status }) => [name, status]))

describe('doctorBedrock', () => {
  it('finds everything in order', async () => {
    const report = await doctorBedrock({ provider: endpoint.provider(), modelName: claude, maxTokens: 500 })
    expect(report.isHealthy).toBe(true)
    expect(statuses(report)).toEqual({
      package: 'ok',
      region: 'ok',
      endpoint: 'ok',
      credentials: 'ok',
      'model access': 'ok',
      'inference profile': 'ok',
      quota: 'ok',
    })
    expect(JSON.stringify(report)).not.toContain('"local"')
  })

  it('a missing permission becomes the action and the ARN', async () => {
    const message = `User: arn:aws:iam::1:user/x is not authorized to perform: bedrock:InvokeModel on resource: ${claudeArn} because no policy allows it`
    endpoint.server.faults.next({ error: { type: 'AccessDeniedException', message } })
    const { checks, isHealthy } = await doctorBedrock({ provider: endpoint.provider(), modelName: claude })
    expect(isHealthy).toBe(false)
    expect(checks.find(({ name }) => name === 'model access')!.detail).toBe(
      `missing action bedrock:InvokeModel on ${claudeArn}`,
    )
  })

  it.each([
    [
      'UnrecognizedClientException',
      'The security token included in the request is invalid.',
      'credentials',
      'check key',
    ],
    ['ExpiredTokenException', 'The security token included in the request is expired', 'credentials', 'sso login'],
    ['ThrottlingException', 'Too many tokens, please wait before trying again.', 'quota', 'Service Quotas'],
    ['ResourceNotFoundException', 'Model use case details have not been submitted.', 'model access', 'form'],
    ['ValidationException', 'The provided model identifier is invalid.', 'model access', 'listFoundationModels()'],
  ])('%s: %s', async (type, message, name, advice) => {
    endpoint.server.faults.add({ error: { type, message } }, { times: 3 })
    const { checks } = await doctorBedrock({ provider: endpoint.provider(), modelName: claude, maxTokens: 5 })
    const failed = checks.filter(({ status }) => status === 'failed')
    expect(failed).toMatchObject([{ name, advice: expect.stringContaining(advice) as string }])
  })

  it('an endpoint that is not there', async () => {
    const provider = endpoint.provider({ baseUrl: 'http://127.0.0.1:1', maxAttempts: 1 })
    const { checks } = await doctorBedrock({ provider, modelName: claude })
    expect(checks.findLast(({ status }) => status === 'failed')).toMatchObject({
      name: 'endpoint',
      advice: expect.stringContaining('Check the Region') as string,
    })
  })

  it('a model without access gets the whole list of what is needed', async () => {
    endpoint.server.faults.next({
      error: {
        type: 'AccessDeniedException',
        message: "You don't have access to the model with the specified model ID.",
      },
    })
    const { checks } = await doctorBedrock({ provider: endpoint.provider(), modelName: claude })
    expect(checks.find(({ name }) => name === 'model access')!.advice).toContain(`inference-profile/${claude}`)
  })

  it('a model that needs a profile gets the ids of the Region', async () => {
    const message =
      "Invocation of model ID anthropic.claude-sonnet-4-5-20250929-v1:0 with on-demand throughput isn't supported."
    endpoint.server.faults.next({ error: { type: 'ValidationException', message } })
    const provider = endpoint.provider({ controlUrl })
    const { checks } = await doctorBedrock({ provider, modelName: 'anthropic.claude-sonnet-4-5-20250929-v1:0' })
    expect(checks.find(({ name }) => name === 'inference profile')!.advice).toBe(`Use \`${claude}\`.`)
  })

  it('tells the Region and endpoint of a given client, and what IAM must allow there', async () => {
    vi.stubEnv('AWS_REGION', 'us-west-2')
    vi.stubEnv('AWS_ENDPOINT_URL_BEDROCK_RUNTIME', 'http://of-the-host.example')
    const client = new BedrockRuntimeClient({
      region: 'eu-west-1',
      credentials: localKeys,
      endpoint: endpoint.server.url,
      requestHandler: new NodeHttpHandler(),
    })
    endpoint.server.faults.next({
      error: { type: 'AccessDeniedException', message: "You don't have access to the model." },
    })
    const { checks } = await doctorBedrock({ provider: new BedrockProvider({ client }), modelName: claude })
    const found = new Map(checks.map(check => [check.name, check]))
    expect(found.get('region')?.detail).toBe('eu-west-1')
    expect(found.get('endpoint')?.detail).toBe(endpoint.server.url)
    expect(found.get('model access')?.advice).toContain(`arn:aws:bedrock:eu-west-1:*:inference-profile/${claude}`)
    client.destroy()
    vi.unstubAllEnvs()
  })

  it('no Region and no credentials are findings, not exceptions', async () => {
    for (const name of [
      'AWS_REGION',
      'AWS_DEFAULT_REGION',
      'AWS_PROFILE',
      'AWS_ACCESS_KEY_ID',
      'AWS_BEARER_TOKEN_BEDROCK',
    ])
      vi.stubEnv(name, undefined)
    vi.stubEnv('AWS_CONFIG_FILE', '/nowhere')
    vi.stubEnv('AWS_SHARED_CREDENTIALS_FILE', '/nowhere')
    vi.stubEnv('AWS_EC2_METADATA_DISABLED', 'true')
    expect(statuses(await doctorBedrock({ provider: new BedrockProvider() }))).toMatchObject({
      package: 'ok',
      region: 'failed',
      credentials: 'skipped',
    })
    expect(
      statuses(await doctorBedrock({ provider: new BedrockProvider({ region: 'us-east-1' }), modelName: claude })),
    ).toMatchObject({ credentials: 'failed', 'model access': 'skipped' })
    vi.unstubAllEnvs()
  })
})

describe('the control plane', () => {
  it('lists models and profiles, page by page', async () => {
    const provider = new BedrockProvider({ region: 'us-east-1', credentials: localKeys, controlUrl })
    expect(await listFoundationModels({ vendor: 'Anthropic' }, { provider })).toMatchObject([
      { id: 'a.b', vendor: 'Anthropic', canStream: true, status: 'ACTIVE' },
    ])
    expect(await listInferenceProfiles('SYSTEM_DEFINED', { provider })).toMatchObject([
      { id: claude, models: ['anthropic.claude-sonnet-4-5-20250929-v1:0'] },
    ])
  })

  it('R46: an opaque ARN is looked up: the family is known, and the call goes to the ARN', async () => {
    const model = await modelOfProfile(appProfile, { provider: endpoint.provider({ controlUrl }) })
    expect(model.profile.bedrockThinkingVariant).toBe('anthropic')
    await requestModel(model, callOf())
    expect(endpoint.server.log[0]!.modelId).toBe(appProfile)
  })
})

describe('requiredPermissions', () => {
  it.each([
    ['amazon.nova-pro-v1:0', ['arn:aws:bedrock:eu-west-1::foundation-model/amazon.nova-pro-v1:0']],
    [
      'eu.amazon.nova-pro-v1:0',
      [
        'arn:aws:bedrock:eu-west-1:*:inference-profile/eu.amazon.nova-pro-v1:0',
        'arn:aws:bedrock:*::foundation-model/amazon.nova-pro-v1:0',
      ],
    ],
    [
      'global.anthropic.claude-sonnet-4-6',
      [
        'arn:aws:bedrock:eu-west-1:*:inference-profile/global.anthropic.claude-sonnet-4-6',
        'arn:aws:bedrock:*::foundation-model/anthropic.claude-sonnet-4-6',
        'arn:aws:bedrock:::foundation-model/anthropic.claude-sonnet-4-6',
      ],
    ],
  ])('%s', (modelName, resources) => {
    expect(requiredPermissions({ modelName, region: 'eu-west-1' })).toEqual([
      { actions: ['bedrock:InvokeModel', 'bedrock:InvokeModelWithResponseStream'], resources },
    ])
  })

  it('a profile given by its ARN needs its model as well, and other clouds have ARNs of their own', () => {
    const arn = 'arn:aws:bedrock:eu-west-1:1:inference-profile/eu.amazon.nova-pro-v1:0'
    expect(requiredPermissions({ modelName: arn, region: 'eu-west-1' })[0]!.resources).toEqual([
      arn,
      'arn:aws:bedrock:*::foundation-model/amazon.nova-pro-v1:0',
    ])
    const gov = requiredPermissions({
      modelName: 'us-gov.anthropic.claude-sonnet-4-5-20250929-v1:0',
      region: 'us-gov-west-1',
      guardrail: 'g1',
    })
    for (const resource of gov.flatMap(({ resources }) => resources)) expect(resource).toMatch(/^arn:aws-us-gov:/)
  })

  it('counts tokens, native tools and guardrails in', () => {
    const more = requiredPermissions({
      modelName: claude,
      region: 'us-east-1',
      stream: false,
      countTokens: true,
      nativeTools: true,
      guardrail: 'g1',
      account: '1',
    })
    expect(more.flatMap(({ actions }) => actions)).toEqual([
      'bedrock:InvokeModel',
      'bedrock:CountTokens',
      'bedrock:InvokeTool',
      'bedrock:ApplyGuardrail',
    ])
    expect(more.at(-1)!.resources).toEqual(['arn:aws:bedrock:us-east-1:1:guardrail/g1'])
  })
})
