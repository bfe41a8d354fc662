import { execFileSync } from 'node:child_process'
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'

/** A Postgres server for tests: the one of `TENON_PG_URL`, or a fresh one from the binaries of the machine. */
export interface TestPostgres {
  readonly url: string
  stop(): void
}

const ROOT = '/usr/lib/postgresql'

const binaries = (): string | undefined => {
  if (!existsSync(ROOT)) return undefined
  const version = readdirSync(ROOT).sort((a, b) => Number(b) - Number(a))[0]
  const path = version === undefined ? undefined : join(ROOT, version, 'bin')
  return path !== undefined && existsSync(join(path, 'initdb')) ? path : undefined
}

/** Why there is no server, or undefined when there is one to be had. */
export const postgresMissing = (): string | undefined =>
  process.env['TENON_PG_URL'] !== undefined || binaries() !== undefined
    ? undefined
    : 'no Postgres: set TENON_PG_URL, or install the package postgresql'

export const startPostgres = async (options: { readonly fsync?: boolean } = {}): Promise<TestPostgres> => {
  const given = process.env['TENON_PG_URL']
  if (given !== undefined) return { url: given, stop: () => {} }
  const bin = binaries()
  if (bin === undefined) throw new Error(postgresMissing())
  const directory = mkdtempSync(join(tmpdir(), 'tenon-pg-'))
  const port = await freePort()
  const isRoot = userInfo().uid === 0
  // the server refuses to run as root, so it gets the account its package made
  const run = (program: string, args: readonly string[]) =>
    isRoot
      ? execFileSync('runuser', ['-u', 'postgres', '--', join(bin, program), ...args], {
          stdio: 'ignore',
          cwd: directory,
        })
      : execFileSync(join(bin, program), args, { stdio: 'ignore', cwd: directory })
  if (isRoot)
    chownSync(directory, Number(execFileSync('id', ['-u', 'postgres'])), Number(execFileSync('id', ['-g', 'postgres'])))
  const data = join(directory, 'data')
  run('initdb', ['-D', data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--no-sync'])
  const settings = `-p ${port} -k ${directory} -c listen_addresses=127.0.0.1 -c fsync=${options.fsync === false ? 'off' : 'on'}`
  run('pg_ctl', ['-D', data, '-w', '-l', join(directory, 'log'), '-o', settings, 'start'])
  return {
    url: `postgres://postgres@127.0.0.1:${port}/postgres`,
    stop: () => {
      run('pg_ctl', ['-D', data, '-m', 'immediate', 'stop'])
      rmSync(directory, { recursive: true, force: true })
    },
  }
}

const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0))
    })
  })
