import type { GraphEvent } from './events/event.ts'
import { encodeEntry } from './kernel/entry-json.ts'
import type { Journal, LastRecord } from './kernel/journal.ts'
import { Kernel } from './kernel/kernel.ts'
import { errorRecord } from './kernel/model.ts'
import type { RunState } from './kernel/run-state.ts'
import type { Stop } from './kernel/stop.ts'
import type { RunSpan } from './otel.ts'
import type { CacheStore } from './policy.ts'
import type { RunControls } from './run-options.ts'

/** One way of driving a run: to its end, or by hand. */
export interface Session {
  readonly kernel: Kernel
  readonly journal: Journal | undefined
  /** ends the span and gives the run back to the store */
  close(stop: Stop | undefined): Promise<void>
}

export interface SessionParts {
  readonly runId: string
  readonly state: RunState
  readonly options: RunControls & { readonly deps?: unknown; readonly isManual?: boolean }
  readonly span: RunSpan | undefined
  readonly journal: Journal | undefined
  readonly caches: Map<string, CacheStore>
  /** it has just begun, and listeners are told so */
  readonly isNew?: boolean
}

export const openSession = ({ runId, state, options, span, journal, caches, isNew = false }: SessionParts): Session => {
  const { concurrency, maxSteps, signal, drainSignal, onEvent } = options
  const kernel = new Kernel({
    runId,
    state,
    deps: options.deps,
    journal,
    caches,
    ...(concurrency === undefined ? {} : { concurrency }),
    ...(maxSteps === undefined ? {} : { maxSteps }),
    ...(signal === undefined ? {} : { signal }),
    ...(drainSignal === undefined ? {} : { drainSignal }),
    ...(options.isManual ? { isManual: true } : {}),
    ...(span?.nodes === undefined ? {} : { tracer: span.nodes }),
  })
  if (onEvent !== undefined) kernel.listen(onEvent)
  if (onEvent !== undefined && isNew) kernel.tell(startEvent(runId, state.program.name, journal))
  let isTraced = true
  return {
    kernel,
    journal,
    close: async stop => {
      // a run without a store is closed at every interrupt, and goes on
      if (isTraced) span?.end(stop !== undefined && 'error' in stop ? stop.error : undefined)
      isTraced = false
      await journal?.close(lastRecord(stop))
    },
  }
}

const lastRecord = (stop: Stop | undefined): LastRecord | undefined => {
  if (stop?.status !== 'failed') return undefined
  const { status, error } = stop
  return { data: JSON.stringify(encodeEntry({ kind: 'status', status, reason: errorRecord(error).message })), status }
}

const startEvent = (runId: string, graph: string, journal: Journal | undefined): GraphEvent => ({
  // a stored run's first record has this time
  ...(journal === undefined ? { at: Date.now() } : { at: journal.createdAt, seq: 1 }),
  type: 'run-start',
  runId,
  graph,
})
