import { StoreCorruptError } from '../errors.ts'
import type { EntryJson, OpJson } from './entry-json.ts'
import { itemOf, type At } from './json-forms.ts'
import {
  bindStream,
  newScope,
  newTask,
  placeIn,
  type Entry,
  type Op,
  type Place,
  type Scope,
  type Task,
} from './model.ts'
import { nodeOf } from './node-of.ts'
import type { RunState } from './run-state.ts'

/** Reads records back against a run state that has applied all earlier ones. */
export class EntryReader {
  readonly #state: RunState
  /** scopes the record being read opens: its later ops point at them before they are applied */
  #opened = new Map<number, Scope>()

  constructor(state: RunState) {
    this.#state = state
  }

  decode(record: EntryJson): Entry {
    this.#opened = new Map()
    switch (record.k) {
      case 'done': {
        const task = this.#task(record.t)
        return { kind: 'done', task, ops: this.#opsOf(task, record.o), patch: record.p ?? [], ms: record.ms }
      }
      case 'more': {
        const task = this.#task(record.t)
        return { kind: 'more', task, ops: this.#opsOf(task, record.o) }
      }
      case 'started':
        return { kind: 'started', task: this.#task(record.t!) }
      case 'recover':
        return { kind: 'recover' }
      case 'memo':
        return {
          kind: 'memo',
          task: this.#task(record.t),
          key: record.n,
          value: record.del ? undefined : (record.v ?? null),
        }
      case 'wait':
        return { kind: 'wait', task: this.#waitingTask(record.t), waits: record.w }
      case 'answer':
        return {
          kind: 'answer',
          answers: record.a.map(([task, key, value]) => ({ task: this.#task(task), key, value })),
        }
      case 'retry':
      case 'fail':
        return { kind: record.k, task: this.#task(record.t), error: record.e }
      case 'settle':
        return { kind: 'settle', task: this.#task(record.t), error: record.e, ops: record.o.map(op => this.#op(op)) }
      case 'override':
        return { kind: 'override', ops: record.o.map(op => this.#op(op)) }
      case 'status':
        return { kind: 'status', status: record.s, ...(record.r === undefined ? {} : { reason: record.r }) }
      case 'snapshot':
        return { kind: 'snapshot', snapshot: record.s, reason: record.r }
    }
  }

  #opsOf(task: Task, records: readonly OpJson[]): Op[] {
    const ops = records.map(op => this.#op(op))
    const first = ops[0]
    if (task.node.isGenerator && task.stream === undefined && first?.t === 'open') bindStream(task, first.scope)
    return ops
  }

  #task(id: number): Task {
    const task = this.#state.tasks.get(id)
    if (task === undefined)
      throw new StoreCorruptError(`The journal names task ${id}, which it has not created or has finished.`)
    return task
  }

  #waitingTask(id: number): Task {
    const task = this.#task(id)
    task.status = 'waiting'
    return task
  }

  #scope(id: number): Scope {
    const scope = this.#opened.get(id) ?? this.#state.scopes.get(id)
    if (scope === undefined) throw new StoreCorruptError(`The journal names fork run ${id}, which is not open.`)
    return scope
  }

  #place([scope, index]: At): Place {
    return placeIn(this.#scope(scope), index)
  }

  #op(op: OpJson): Op {
    switch (op[0]) {
      case 's':
        return {
          t: 'spawn',
          task: newTask(op[1], nodeOf(this.#state.program, op[2]), this.#place(op[3]), { input: op[4] }),
        }
      case 'o': {
        const scope = newScope(op[1], nodeOf(this.#state.program, op[2]), this.#place(op[3]))
        this.#opened.set(scope.id, scope)
        return { t: 'open', scope, count: op[4], ...(op[5] === undefined ? {} : { state: op[5] }) }
      }
      case 'g':
        return { t: 'grow', scope: this.#scope(op[1]) }
      case 'i':
        return { t: 'item', scope: this.#scope(op[1]), place: this.#place(op[2]), item: itemOf(op[3]) }
      case 'l':
        return { t: 'leave', scope: this.#scope(op[1]) }
      case 'k':
        return { t: 'kill', place: this.#place(op[1]) }
      case 'u':
        return { t: 'subend', scope: this.#scope(op[1]), place: this.#place(op[2]) }
      case 'c':
        return { t: 'clear', place: this.#place(op[1]), count: op[2] }
      case 'e':
        return { t: 'end', place: this.#place(op[1]), value: op[2] }
    }
  }
}
