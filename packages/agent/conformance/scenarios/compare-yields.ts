import type { JsonSchema } from '../../src/util/json.ts'
import { compare, isRecord, type CompareOptions, type Difference } from '../compare/compare.ts'
import type { RunDone } from './perform-run.ts'
import type { ExpectedRun, OutputRecord, RunRecord } from './scenario.ts'
import { withDefaults } from './typed-schema.ts'

export interface YieldContext {
  readonly output: OutputRecord | undefined
  readonly options: CompareOptions
  readonly path: string
}

/** Compares what a stream yielded. Text: the same pieces. Objects: ours yields more (every partial state, unvalidated);
 *  each recorded snapshot has to be among them, in order, and the last has to be the output. */
export function compareYields(
  run: RunRecord,
  expected: ExpectedRun,
  done: RunDone,
  context: YieldContext,
): Difference[] {
  const { options, path } = context
  if (expected.yields === undefined) return []
  if (run.mode !== 'stream_output') return compare(expected.yields, done.yields, options, path)
  const [schema] = (context.output?.types ?? []).map(type => type.schema as JsonSchema)
  const ours = (done.yields ?? []).map(state => completed(state, schema))
  let next = 0
  for (const snapshot of expected.yields.map(withoutType)) {
    const found = ours.findIndex((state, index) => index >= next && compare(snapshot, state, options).length === 0)
    if (found === -1) return [{ path, expected: expected.yields, actual: done.yields }]
    // a repeated snapshot may be met by the same state
    next = found
  }
  return []
}

/** Recorded snapshots are validated, so they have their defaults. */
function completed(state: unknown, schema: JsonSchema | undefined): unknown {
  const plain = withoutType(state)
  return schema !== undefined && isRecord(plain) && 'value' in plain
    ? { value: withDefaults(schema, plain.value) }
    : plain
}

function withoutType(state: unknown): unknown {
  return isRecord(state) && 'value' in state ? { value: state.value } : state
}
