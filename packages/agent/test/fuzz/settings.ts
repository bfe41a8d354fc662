const { FUZZ_RUNS, FUZZ_SEED, FUZZ_PATH } = process.env

/** Longer with `FUZZ_RUNS=10000`; a failure prints its seed and path, which `FUZZ_SEED` and `FUZZ_PATH` repeat. */
export function runs(byDefault: number): {
  readonly numRuns: number
  readonly seed?: number
  readonly path?: string
  readonly endOnFailure?: boolean
} {
  return {
    numRuns: FUZZ_RUNS === undefined ? byDefault : Number(FUZZ_RUNS),
    ...(FUZZ_SEED !== undefined && { seed: Number(FUZZ_SEED) }),
    ...(FUZZ_PATH !== undefined && { path: FUZZ_PATH, endOnFailure: true }),
  }
}

/** Far beyond what a long run takes. */
export const timeLimitMs = FUZZ_RUNS === undefined ? 20_000 : 3_600_000
