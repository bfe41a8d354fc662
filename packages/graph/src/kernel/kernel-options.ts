import type { CacheStore } from '../policy.ts'
import type { NodeTracer } from './attempts.ts'
import type { Journal } from './journal.ts'
import type { RunState } from './run-state.ts'

export interface KernelOptions {
  readonly runId: string
  readonly state: RunState
  readonly deps: unknown
  readonly journal: Journal | undefined
  /** tasks at once; default no limit */
  readonly concurrency?: number
  /** default 100,000 */
  readonly maxSteps?: number
  /** tasks wait until `step` lets them go */
  readonly isManual?: boolean
  readonly tracer?: NodeTracer
  readonly signal?: AbortSignal
  readonly drainSignal?: AbortSignal
  readonly caches: Map<string, CacheStore>
}
