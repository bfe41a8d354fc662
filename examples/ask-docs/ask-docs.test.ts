import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startLocalBedrock, type LocalBedrock, type Responder } from '@tenon/local-bedrock'
import { messagesFromJson } from 'tenon'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { root, runExample, type CommandOptions, type Finished } from '../test-support/run-example.ts'

const askDocs = (question: string, { args = [], ...options }: CommandOptions = {}) =>
  runExample('examples/ask-docs/main.ts', { ...options, args: [...args, question] })

/** The sources of an answer: a page and a sentence of it. */
function sourcesIn(stdout: string): { path: string; quote: string }[] {
  const [, list = ''] = stdout.split('\nSources\n')
  return [...list.matchAll(/^- (\S+): “(.+)”$/gm)].map(([, path = '', quote = '']) => ({ path, quote }))
}

function expectTrueSources({ stdout }: Finished): void {
  const sources = sourcesIn(stdout)
  expect(sources.length).toBeGreaterThan(0)
  for (const { path, quote } of sources) {
    expect(existsSync(join(root, path)), path).toBe(true)
    expect(readFileSync(join(root, path), 'utf8').replaceAll(/\s+/g, ' ')).toContain(quote)
  }
}

// every test starts the real command, on a machine that may be busy
vi.setConfig({ testTimeout: 60_000 })

describe.concurrent('npm start -- "question"', () => {
  it('answers from the docs, with true sources, and tells what it did and used', async () => {
    const finished = await askDocs('How do I stream structured output?')
    expect(finished.stderr).toMatch(/searching: How do I stream structured output\?\n· found \d+ passages\n/)
    expect(finished.stderr).toMatch(/Steps\n {2}1\. the model calls search_docs\(.*\n {2}2\. search_docs returns \d+ /)
    expect(finished.stderr).toMatch(
      /Usage: 2 requests, 1 tool call, [\d,]+ tokens in, [\d,]+ tokens out; cost not known/,
    )
    expect(finished.code).toBe(0)
    expectTrueSources(finished)
    expect(finished.stdout).toContain('partials()')
    expect(finished.stdout).toContain('docs/guide/streaming.md')
  })

  it('says so when the docs do not know', async () => {
    const { code, stdout } = await askDocs('Zxqv wvut?')
    expect(code).toBe(0)
    expect(stdout).toContain('nothing they returned matches the question')
    expect(sourcesIn(stdout)).toEqual([])
  })

  it('goes on with a conversation that another run wrote', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'ask-docs-'))
    const args = ['--history', join(folder, 'chat.json')]
    try {
      const first = await askDocs('What does a tool get as its context?', { args })
      expect(first.stderr).not.toContain('going on with')
      const before = messagesFromJson(readFileSync(join(folder, 'chat.json'), 'utf8'))

      const second = await askDocs('And how do I limit what a run may use?', { args })
      expect(second.stderr).toContain(`going on with ${before.length} messages`)
      expect(second.code).toBe(0)
      expectTrueSources(second)
      expect(second.stdout).not.toBe(first.stdout)

      const after = messagesFromJson(readFileSync(join(folder, 'chat.json'), 'utf8'))
      expect(after.slice(0, before.length)).toEqual(before)
      expect(after.length).toBeGreaterThan(before.length)
      expect(new Set(after.map(message => message.conversationId)).size).toBe(1)
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  })
})

describe('a failure is one message, exit code 1 and no stack trace:', () => {
  let bedrock: LocalBedrock
  const refused = 'http://127.0.0.1:1'

  beforeAll(async () => {
    bedrock = await startLocalBedrock()
  })
  afterAll(() => bedrock.close())

  const failure = async (env: Readonly<Record<string, string>>, options: CommandOptions = {}) => {
    const { code, stdout, stderr } = await askDocs('Hello?', { ...options, env })
    expect(code).toBe(1)
    expect(stdout).toBe('')
    expect(stderr).not.toMatch(/^\s+at /m)
    const [, message = ''] = stderr.split(/^Error: /m)
    return message.trim()
  }
  const keys = { AWS_ACCESS_KEY_ID: 'local', AWS_SECRET_ACCESS_KEY: 'local', AWS_REGION: 'us-east-1' }
  const model = { TENON_MODEL: 'bedrock:us.amazon.nova-lite-v1:0' }

  it('a provider that does not exist', async () => {
    const message = await failure({ TENON_MODEL: 'bedrok:us.amazon.nova-lite-v1:0' })
    expect(message).toMatch(/^There is no provider `bedrok` .*\. Did you mean `bedrock:us\.amazon\.nova-lite-v1:0`\?$/)
  })

  it('a model that does not exist', async () => {
    const env = { ...keys, AWS_ENDPOINT_URL_BEDROCK_RUNTIME: bedrock.url }
    expect(await failure({ ...env, TENON_MODEL: 'bedrock:us.amzon.nova-lite-v1:0' })).toMatchInlineSnapshot(`
      "The model \`us.amzon.nova-lite-v1:0\` answered with HTTP status 400: The provided model identifier is invalid. Did you mean \`us.amazon.nova-lite-v1:0\`?
      Check the model name in TENON_MODEL; without TENON_MODEL the question goes to a local endpoint."
    `)
  })

  it('no Region', async () => {
    expect(await failure(model)).toMatchInlineSnapshot(
      `"No AWS Region for Bedrock: pass \`new BedrockProvider({ region })\`, set AWS_REGION, or set \`region\` in the AWS profile."`,
    )
  })

  it('no credentials', async () => {
    expect(await failure({ ...model, AWS_REGION: 'us-east-1' })).toMatchInlineSnapshot(
      `"No usable AWS credentials for Bedrock (Could not load credentials from any providers). Set AWS_PROFILE or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, log in with aws sso login, set AWS_BEARER_TOKEN_BEDROCK, or pass \`credentials\` or \`apiKey\` to BedrockProvider."`,
    )
  })

  it('wrong credentials', async () => {
    const env = { ...keys, ...model, AWS_ACCESS_KEY_ID: 'nobody', AWS_ENDPOINT_URL_BEDROCK_RUNTIME: bedrock.url }
    expect(await failure(env)).toMatchInlineSnapshot(`
      "The model \`us.amazon.nova-lite-v1:0\` answered with HTTP status 403: The security token included in the request is invalid.
      Check the credentials, and what they are allowed to do."
    `)
  })

  it('an endpoint that cannot be reached', async () => {
    expect(await failure({ ...keys, ...model, AWS_ENDPOINT_URL_BEDROCK_RUNTIME: refused })).toMatchInlineSnapshot(`
      "The connection to Bedrock at http://127.0.0.1:1 failed: connect ECONNREFUSED 127.0.0.1:1
      Check the network, and the address in AWS_ENDPOINT_URL_BEDROCK_RUNTIME if it is set."
    `)
  })

  it('an optional package that is missing', async () => {
    const preload = join(root, 'examples/test-support/without-aws-sdk.mjs')
    expect(await failure({}, { preload })).toMatchInlineSnapshot(
      `"The package \`@aws-sdk/client-bedrock-runtime\` is needed for Bedrock models and could not be loaded. Install it: npm install @aws-sdk/client-bedrock-runtime"`,
    )
  })

  it('a history that is none', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'ask-docs-'))
    const file = join(folder, 'chat.json')
    writeFileSync(file, '{"messages": []}')
    const message = await failure({}, { args: ['--history', file] })
    expect(message.replace(file, 'chat.json')).toMatchInlineSnapshot(
      `"chat.json is not a history: messages: expected an array; got {"messages":[]}. Choose another file, or delete this one."`,
    )
    expect(readFileSync(file, 'utf8')).toBe('{"messages": []}')
    rmSync(folder, { recursive: true, force: true })
  })

  it('an interrupted run, with the exit code of one', async () => {
    const neverAnswers: Responder = (_, { signal }) =>
      new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(new Error('gone'))))
    await using slow = await startLocalBedrock({ responder: neverAnswers })
    const { code, stderr } = await askDocs('Hello?', {
      env: { ...keys, ...model, AWS_ENDPOINT_URL_BEDROCK_RUNTIME: slow.url },
      onStderr: (text, interrupt) => {
        if (text.includes('asking')) setTimeout(interrupt, 300)
      },
    })
    expect(code).toBe(130)
    expect(stderr).toMatch(/^Error: The run was cancelled.*$/m)
  })

  it('an option that does not exist', async () => {
    expect(await failure({}, { args: ['--hsitory', 'chat.json'] })).toContain("Unknown option '--hsitory'")
  })

  it('with TENON_DEBUG=1, where it comes from as well', async () => {
    const { stderr } = await askDocs('Hello?', { env: { TENON_MODEL: 'nobody:x', TENON_DEBUG: '1' } })
    expect(stderr).toMatch(/^\s+at /m)
  })
})
