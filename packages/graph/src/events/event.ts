import type { Entry, ErrorRecord, Op, Task } from '../kernel/model.ts'
import type { PatchOp } from '../state/patch.ts'
import type { RunStatus } from '../store/store.ts'
import type { Json } from '../util/json.ts'

/** A task as an event names it. */
export interface TaskRef {
  readonly taskId: number
  readonly nodeId: string
  /** the fork items it lies in: pairs of fork id and index, outermost first */
  readonly forkPath: readonly (readonly [fork: string, index: number])[]
}

interface Numbered {
  /** journal seq of the record the event comes from: the resume point of a stream. Undefined for events that are not stored. */
  readonly seq?: number
  /** milliseconds since 1970 */
  readonly at: number
  /** further events of the same seq follow: a reader that stops here must read from before this seq again */
  readonly hasMore?: true
}

/** What happens in a run. All but `task-start`, `custom` and `stream-end` come from the journal: a reload gives the same. */
export type GraphEvent = Numbered &
  (
    | { readonly type: 'run-start'; readonly runId: string; readonly graph: string }
    | ({ readonly type: 'task-ready'; readonly input?: unknown } & TaskRef)
    | ({ readonly type: 'task-start'; readonly attempt: number } & TaskRef)
    | ({ readonly type: 'task-end'; readonly durationMs: number } & TaskRef)
    | ({ readonly type: 'task-retry'; readonly error: ErrorRecord } & TaskRef)
    | ({ readonly type: 'task-error'; readonly error: ErrorRecord } & TaskRef)
    /** it is not wanted any more: another branch won, failed or ended the run, or the task was replaced by hand */
    | ({ readonly type: 'task-cancel' } & TaskRef)
    | { readonly type: 'state-patch'; readonly patch: readonly PatchOp[]; readonly forkPath: TaskRef['forkPath'] }
    | {
        readonly type: 'join-progress'
        readonly fork: string
        readonly index: number
        readonly value?: unknown
        readonly error?: ErrorRecord
      }
    | ({
        readonly type: 'interrupt'
        readonly interruptId: string
        readonly point: string
        readonly payload: Json
      } & TaskRef)
    | { readonly type: 'answer'; readonly interruptId: string }
    | ({ readonly type: 'custom'; readonly data: unknown } & TaskRef)
    | { readonly type: 'run-status'; readonly status: RunStatus }
    | { readonly type: 'run-end'; readonly output: unknown }
  )

export type GraphEventType = GraphEvent['type']

export const forkPathOf = (place: {
  readonly scope: { readonly fork: { readonly id: string } | undefined; readonly up: unknown }
  readonly index: number
}): TaskRef['forkPath'] => {
  const path: (readonly [string, number])[] = []
  // `up` has the type of `place` itself; spelling that out would need a named recursive type for no gain
  let at: typeof place | undefined = place
  while (at !== undefined && at.scope.fork !== undefined) {
    path.push([at.scope.fork.id, at.index])
    at = at.scope.up as typeof place | undefined
  }
  return path.reverse()
}

export const taskRef = (task: {
  readonly id: number
  readonly node: { readonly id: string }
  readonly place: Parameters<typeof forkPathOf>[0]
}): TaskRef => ({
  taskId: task.id,
  nodeId: task.node.id,
  forkPath: forkPathOf(task.place),
})

export const interruptIdOf = (taskId: number, key: string): string => `${taskId}:${key}`

const opEvents = (op: Op, stamp: Numbered, out: GraphEvent[]): void => {
  if (op.t === 'spawn') out.push({ ...stamp, type: 'task-ready', ...taskRef(op.task), input: op.task.input })
  else if (op.t === 'item') {
    const { key, value, error } = op.item
    out.push({
      ...stamp,
      type: 'join-progress',
      fork: op.scope.fork!.id,
      index: key[0]!,
      ...(error === undefined ? { value } : { error }),
    })
  } else if (op.t === 'end') out.push({ ...stamp, type: 'run-end', output: op.value })
}

/** A journal entry, and the tasks that were cancelled when it was applied. */
export interface Happened {
  readonly entry: Entry
  readonly dropped: readonly Task[]
}

/** The events of one journal entry: the same live and from the store. */
export const eventsOf = (
  { entry, dropped }: Happened,
  stamp: { seq?: number; at: number },
  run: { id: string; graph: string },
): GraphEvent[] => {
  const out: GraphEvent[] = []
  const pushOps = (ops: readonly Op[], own?: Task) => {
    for (const task of dropped) if (task !== own) out.push({ ...stamp, type: 'task-cancel', ...taskRef(task) })
    for (const op of ops) opEvents(op, stamp, out)
  }
  switch (entry.kind) {
    case 'done':
      out.push({ ...stamp, type: 'task-end', ...taskRef(entry.task), durationMs: entry.ms })
      if (entry.patch.length > 0)
        out.push({ ...stamp, type: 'state-patch', patch: entry.patch, forkPath: forkPathOf(entry.task.place) })
      pushOps(entry.ops)
      break
    case 'more':
    case 'override':
      pushOps(entry.ops)
      break
    case 'settle':
      out.push({ ...stamp, type: 'task-error', ...taskRef(entry.task), error: entry.error })
      pushOps(entry.ops, entry.task)
      break
    case 'retry':
      out.push({ ...stamp, type: 'task-retry', ...taskRef(entry.task), error: entry.error })
      break
    case 'fail':
      out.push({ ...stamp, type: 'task-error', ...taskRef(entry.task), error: entry.error })
      out.push({ ...stamp, type: 'run-status', status: 'failed' })
      break
    case 'wait':
      for (const { key, point, payload } of entry.waits)
        out.push({
          ...stamp,
          type: 'interrupt',
          ...taskRef(entry.task),
          interruptId: interruptIdOf(entry.task.id, key),
          point,
          payload,
        })
      break
    case 'answer':
      for (const { task, key } of entry.answers)
        out.push({ ...stamp, type: 'answer', interruptId: interruptIdOf(task.id, key) })
      break
    case 'status':
      out.push({ ...stamp, type: 'run-status', status: entry.status })
      break
    case 'snapshot':
      if (entry.reason !== 'compact') out.push({ ...stamp, type: 'run-start', runId: run.id, graph: run.graph })
      break
    case 'memo':
    case 'started':
    case 'recover':
      break
  }
  if (stamp.seq !== undefined)
    for (let index = 0; index < out.length - 1; index++) out[index] = { ...out[index]!, hasMore: true }
  return out
}
