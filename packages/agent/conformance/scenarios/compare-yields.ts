import { compare, type CompareOptions, type Difference } from '../compare/compare.ts'
import type { RunDone } from './perform-run.ts'
import type { ExpectedRun, RunRecord } from './scenario.ts'

/** Compares what a stream yielded. Text: the same pieces. Objects: ours yields more (every partial state, unvalidated);
 *  each distinct recorded snapshot has to be among them, in order, and the last has to be the output. */
export function compareYields(
  run: RunRecord,
  expected: ExpectedRun,
  done: RunDone,
  options: CompareOptions,
  path: string,
): Difference[] {
  if (expected.yields === undefined) return []
  if (run.mode !== 'stream_output') return compare(expected.yields, done.yields, options, path)
  let next = 0
  for (const snapshot of expected.yields.map(valueOf)) {
    const found = (done.yields ?? []).findIndex((value, index) => index >= next && isSame(snapshot, value, options))
    if (found === -1) return [{ path, expected: expected.yields, actual: done.yields }]
    // a repeated snapshot may be met by the same one
    next = found
  }
  return []
}

function isSame(expected: unknown, actual: unknown, options: CompareOptions): boolean {
  return compare(expected, actual, options).length === 0
}

function valueOf(snapshot: unknown): unknown {
  return typeof snapshot === 'object' && snapshot !== null && 'value' in snapshot ? snapshot.value : snapshot
}
