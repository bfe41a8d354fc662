/** A program that does the job of a suite: ours, the floor (the job written by hand, nothing else), or a peer's package. */
export type Contestant = string

/** Does the job `count` times, one after the other, and resolves when the last one is done. */
export type Work = (count: number) => Promise<void>

/** Makes the work, in a process of its own. `input` is whatever the suite hands over, such as a size or an address. */
export type Prepare = (input: Input) => Promise<Work>

export type Input = Readonly<Record<string, string | number>>

/** One group of rows of the table. A suite is one file in `suites` and one line in `suites.ts`. */
export interface Suite {
  /** The word that chooses it on the command line. */
  readonly name: string
  /** By name. They run in processes of their own, where only this suite's file is loaded. */
  readonly contestants: Readonly<Record<Contestant, Prepare>>
  measure(bench: Bench): Promise<readonly Row[]>
}

/** What a suite measures with. */
export interface Bench {
  /** Tiny sizes: proves that everything runs, the figures mean nothing. */
  readonly isTrial: boolean
  /** Whether a contestant's packages are there: peers are installed by `npm run bench` alone, and take no part in a trial. */
  isAvailable(contestant: Contestant): boolean
  /** The full value, or the tiny one of a trial. */
  size(full: number, trial: number): number
  /** CPU time of one job, in µs, by contestant. Each is warm, in a process of its own, and they take turns. */
  cpu(suite: Suite, options?: CpuOptions): Promise<Samples>
  /** Bytes allocated by one job, by contestant. */
  allocation(suite: Suite, options?: SampleOptions): Promise<Samples>
  /** Peak resident memory in bytes of a fresh process that does the job once. */
  peakMemory(suite: Suite, options?: SampleOptions): Promise<Samples>
  /** CPU time of a whole fresh process, in µs, by contestant: a program of `programs` each. */
  processCpu(programs: Readonly<Record<Contestant, string>>, samples: number): Promise<Samples>
  /** Starts a program of `programs` and resolves with its first line of output; it is ended with the suite. */
  serve(program: string, args?: readonly string[]): Promise<string>
}

export interface SampleOptions {
  readonly input?: Input
  /** Of each process. */
  readonly samples?: number
  /** How often to start all over, because how well a process is compiled is chance: two alike differ by up to 40 %. Default 1. */
  readonly processes?: number
  /** Default: all of the suite. Unavailable ones are left out. */
  readonly contestants?: readonly Contestant[]
}

export interface CpuOptions extends SampleOptions {
  /** CPU time. Default 2,500. */
  readonly warmUpMs?: number
  /** CPU time one sample should take. Default 250. A job that takes longer is a sample of its own. */
  readonly sampleMs?: number
}

/** Values by contestant: sample `i` of each was taken in the same round. */
export type Samples = ReadonlyMap<Contestant, readonly number[]>

export type Unit = 'µs' | 'ms' | 'KB' | 'MB' | 'count' | 'exponent'

export interface Row {
  readonly what: string
  readonly unit: Unit
  readonly ours: number
  readonly floor?: number
  /** Ours ÷ floor, the median of the rounds. */
  readonly toFloor?: number
  /** `ratio`: ours ÷ the peer, as above. */
  readonly peer?: { readonly name: string; readonly value: number; readonly ratio?: number }
  readonly budget?: Budget
  readonly note?: string
}

/** What `ours`, or its ratio to the floor, may be at most. */
export interface Budget {
  readonly max: number
  readonly of: 'ours' | 'floor'
}
