import { spawn } from 'node:child_process'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import { ConverseCommand } from '@aws-sdk/client-bedrock-runtime'
import { describe, expect, it } from 'vitest'
import { environmentFor, lineFor, readArguments } from './cli.ts'
import { clientFor, serverFor } from './test-support/clients.ts'

const bin = fileURLToPath(new URL('bin.ts', import.meta.url))
const tsx = createRequire(import.meta.url).resolve('tsx/cli')

/** Runs the command as a child process. */
function run(...args: string[]) {
  const child = spawn(process.execPath, [tsx, bin, ...args], { stdio: 'pipe' })
  let output = ''
  const wanted: { text: RegExp; resolve: (match: RegExpExecArray) => void }[] = []
  const onData = (chunk: Buffer) => {
    output += chunk.toString()
    for (const { text, resolve } of wanted) {
      const match = text.exec(output)
      if (match) resolve(match)
    }
  }
  child.stdout.on('data', onData)
  child.stderr.on('data', onData)
  const exited = new Promise<number | null>(resolve => child.on('exit', resolve))
  const says = (text: RegExp) =>
    new Promise<RegExpExecArray>(resolve => {
      wanted.push({ text, resolve })
      onData(Buffer.alloc(0))
    })
  return { child, exited, says, output: () => output }
}

describe('tenon-local-bedrock', () => {
  it('prints what to export, answers, logs and stops on a signal', async () => {
    const { child, exited, says } = run('--port', '0', '--secret-access-key', 'hidden')
    const [, url = ''] = await says(/AWS_ENDPOINT_URL_BEDROCK_RUNTIME=(\S+)/)
    await says(/export AWS_SECRET_ACCESS_KEY=hidden/)
    const client = clientFor({ url }, { credentials: { accessKeyId: 'local', secretAccessKey: 'hidden' } })
    const messages = [{ role: 'user' as const, content: [{ text: 'Hi' }] }]
    const answer = await client.send(new ConverseCommand({ modelId: 'amazon.nova-pro-v1:0', messages }))
    expect(answer.output?.message?.content?.[0]?.text).toContain('local endpoint without a model')
    await says(/converse amazon.nova-pro-v1:0 → 200 \(\d+ ms, HTTP\/2\)/)
    child.kill('SIGTERM')
    expect(await exited).toBe(0)
  })

  it('says what is wrong without a stack trace', async () => {
    const server = await serverFor()
    const taken = run('--port', String(server.port))
    expect(await taken.exited).toBe(1)
    expect(taken.output()).toContain('the port is in use')
    const unknown = run('--prot', '1')
    expect(await unknown.exited).toBe(1)
    expect(unknown.output()).toMatch(/'--prot'.*\n.*--help/s)
    expect(unknown.output() + taken.output()).not.toMatch(/^\s+at /m)
  })

  it('prints its help', async () => {
    const { exited, output } = run('--help')
    expect(await exited).toBe(0)
    expect(output()).toContain('--any-credentials')
  })
})

describe('arguments and lines', () => {
  it('reads arguments', () => {
    expect(
      readArguments(['--port', '1', '--any-credentials', '--bearer-token', 'x', '--no-validation']).server,
    ).toEqual({
      port: 1,
      auth: { credentials: 'any', bearerTokens: ['x'] },
      validation: 'off',
    })
    expect(() => readArguments(['--port', 'abc'])).toThrow("--port must be a number from 0 to 65535, not 'abc'")
  })

  it('prints environment and log lines', async () => {
    const server = await serverFor()
    expect(environmentFor(server, {}).split('\n')).toHaveLength(4)
    await fetch(`${server.url}/nothing`)
    const entry = await server.log.waitFor(seen => seen.status === 403 && seen.endedAt !== undefined)
    expect(lineFor(entry)).toMatch(/^GET \/nothing → 403, MissingAuthenticationTokenException \(\d+ ms, HTTP\/1.1\)$/)
  })
})
