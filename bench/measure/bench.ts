import { execFile, fork, type ChildProcess } from 'node:child_process'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { promisify } from 'node:util'
import type { Bench, Contestant, CpuOptions, Input, SampleOptions, Samples, Suite } from '../suite.ts'
import type { SuiteName } from '../suites.ts'
import { buildPrograms, hasPeers } from './programs.ts'
import { WorkerProcess, quietly } from './worker-process.ts'

const run = promisify(execFile)

export interface BenchOptions {
  readonly isTrial?: boolean
}

/** Measures contestants in processes of their own. */
export class ProcessBench implements Bench {
  readonly isTrial: boolean
  readonly #programs: string
  readonly #servers: ChildProcess[] = []

  private constructor(programs: string, { isTrial = false }: BenchOptions) {
    this.#programs = programs
    this.isTrial = isTrial
  }

  static async start(options: BenchOptions = {}): Promise<ProcessBench> {
    return new ProcessBench(await buildPrograms(), options)
  }

  isAvailable(contestant: Contestant): boolean {
    return isOurs(contestant) || (hasPeers && !this.isTrial)
  }

  size(full: number, trial: number): number {
    return this.isTrial ? trial : full
  }

  async cpu(suite: Suite, options: CpuOptions = {}): Promise<Samples> {
    const { warmUpMs = 2500, sampleMs = 250, samples = 7 } = options
    return this.#takeTurns(suite, options, {
      samples,
      warmUp: async worker => {
        const perJob = await worker.ask({ kind: 'warm-up', ms: this.size(warmUpMs, 1) / warmUpTurns })
        return Math.max(1, Math.round((this.size(sampleMs, 1) * 1000) / Math.max(perJob, 1e-3)))
      },
      sample: (worker, count) => worker.ask({ kind: 'cpu', count }),
    })
  }

  /** The young generation is so large that nothing is collected while one sample runs. */
  async allocation(suite: Suite, options: SampleOptions = {}): Promise<Samples> {
    const { samples = 9 } = options
    return this.#takeTurns(suite, options, {
      samples,
      nodeArguments: ['--expose-gc', '--max-semi-space-size=512', '--min-semi-space-size=512'],
      warmUp: async worker => {
        await worker.ask({ kind: 'warm-up', ms: this.size(3000, 1) / warmUpTurns })
        return this.size(200, 10)
      },
      sample: (worker, count) => worker.ask({ kind: 'allocation', count }),
    })
  }

  async peakMemory(suite: Suite, options: SampleOptions = {}): Promise<Samples> {
    const values = this.#emptySamples(suite, options)
    for (let round = 0; round < this.size(options.samples ?? 3, 1); round += 1) {
      for (const [contestant, list] of values) {
        const worker = await this.#worker(suite, contestant, options.input)
        try {
          list.push(await worker.ask({ kind: 'peak-memory' }))
        } finally {
          await worker.end()
        }
      }
    }
    return values
  }

  async processCpu(programs: Readonly<Record<Contestant, string>>, samples: number): Promise<Samples> {
    const values = new Map<Contestant, number[]>()
    for (const contestant of Object.keys(programs)) if (this.isAvailable(contestant)) values.set(contestant, [])
    for (let round = 0; round < this.size(samples, 1); round += 1) {
      for (const [contestant, list] of values) {
        const { stdout } = await run(process.execPath, [this.#file(programs[contestant]!)], { env: quietly })
        const { user, system } = JSON.parse(stdout) as NodeJS.CpuUsage
        list.push(user + system)
      }
    }
    return values
  }

  serve(program: string, args: readonly string[] = []): Promise<string> {
    const child = fork(this.#file(program), [...args], { execArgv: [], env: quietly })
    this.#servers.push(child)
    return new Promise((resolve, reject) => {
      // programs send text
      child.once('message', message => resolve(message as string))
      child.once('exit', code => reject(new Error(`${program} ended with exit code ${code}.`)))
    })
  }

  /** Ends the servers it started and removes what it built. */
  end(): void {
    for (const server of this.#servers) server.kill()
    rmSync(this.#programs, { recursive: true, force: true })
  }

  async #takeTurns(suite: Suite, options: SampleOptions, plan: Plan): Promise<Samples> {
    const values = this.#emptySamples(suite, options)
    for (let start = 0; start < this.size(options.processes ?? 1, 1); start += 1) {
      await this.#takeTurnsOnce(suite, options, { ...plan, values })
    }
    return values
  }

  async #takeTurnsOnce(
    suite: Suite,
    options: SampleOptions,
    plan: Plan & { readonly values: ReadonlyMap<Contestant, number[]> },
  ): Promise<void> {
    const turns: { worker: WorkerProcess; count: number; list: number[] }[] = []
    try {
      for (const [contestant, list] of plan.values) {
        const worker = await this.#worker(suite, contestant, options.input, plan.nodeArguments)
        turns.push({ worker, list, count: 1 })
      }
      // all warm up in turns: one that had to wait for the others would give its memory back, and begin the slower for it
      for (let turn = 0; turn < warmUpTurns; turn += 1) {
        for (const one of turns) one.count = await plan.warmUp(one.worker)
      }
      for (let round = 0; round < this.size(plan.samples, 1); round += 1) {
        // the order turns around, so that nobody always follows the same neighbour
        for (const { worker, count, list } of round % 2 === 0 ? turns : [...turns].reverse()) {
          list.push(await plan.sample(worker, count))
        }
      }
    } finally {
      for (const { worker } of turns) await worker.end()
    }
  }

  #emptySamples(suite: Suite, options: SampleOptions): Map<Contestant, number[]> {
    const contestants = options.contestants ?? Object.keys(suite.contestants)
    return new Map(contestants.filter(name => this.isAvailable(name)).map(name => [name, []]))
  }

  async #worker(
    suite: Suite,
    contestant: Contestant,
    input: Input = {},
    nodeArguments: readonly string[] = [],
  ): Promise<WorkerProcess> {
    const worker = new WorkerProcess(this.#file('measure/worker'), nodeArguments)
    // suites are found by their name in the list
    await worker.ask({ kind: 'prepare', suite: suite.name as SuiteName, contestant, input })
    return worker
  }

  #file(program: string): string {
    return join(this.#programs, `${program}.mjs`)
  }
}

const warmUpTurns = 4

/** The others are peers, whose packages may be missing. */
function isOurs(contestant: Contestant): boolean {
  return contestant === 'floor' || contestant.startsWith('ours')
}

interface Plan {
  readonly samples: number
  readonly nodeArguments?: readonly string[]
  /** Does a part of it; resolves with how many jobs make a sample. */
  warmUp(worker: WorkerProcess): Promise<number>
  sample(worker: WorkerProcess, count: number): Promise<number>
}
