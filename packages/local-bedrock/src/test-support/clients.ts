import { BedrockRuntimeClient } from '@aws-sdk/client-bedrock-runtime'
import type { BedrockRuntimeClientConfig, ConverseStreamOutput } from '@aws-sdk/client-bedrock-runtime'
import { NodeHttpHandler } from '@smithy/node-http-handler'
import { afterEach } from 'vitest'
import { localCredential, startLocalBedrock } from '../index.ts'
import type { LocalBedrock, LocalBedrockOptions } from '../index.ts'

/** Both transports of the JavaScript SDK: its default is HTTP/2. */
export const transports = [
  { transport: 'HTTP/2', httpVersion: '2', handler: () => ({}) },
  { transport: 'HTTP/1.1', httpVersion: '1.1', handler: () => ({ requestHandler: new NodeHttpHandler() }) },
] as const

const closing: (() => Promise<void> | void)[] = []

/** A server that is closed after the test. */
export async function serverFor(options: LocalBedrockOptions = {}): Promise<LocalBedrock> {
  const server = await startLocalBedrock(options)
  closing.push(() => server.close())
  return server
}

/** The real SDK client, closed after the test. */
export function clientFor(server: { url: string }, config: BedrockRuntimeClientConfig = {}): BedrockRuntimeClient {
  const client = new BedrockRuntimeClient({
    endpoint: server.url,
    region: 'us-east-1',
    credentials: localCredential,
    ...config,
  })
  closing.push(() => client.destroy())
  return client
}

afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close()
})

/** What a whole stream said; an error comes back with what was read before it. */
export async function readStream(open: () => Promise<{ stream?: AsyncIterable<ConverseStreamOutput> }>) {
  const events: ConverseStreamOutput[] = []
  let error: Error | undefined
  try {
    for await (const event of (await open()).stream ?? []) events.push(event)
  } catch (caught) {
    error = caught as Error
  }
  const text = events.map(event => event.contentBlockDelta?.delta?.text ?? '').join('')
  const isStopped = events.some(event => event.messageStop)
  return { events, text, isStopped, error }
}
