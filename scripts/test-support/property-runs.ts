const { FUZZ_TIMES, FUZZ_SEED, FUZZ_PATH } = process.env

/** What a property is tried with: the same cases every day, so that a change that fails here failed because of itself.
 *
 *  `FUZZ_TIMES=50` tries fifty times as many, other ones each time; a failure prints its seed and path, which `FUZZ_SEED` and
 *  `FUZZ_PATH` repeat. */
export function runs(byDefault = 100): {
  readonly numRuns: number
  readonly seed?: number
  readonly path?: string
  readonly endOnFailure?: boolean
} {
  const seed = FUZZ_SEED ?? (FUZZ_TIMES === undefined ? '20261123' : undefined)
  return {
    numRuns: byDefault * Number(FUZZ_TIMES ?? 1),
    ...(seed !== undefined && { seed: Number(seed) }),
    ...(FUZZ_PATH !== undefined && { path: FUZZ_PATH, endOnFailure: true }),
  }
}

/** Far beyond what the cases take. */
export const timeLimitMs = FUZZ_TIMES === undefined ? 60_000 : 3_600_000
