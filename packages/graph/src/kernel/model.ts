import type { Branch, PatchOp } from '../state/patch.ts'
import type { ProgramNode } from '../program.ts'
import type { RunStatus } from '../store/store.ts'
import type { Json } from '../util/json.ts'
import { Queue } from '../util/queue.ts'
import type { TaskContext } from './context.ts'
import type { SnapshotJson } from './json-forms.ts'

/** One run of a fork: its items, and the place it was opened at. */
export interface Scope {
  readonly id: number
  /** undefined for the root */
  readonly fork: ProgramNode | undefined
  readonly up: Place | undefined
  readonly places: Map<number, Place>
  /** tokens that have not arrived yet; an open scope inside counts as one */
  live: number
  isClosed: boolean
  items: Item[]
  /** writes of inner forks that have no join of their own */
  passed: { readonly key: readonly number[]; readonly branch: Branch }[]
  /** the generator that still adds items */
  source: Task | undefined
  /** how many items may be under way at once: the map's `concurrency` */
  readonly limit: number | undefined
  /** the innermost item of a limited map this scope lies in */
  readonly gate: Place | undefined
  /** items under way, if there is a limit, and those that wait */
  admitted: number
  readonly waiting: Queue<Place>
}

/** Where a token is: an item of a scope. One token at a time; so it is also the unit of state. */
export interface Place {
  readonly scope: Scope
  readonly index: number
  branch: Branch | undefined
  isAdmitted: boolean
  /** tasks that wait for the item to be let in */
  held: Task[] | undefined
  /** what is under way here: one token as a rule, a generator beside what it fills */
  readonly tasks: Task[]
  readonly scopes: Scope[]
}

export interface Item {
  readonly key: readonly number[]
  readonly value: unknown
  readonly error?: ErrorRecord
}

export interface ErrorRecord {
  readonly name: string
  readonly message: string
  readonly code?: string
}

/** An interrupt nobody has answered yet. */
export interface WaitRecord {
  readonly key: string
  readonly point: string
  readonly payload: Json
  readonly deadlineAt?: number
  readonly default?: { readonly value: Json }
}

export type TaskStatus = 'ready' | 'running' | 'waiting' | 'failed' | 'dead'

export interface Task {
  readonly id: number
  readonly node: ProgramNode
  /** as it was parsed when it was routed; undefined of a join too */
  readonly input: Json | undefined
  readonly place: Place
  status: TaskStatus
  attempt: number
  /** the process died while this task was ready or running */
  isRecovered: boolean
  /** an attempt may have been made, in this process or in one before */
  hasBegun: boolean
  /** an attempt of a node whose `onCrash` is `fail` has begun and has not ended */
  isStarted: boolean
  /** how that attempt ended will never be known */
  isLost: boolean
  memo: Map<string, Json> | undefined
  waits: Map<string, WaitRecord> | undefined
  error: ErrorRecord | undefined
  /** of a join: what it joins */
  readonly scope: Scope | undefined
  /** of a generator: the scope it fills, and how many items it has */
  stream: Scope | undefined
  emitted: number
  context: TaskContext | undefined
}

export type Op =
  | { readonly t: 'spawn'; readonly task: Task }
  | { readonly t: 'open'; readonly scope: Scope; readonly count: number; readonly state?: { readonly value: Json } }
  | { readonly t: 'grow'; readonly scope: Scope }
  | { readonly t: 'item'; readonly scope: Scope; readonly item: Item; readonly place: Place }
  | { readonly t: 'leave'; readonly scope: Scope }
  | { readonly t: 'kill'; readonly place: Place }
  | { readonly t: 'subend'; readonly scope: Scope; readonly place: Place }
  /** nothing is under way any more but what lies at `place`, where `count` tokens go on */
  | { readonly t: 'clear'; readonly place: Place; readonly count: number }
  | { readonly t: 'end'; readonly value: unknown; readonly place: Place }

/** What one journal record means. Replaying the entries of a run gives its state: live runs use the same `apply`. */
export type Entry =
  | {
      readonly kind: 'done'
      readonly task: Task
      readonly ops: readonly Op[]
      readonly patch: readonly PatchOp[]
      readonly ms: number
    }
  | { readonly kind: 'more'; readonly task: Task; readonly ops: readonly Op[] }
  | { readonly kind: 'started'; readonly task: Task }
  | { readonly kind: 'memo'; readonly task: Task; readonly key: string; readonly value: Json | undefined }
  | { readonly kind: 'wait'; readonly task: Task; readonly waits: readonly WaitRecord[] }
  | {
      readonly kind: 'answer'
      readonly answers: readonly { readonly task: Task; readonly key: string; readonly value: Json }[]
    }
  | { readonly kind: 'retry'; readonly task: Task; readonly error: ErrorRecord }
  | { readonly kind: 'settle'; readonly task: Task; readonly error: ErrorRecord; readonly ops: readonly Op[] }
  | { readonly kind: 'fail'; readonly task: Task; readonly error: ErrorRecord }
  | { readonly kind: 'override'; readonly ops: readonly Op[] }
  | { readonly kind: 'recover' }
  | { readonly kind: 'status'; readonly status: RunStatus; readonly reason?: string }
  | {
      readonly kind: 'snapshot'
      readonly snapshot: SnapshotJson
      readonly reason: 'start' | 'fork' | 'migrate' | 'import' | 'compact'
    }

export const newScope = (id: number, fork: ProgramNode | undefined, up: Place | undefined): Scope => ({
  id,
  fork,
  up,
  places: new Map(),
  live: 0,
  isClosed: false,
  items: [],
  passed: [],
  source: undefined,
  limit: fork?.concurrency,
  gate: up === undefined || up.scope.limit === undefined ? up?.scope.gate : up,
  admitted: 0,
  waiting: new Queue(),
})

const newPlace = (scope: Scope, index: number): Place => ({
  scope,
  index,
  branch: undefined,
  isAdmitted: false,
  held: undefined,
  tasks: [],
  scopes: [],
})

export const placeIn = (scope: Scope, index: number): Place => {
  let place = scope.places.get(index)
  if (place === undefined) scope.places.set(index, (place = newPlace(scope, index)))
  return place
}

export const newTask = (
  id: number,
  node: ProgramNode,
  place: Place,
  rest: { input?: Json | undefined; scope?: Scope },
): Task => ({
  id,
  node,
  input: rest.input,
  place,
  status: 'ready',
  attempt: 1,
  isRecovered: false,
  hasBegun: false,
  isStarted: false,
  isLost: false,
  memo: undefined,
  waits: undefined,
  error: undefined,
  scope: rest.scope,
  stream: undefined,
  emitted: 0,
  context: undefined,
})

/** The name of a point's schema in `program.answerSchemas`. */
export const answerSchemaKey = ({ node }: Task, point: string): string => `${node.id}\n${point}`

/** Makes `task` the generator that fills `scope`. */
export const bindStream = (task: Task, scope: Scope): void => {
  task.stream = scope
  scope.source = task
}

/** The indices that lead from an item of `scope` down to `place`. */
export const keyWithin = (place: Place, scope: Scope): number[] => {
  const key: number[] = []
  for (let at: Place | undefined = place; at !== undefined; at = at.scope.up) {
    key.push(at.index)
    if (at.scope === scope) break
  }
  return key.reverse()
}

export const compareKeys = (a: readonly number[], b: readonly number[]): number => {
  const length = Math.min(a.length, b.length)
  for (let index = 0; index < length; index++) if (a[index] !== b[index]) return a[index]! - b[index]!
  return a.length - b.length
}

export const errorRecord = (error: unknown): ErrorRecord => {
  if (!(error instanceof Error)) return { name: 'Error', message: textOf(error) }
  const { name, message, code } = error as { name: unknown; message: unknown; code?: unknown }
  return { name: textOf(name), message: textOf(message), ...(typeof code === 'string' ? { code } : {}) }
}

/** Anything can be thrown, also what has no text. */
const textOf = (value: unknown): string => {
  try {
    return String(value)
  } catch {
    return `a thrown ${typeof value} without a text`
  }
}
