import { createHash, createHmac } from 'node:crypto'
import { ConverseCommand } from '@aws-sdk/client-bedrock-runtime'
import { describe, expect, it } from 'vitest'
import { reply, scriptedResponder } from './index.ts'
import type { AuthOptions } from './index.ts'
import { clientFor, serverFor, transports } from './test-support/clients.ts'

const arn = 'arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.amazon.nova-pro-v1:0'
const command = (modelId = arn) =>
  new ConverseCommand({ modelId, messages: [{ role: 'user', content: [{ text: 'Hí 🌍' }] }] })
const keys = (accessKeyId: string, secretAccessKey: string, sessionToken?: string) => ({
  credentials: { accessKeyId, secretAccessKey, ...(sessionToken && { sessionToken }) },
})
const bearer = (token: string) => ({ token: { token }, authSchemePreference: ['httpBearerAuth'] })

describe.each(transports)('authentication over $transport', ({ handler }) => {
  const call = async (config: object, auth?: AuthOptions) => {
    const server = await serverFor({ responder: scriptedResponder(['yes']), ...(auth && { auth }) })
    const outcome: unknown = await clientFor(server, { maxAttempts: 1, ...handler(), ...config })
      .send(command())
      .catch((error: unknown) => error)
    return { outcome, seen: server.log[0]?.auth }
  }

  it('recomputes the signature of an encoded ARN path', async () => {
    const { outcome, seen } = await call({ region: 'eu-north-1' })
    expect(outcome).toMatchObject({ stopReason: 'end_turn' })
    expect(seen).toMatchObject({ kind: 'sigv4', keyId: 'local', region: 'eu-north-1', isAccepted: true })
    expect(seen?.signedHeaders).toContain('x-amz-date')
  })

  it.each<[string, object, AuthOptions | undefined, string, string]>([
    [
      'a wrong secret',
      keys('local', 'wrong'),
      undefined,
      'InvalidSignatureException',
      'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method.',
    ],
    [
      'an unknown key',
      keys('AKIANOBODY', 'local'),
      undefined,
      'UnrecognizedClientException',
      'The security token included in the request is invalid.',
    ],
    [
      'a missing session token',
      keys('a', 'b'),
      { credentials: [{ accessKeyId: 'a', secretAccessKey: 'b', sessionToken: 'c' }] },
      'UnrecognizedClientException',
      'security token',
    ],
    [
      'a clock that is an hour behind',
      { systemClockOffset: -3_600_000 },
      undefined,
      'InvalidSignatureException',
      'Signature expired: ',
    ],
    [
      'a clock that is an hour ahead',
      { systemClockOffset: 3_600_000 },
      undefined,
      'InvalidSignatureException',
      'Signature not yet current: ',
    ],
    [
      'an unknown bearer token',
      bearer('nope'),
      { bearerTokens: ['key'] },
      'AccessDeniedException',
      'Authentication failed: Please make sure your API Key is valid.',
    ],
    [
      'an expired bearer token',
      bearer('old'),
      { expiredBearerTokens: ['old'] },
      'AccessDeniedException',
      'Bearer Token has expired',
    ],
  ])('refuses %s', async (_name, config, auth, name, message) => {
    const { outcome, seen } = await call(config, auth)
    expect(outcome).toMatchObject({ name, $metadata: { httpStatusCode: 403 } })
    expect((outcome as Error).message).toContain(message)
    expect(seen?.isAccepted).toBe(false)
  })

  it.each<[string, object, AuthOptions | undefined]>([
    ['listed keys', keys('a', 'b'), { credentials: [{ accessKeyId: 'a', secretAccessKey: 'b' }] }],
    [
      'a session token',
      keys('a', 'b', 'c'),
      { credentials: [{ accessKeyId: 'a', secretAccessKey: 'b', sessionToken: 'c' }] },
    ],
    ['any keys', keys('who', 'ever'), { credentials: 'any' }],
    ['any bearer token', bearer('whatever'), undefined],
    ['a listed bearer token', bearer('key'), { bearerTokens: ['key'] }],
  ])('accepts %s', async (_name, config, auth) => {
    const { outcome, seen } = await call(config, auth)
    expect(outcome).toMatchObject({ stopReason: 'end_turn' })
    expect(seen?.isAccepted).toBe(true)
  })
})

/** Signature Version 4 written from its description, with the few headers that Python's SDK signs. */
function signedByHand(url: URL, body: string): Record<string, string> {
  const hmac = (key: string | Uint8Array, text: string) => createHmac('sha256', key).update(text).digest()
  const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')
  const time = new Date().toISOString().replace(/[-:]|\.\d+/g, '')
  const day = time.slice(0, 8)
  const scope = `${day}/eu-west-1/bedrock/aws4_request`
  const headers = `content-type:application/json\nhost:${url.host}\nx-amz-date:${time}\n`
  const names = 'content-type;host;x-amz-date'
  const path = url.pathname.split('/').map(encodeURIComponent).join('/')
  const canonical = `POST\n${path}\n\n${headers}\n${names}\n${sha256(body)}`
  const key = ['eu-west-1', 'bedrock', 'aws4_request'].reduce(hmac, hmac('AWS4local', day))
  const signature = hmac(key, `AWS4-HMAC-SHA256\n${time}\n${scope}\n${sha256(canonical)}`).toString('hex')
  const authorization = `AWS4-HMAC-SHA256 Credential=local/${scope}, SignedHeaders=${names}, Signature=${signature}`
  return { 'content-type': 'application/json', 'x-amz-date': time, authorization }
}

describe('authentication by hand', () => {
  it('accepts a signature made without any SDK, and not for another body', async () => {
    const server = await serverFor({ responder: () => reply.text('yes') })
    const url = new URL(`${server.url}/model/${encodeURIComponent(arn)}/converse`)
    const body = JSON.stringify({ messages: [{ role: 'user', content: [{ text: 'Hí' }] }] })
    const headers = signedByHand(url, body)
    expect((await fetch(url, { method: 'POST', headers, body })).status).toBe(200)
    expect((await fetch(url, { method: 'POST', headers, body: body.replace('user', 'uses') })).status).toBe(403)
  })

  const post = async (headers: Record<string, string>) => {
    const server = await serverFor()
    const response = await fetch(`${server.url}/model/amazon.nova-pro-v1%3A0/converse`, {
      method: 'POST',
      headers,
      body: '{}',
    })
    return { status: response.status, type: response.headers.get('x-amzn-errortype')?.split(':')[0] }
  }

  it('asks for a token', async () => {
    expect(await post({})).toEqual({ status: 403, type: 'MissingAuthenticationTokenException' })
  })

  it('refuses half a signature and another service', async () => {
    expect(await post({ authorization: 'AWS4-HMAC-SHA256 Credential=x' })).toEqual({
      status: 400,
      type: 'IncompleteSignatureException',
    })
    const signature = `Credential=local/20261123/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=${'0'.repeat(64)}`
    expect(await post({ authorization: `AWS4-HMAC-SHA256 ${signature}` })).toEqual({
      status: 403,
      type: 'InvalidSignatureException',
    })
  })

  it('refuses a body that is not the signed one', async () => {
    const server = await serverFor()
    const client = clientFor(server, { maxAttempts: 1 })
    client.middlewareStack.add(
      next => args => {
        const request = args.request as { body: Uint8Array }
        const text = new TextDecoder().decode(request.body)
        request.body = new TextEncoder().encode(text.replace('Hí', 'Há'))
        return next(args)
      },
      { step: 'finalizeRequest', priority: 'low', name: 'tamper', override: true },
    )
    await expect(client.send(command())).rejects.toMatchObject({ name: 'InvalidSignatureException' })
  })
})
