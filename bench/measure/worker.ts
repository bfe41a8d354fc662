// The process of one contestant: does what the parent asks for, one order at a time.
import process from 'node:process'
import type { Input, Work } from '../suite.ts'
import { loadSuite, type SuiteName } from '../suites.ts'

/** What the parent may ask. Counts are jobs. */
export type Order =
  | { readonly kind: 'prepare'; readonly suite: SuiteName; readonly contestant: string; readonly input: Input }
  /** Works for at least this much CPU time, so that a busy machine makes nobody less warm. Answers with the CPU time of one job,
   *  in µs, once warm; without any time, 1 s is assumed. */
  | { readonly kind: 'warm-up'; readonly ms: number }
  /** Answers with the CPU time of one job, in µs. */
  | { readonly kind: 'cpu'; readonly count: number }
  /** Answers with the bytes allocated by one job. */
  | { readonly kind: 'allocation'; readonly count: number }
  /** Does the job once and answers with the most memory the process ever held, in bytes. */
  | { readonly kind: 'peak-memory' }

export type Answer = { readonly value: number } | { readonly error: string }

let work: Work = async () => {
  throw new Error('Nothing is prepared.')
}

const handlers: { readonly [K in Order['kind']]: (order: Extract<Order, { kind: K }>) => Promise<number> } = {
  prepare: async ({ suite, contestant, input }) => {
    const prepare = (await loadSuite(suite)).contestants[contestant]
    if (prepare === undefined) throw new Error(`${suite} has no contestant ${contestant}.`)
    work = await prepare(input)
    return 0
  },
  'warm-up': async ({ ms }) => {
    if (ms === 0) return 1_000_000
    const before = process.cpuUsage()
    let perJob = await cpuPerJob(1)
    while (cpuSince(before) < ms * 1000) perJob = await cpuPerJob(Math.max(1, Math.round(20_000 / perJob)))
    return perJob
  },
  cpu: ({ count }) => cpuPerJob(count),
  allocation: async ({ count }) => {
    collectGarbage()
    const before = process.memoryUsage().heapUsed
    await work(count)
    return (process.memoryUsage().heapUsed - before) / count
  },
  'peak-memory': async () => {
    await work(1)
    return process.resourceUsage().maxRSS * 1024
  },
}

/** User and system time of the whole process: the threads that collect garbage and compile count too. */
async function cpuPerJob(count: number): Promise<number> {
  const before = process.cpuUsage()
  await work(count)
  return cpuSince(before) / count
}

function cpuSince(before: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(before)
  return user + system
}

function collectGarbage(): void {
  if (globalThis.gc === undefined) throw new Error('Start this process with --expose-gc.')
  globalThis.gc()
}

async function answer(order: Order): Promise<Answer> {
  try {
    // the table pairs each kind with the handler of that kind
    return { value: await (handlers[order.kind] as (order: Order) => Promise<number>)(order) }
  } catch (error) {
    return { error: error instanceof Error ? (error.stack ?? error.message) : String(error) }
  }
}

process.on('message', order => {
  void answer(order as Order).then(result => process.send?.(result))
})
