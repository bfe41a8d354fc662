import { GraphInputError, GraphRuntimeError } from './errors.ts'
import type { GraphEvent } from './events/event.ts'
import type { InterruptAnswer, OpenInterrupt } from './interrupt.ts'
import type { Durability } from './kernel/journal.ts'
import type { Migration } from './kernel/load.ts'
import type { GraphStore } from './store/store.ts'
import { isCount, isDuration } from './util/numbers.ts'

/** What every way of running a graph takes. */
export interface RunControls {
  /** tasks under way at once; default no limit */
  readonly concurrency?: number
  /** steps of the whole run, resumes included; default 100,000 */
  readonly maxSteps?: number
  /** cancels the run: its tasks are aborted, and a stored run can be resumed */
  readonly signal?: AbortSignal
  /** lets running tasks finish, starts no other, and stops with status `paused` */
  readonly drainSignal?: AbortSignal
  /** told of every event, in order; must not throw. Without a store the values are those the nodes work with: do not change them */
  readonly onEvent?: (event: GraphEvent) => void
  /** default true: spans through the OpenTelemetry API, which does nothing without an SDK */
  readonly trace?: boolean
}

export interface StoreControls {
  /** when finished tasks reach the store; default `task`: with each of them */
  readonly durability?: Durability
  /** names this process in the lease; default a random name */
  readonly owner?: string
  /** how long another process waits after this one died, milliseconds; default 15,000 */
  readonly leaseMs?: number
}

/** @throws {GraphInputError} a number that cannot be meant */
export const checkControls = ({ concurrency, maxSteps, leaseMs, durability }: RunControls & StoreControls): void => {
  const refuse = (name: string, value: number, wanted: string) => {
    throw new GraphInputError(`${name} is ${value}; it must be ${wanted}.`)
  }
  if (concurrency !== undefined && !isCount(concurrency)) refuse('concurrency', concurrency, 'a whole number from 1')
  if (maxSteps !== undefined && !isCount(maxSteps)) refuse('maxSteps', maxSteps, 'a whole number from 1')
  if (leaseMs !== undefined && (!isDuration(leaseMs) || leaseMs === Infinity))
    refuse('leaseMs', leaseMs, 'milliseconds above 0: without an end nobody could take over')
  if (typeof durability === 'object' && !isDuration(durability.everyMs))
    refuse('durability.everyMs', durability.everyMs, 'milliseconds above 0')
}

export interface ResumeControls extends RunControls, StoreControls {
  readonly store?: GraphStore
  readonly answers?: readonly InterruptAnswer[]
  /** take the run from an owner whose lease is still live, because you know it is dead */
  readonly takeOver?: boolean
  /** for runs of an older version of the graph */
  readonly migrate?: Migration
}

/** Deps are required exactly when the graph's nodes need some. */
export type DepsOption<TDeps> = undefined extends TDeps ? { readonly deps?: TDeps } : { readonly deps: TDeps }
/** State is required exactly when the graph has one. */
export type StateOption<TState> = undefined extends TState ? { readonly state?: TState } : { readonly state: TState }

export interface DoneOutcome<TState, TOutput> {
  readonly status: 'done'
  readonly runId: string
  readonly output: TOutput
  readonly state: TState
}

export interface InterruptedOutcome<TState, TOutput> {
  readonly status: 'interrupted'
  readonly runId: string
  readonly interrupts: readonly OpenInterrupt[]
  readonly state: TState
  /** Goes on in this process, with or without a store. */
  resume(answers: readonly InterruptAnswer[]): Promise<GraphOutcome<TState, TOutput>>
}

export interface PausedOutcome<TState> {
  readonly status: 'paused'
  readonly runId: string
  readonly state: TState
}

/** How a run ended that did not throw. */
export type GraphOutcome<TState, TOutput> =
  | DoneOutcome<TState, TOutput>
  | InterruptedOutcome<TState, TOutput>
  | PausedOutcome<TState>

/** The outcome if the run is done, else an error that says how it ended.
 *  @example const { output } = await expectDone(graph.run(new Ask(), { state })) */
export const expectDone = async <TState, TOutput>(
  outcome: GraphOutcome<TState, TOutput> | Promise<GraphOutcome<TState, TOutput>>,
): Promise<DoneOutcome<TState, TOutput>> => {
  const ended = await outcome
  if (ended.status === 'done') return ended
  const why =
    ended.status === 'interrupted'
      ? `waits for answers to ${ended.interrupts.map(({ id }) => id).join(', ')}`
      : 'was paused'
  throw new GraphRuntimeError(`Run "${ended.runId}" is not done: it ${why}.`)
}
