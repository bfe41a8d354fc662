import { eventsOf, type Happened } from '../events/event.ts'
import { cloneJson } from '../util/json.ts'
import { encodeEntry } from './entry-json.ts'
import type { TaskContext } from './context.ts'
import type { Journal } from './journal.ts'
import type { Listeners } from './listeners.ts'
import type { Entry, Task } from './model.ts'
import type { RunState } from './run-state.ts'
import { snapshotOf } from './snapshot.ts'

export interface RecorderOptions {
  readonly runId: string
  readonly state: RunState
  readonly journal: Journal | undefined
  readonly listeners: Listeners
  /** these tasks may start: the record that made them ready is stored */
  readonly onReady: (tasks: Task[]) => void
  /** something was recorded or stored: there may be more to do */
  readonly onChange: () => void
}

/** Applies what happens to the state of a run, and writes it down. */
export class Recorder {
  readonly #runId: string
  readonly #state: RunState
  readonly #journal: Journal | undefined
  readonly #listeners: Listeners
  readonly #onReady: (tasks: Task[]) => void
  readonly #onChange: () => void
  #dropped: Task[] = []

  constructor({ runId, state, journal, listeners, onReady, onChange }: RecorderOptions) {
    this.#runId = runId
    this.#state = state
    this.#journal = journal
    this.#listeners = listeners
    this.#onReady = onReady
    this.#onChange = onChange
  }

  /** Applies an entry and stores it. Tasks it makes ready start once it is stored. */
  record(entry: Entry, onStored?: () => void): void {
    if (this.#journal !== undefined) {
      this.#append(this.#journal, entry, onStored)
      return
    }
    this.#state.apply(entry)
    this.#onReady(this.#state.fresh)
    const dropped = this.#takeDropped()
    if (!this.#listeners.isEmpty) this.#tell({ entry, dropped }, undefined, Date.now())
    onStored?.()
  }

  /** Resolves when the entry is stored, at once whatever the durability; rejects when the attempt it belongs to is stopped before. */
  stored(context: TaskContext, entry: Entry): Promise<void> {
    return new Promise((resolve, reject) => {
      const forget = context.onKill(reject)
      this.record(entry, () => {
        forget()
        resolve()
      })
      // somebody waits for it
      if (this.#journal?.isRelaxed) void this.#journal.flush()
      this.#onChange()
    })
  }

  /** Resolves when what follows the entry may go on: with a relaxed durability that is before it is stored. */
  async handedOn(context: TaskContext, entry: Entry): Promise<void> {
    if (!this.#journal?.isRelaxed) return this.stored(context, entry)
    this.record(entry)
    this.#onChange()
  }

  /** A task was cancelled by the entry that is being applied. */
  noteDrop(task: Task): void {
    this.#dropped.push(task)
  }

  #takeDropped(): readonly Task[] {
    const dropped = this.#dropped
    if (dropped.length > 0) this.#dropped = []
    return dropped
  }

  #append(journal: Journal, entry: Entry, onStored: (() => void) | undefined): void {
    if (journal.isLost) return
    const state = this.#state
    const data = JSON.stringify(encodeEntry(entry))
    state.apply(entry)
    const dropped = this.#takeDropped()
    const { fresh } = state
    state.fresh = []
    const at = Date.now()
    const seq = journal.seq + 1
    if (journal.isRelaxed) this.#onReady(fresh)
    journal.append(data, { status: state.status, at, isSnapshot: entry.kind === 'snapshot' }, () => {
      if (!this.#listeners.isEmpty) this.#tell({ entry, dropped }, seq, at)
      if (!journal.isRelaxed) this.#onReady(fresh)
      onStored?.()
      this.#onChange()
    })
    if (journal.wantsSnapshot && state.end === undefined) this.#snapshot(journal)
  }

  #snapshot(journal: Journal): void {
    const state = this.#state
    const data = JSON.stringify(encodeEntry({ kind: 'snapshot', snapshot: snapshotOf(state), reason: 'compact' }))
    journal.append(data, { status: state.status, at: Date.now(), isSnapshot: true })
  }

  #tell(happened: Happened, seq: number | undefined, at: number): void {
    const stamp = seq === undefined ? { at } : { seq, at }
    for (const event of eventsOf(happened, stamp, { id: this.#runId, graph: this.#state.program.name }))
      // stored values are JSON: a copy keeps what listeners do to them out of the run
      this.#listeners.tell(seq === undefined ? event : cloneJson(event))
  }
}
