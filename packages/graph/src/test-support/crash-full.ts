/** The long crash test: every boundary and many random kills, on all stores. `npm run test:crash -w @tenon/graph [-- kills stores random]` */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { badLines, buildChild, runChild, type StoreLocation } from './crash-driver.ts'
import { crashShapes } from './crash-shapes.ts'
import { startPostgres } from './postgres.ts'

const kills = Number(process.argv[2] ?? 500)
const kinds = (process.argv[3] ?? 'file,postgres,pglite').split(',') as StoreLocation['kind'][]
const isRandomOnly = process.argv[4] === 'random'
/** a store that takes longer than this is cut short, and the figures say so */
const LIMIT_MS = 40 * 60_000

interface Tally {
  boundaries: number
  kills: number
  runs: number
  problems: string[]
}

const boundaries = async (at: StoreLocation, tally: Tally, until: number): Promise<void> => {
  // torn writes are the file store's own: databases have their own logs
  const moments = at.kind === 'file' ? ['before', 'torn', 'after', 'effect'] : ['before', 'after', 'effect']
  for (const name of Object.keys(crashShapes))
    for (const when of moments)
      for (let n = 0; Date.now() < until; n++) {
        const folder = join(at.location, `${name}-${when}-${n}`)
        // a file store of its own for the torn write to find; the databases are shared
        const place = at.kind === 'file' ? { ...at, location: folder } : at
        const result = await runChild(place, ['once', name, `${name}~${when}-${n}`, when, String(n)])
        tally.problems.push(...badLines(result.output))
        if (at.kind === 'file') await finish(place, tally)
        if (result.signal !== 'SIGKILL') break
        tally.boundaries++
      }
}

const finish = async (at: StoreLocation, tally: Tally): Promise<void> => {
  const end = await runChild(at, ['finish'])
  tally.problems.push(...badLines(end.output))
  if (end.code !== 0) tally.problems.push(`finish ended with code ${end.code}`)
  tally.runs += end.output.split('CHECKED ').length - 1
}

const random = async (at: StoreLocation, tally: Tally, until: number): Promise<void> => {
  for (let round = 0; round < kills && Date.now() < until; round++) {
    const result = await runChild(at, ['loop', String(round)], Math.random() * 150)
    tally.problems.push(...badLines(result.output))
    if (result.signal === 'SIGKILL') tally.kills++
  }
}

const run = async (kind: StoreLocation['kind'], root: string): Promise<Tally> => {
  const tally: Tally = { boundaries: 0, kills: 0, runs: 0, problems: [] }
  const until = Date.now() + LIMIT_MS
  const server = kind === 'postgres' ? await startPostgres() : undefined
  const effects = join(root, `${kind}-effects`)
  mkdirSync(effects)
  const at: StoreLocation = { kind, location: server?.url ?? join(root, kind), effects }
  try {
    if (!isRandomOnly)
      await boundaries(kind === 'file' ? { ...at, location: join(root, 'boundaries') } : at, tally, until)
    await random(at, tally, until)
    await finish(at, tally)
  } finally {
    server?.stop()
  }
  return tally
}

const main = async (): Promise<void> => {
  buildChild()
  const root = mkdtempSync(join(tmpdir(), 'tenon-crash-full-'))
  let isGood = true
  for (const kind of kinds) {
    const before = Date.now()
    const { boundaries: cut, kills: done, runs, problems } = await run(kind, root)
    const seconds = Math.round((Date.now() - before) / 1000)
    console.log(
      `${kind}: ${cut} boundary kills, ${done} random kills, ${runs} runs checked, ${problems.length} problems, ${seconds} s`,
    )
    for (const problem of problems.slice(0, 20)) console.log(`  ${problem}`)
    isGood &&= problems.length === 0
  }
  rmSync(root, { recursive: true, force: true })
  process.exit(isGood ? 0 : 1)
}

void main()
