import { GraphRuntimeError, GraphSetupError, RunNotFoundError } from './errors.ts'
import { eventsOf, type GraphEvent } from './events/event.ts'
import type { InterruptAnswer } from './interrupt.ts'
import { encodeEntry } from './kernel/entry-json.ts'
import { Journal } from './kernel/journal.ts'
import { Kernel } from './kernel/kernel.ts'
import { loadRun } from './kernel/load.ts'
import type { SnapshotJson } from './kernel/json-forms.ts'
import { contextOutside, hostOutside } from './kernel/outside.ts'
import { Router } from './kernel/route.ts'
import { RunState } from './kernel/run-state.ts'
import { snapshotOf } from './kernel/snapshot.ts'
import type { Stop } from './kernel/stop.ts'
import { startRunSpan, type RunSpan } from './otel.ts'
import type { CacheStore } from './policy.ts'
import type { Program, ProgramNode } from './program.ts'
import type { GraphOutcome, ResumeControls, RunControls, StoreControls } from './run-options.ts'
import { validate } from './schema.ts'
import type { GraphStore, JournalRecord, ListOptions, RunPage, RunRecord, RunStatus } from './store/store.ts'
import { randomId } from './util/ids.ts'
import { cloneJson, toJson, type Json } from './util/json.ts'

export interface StartControls extends RunControls, StoreControls {
  readonly state?: unknown
  readonly deps?: unknown
  readonly store?: GraphStore
  /** default: a random id */
  readonly runId?: string
}

type AnyResume = ResumeControls & { readonly deps?: unknown }

/** A record of a run's history with the events it stands for. */
export interface HistoryEntry {
  readonly seq: number
  readonly at: number
  readonly status: RunStatus
  readonly events: readonly GraphEvent[]
}

export interface HistoryPage {
  readonly entries: readonly HistoryEntry[]
  /** undefined when there is no more */
  readonly cursor?: number
}

/** A run as it was after one record. */
export interface RunMoment<TState> {
  readonly seq: number
  readonly status: RunStatus
  readonly state: TState
  readonly tasks: readonly {
    readonly taskId: number
    readonly nodeId: string
    readonly input: Json
    readonly status: string
  }[]
}

const DEFAULT_LEASE_MS = 15_000

/** One way of driving a run: to its end, or by hand. */
export interface Session {
  readonly kernel: Kernel
  readonly journal: Journal | undefined
  readonly span: RunSpan | undefined
  close(stop: Stop | undefined): Promise<void>
}

/** Starts, resumes, forks and reads runs of one program: what both front ends share. */
export class Runner {
  readonly program: Program
  readonly #store: GraphStore | undefined
  readonly #caches = new Map<string, CacheStore>()

  constructor(program: Program, store: GraphStore | undefined) {
    this.program = program
    this.#store = store
  }

  storeOf(options: { readonly store?: GraphStore | undefined }): GraphStore {
    const store = options.store ?? this.#store
    if (store === undefined)
      throw new GraphSetupError(`Graph "${this.program.name}" has no store. Pass { store }, for example memoryStore().`)
    return store
  }

  async run(node: ProgramNode, input: unknown, options: StartControls): Promise<GraphOutcome<unknown, unknown>> {
    return this.#drive(await this.begin(node, input, options), options)
  }

  async resume(runId: string, options: AnyResume): Promise<GraphOutcome<unknown, unknown>> {
    const session = await this.reopen(runId, options)
    return 'kernel' in session ? this.#drive(session, options) : session
  }

  async #drive(session: Session, options: AnyResume): Promise<GraphOutcome<unknown, unknown>> {
    const stop = await session.kernel.run()
    await session.close(stop)
    return this.#outcome(session, stop, options)
  }

  #outcome(session: Session, stop: Stop, options: AnyResume): GraphOutcome<unknown, unknown> {
    const { kernel, journal } = session
    const { runId } = kernel
    if (stop.status === 'failed' || stop.status === 'cancelled') throw stop.error
    const state = cloneJson(kernel.state.root.branch!.root)
    if (stop.status === 'done') return { status: 'done', runId, output: stop.output, state }
    if (stop.status === 'paused') return { status: 'paused', runId, state }
    const resume = async (answers: readonly InterruptAnswer[]) => {
      if (journal !== undefined) return this.resume(runId, { ...options, answers })
      kernel.answer(answers)
      return this.#drive(session, options)
    }
    return { status: 'interrupted', runId, state, interrupts: stop.interrupts, resume }
  }

  /** Starts a run without driving it. */
  async begin(
    node: ProgramNode,
    input: unknown,
    options: StartControls & { readonly isManual?: boolean },
  ): Promise<Session> {
    const { program } = this
    const runId = options.runId ?? randomId()
    const store = options.store ?? this.#store
    const given =
      program.definition.state === undefined
        ? options.state
        : validate(program.definition.state, options.state, 'initial state')
    const state = new RunState(program, given === undefined ? undefined : toJson(given, 'initial state'))
    const context = contextOutside(hostOutside(runId, state, options.deps), state.root)
    const router = new Router(program, store !== undefined, context, 1)
    router.arrive(node, input, state.root)
    state.apply({ kind: 'override', ops: router.ops })
    state.fresh = []
    const span = options.trace === false ? undefined : startRunSpan(program.name, runId, undefined)
    if (store === undefined) return this.#session({ runId, state, options, span, journal: undefined })
    const journal = await this.#create(store, { runId, state, span, options, reason: 'start' })
    return this.#session({ runId, state, options, span, ...journal })
  }

  async #create(
    store: GraphStore,
    what: {
      readonly runId: string
      readonly state: RunState
      readonly span?: RunSpan | undefined
      readonly options: StoreControls
      readonly reason: 'start' | 'fork' | 'import'
      readonly forkOf?: RunRecord['forkOf']
    },
  ) {
    const { runId, state, options, span } = what
    const at = Date.now()
    const data = JSON.stringify(encodeEntry({ kind: 'snapshot', snapshot: snapshotOf(state), reason: what.reason }))
    const run: RunRecord = {
      id: runId,
      graph: this.program.name,
      version: this.program.version,
      topology: this.program.hash,
      status: state.status,
      seq: 1,
      snapshotSeq: 1,
      createdAt: at,
      updatedAt: at,
      ...(what.forkOf === undefined ? {} : { forkOf: what.forkOf }),
      ...(span?.traceparent === undefined ? {} : { traceparent: span.traceparent }),
    }
    const record: JournalRecord = { seq: 1, at, status: state.status, snapshotSeq: 1, data }
    const lease = await store.create(run, [record], this.#leaseOptions(options))
    return this.#journal(store, { run, lease, options, snapshotBytes: data.length })
  }

  #leaseOptions(options: StoreControls) {
    return { owner: options.owner ?? `owner-${randomId()}`, ttlMs: options.leaseMs ?? DEFAULT_LEASE_MS }
  }

  #journal(
    store: GraphStore,
    {
      run,
      lease,
      options,
      snapshotBytes,
    }: {
      run: RunRecord
      lease: Awaited<ReturnType<GraphStore['acquire']>>
      options: StoreControls
      snapshotBytes: number
    },
  ) {
    const lost: { kernel?: Kernel } = {}
    const journal = new Journal(
      {
        store,
        run,
        lease,
        leaseMs: options.leaseMs ?? DEFAULT_LEASE_MS,
        durability: options.durability ?? 'task',
        onLost: error => lost.kernel?.lose(error),
      },
      snapshotBytes,
    )
    return { journal, lost }
  }

  #session(what: {
    readonly runId: string
    readonly state: RunState
    readonly options: RunControls & { readonly deps?: unknown; readonly isManual?: boolean }
    readonly span: RunSpan | undefined
    readonly journal: Journal | undefined
    readonly lost?: { kernel?: Kernel }
  }): Session {
    const { runId, state, options, span, journal } = what
    const { concurrency, maxSteps, signal, drainSignal } = options
    const kernel = new Kernel({
      runId,
      state,
      deps: options.deps,
      journal,
      caches: this.#caches,
      ...(concurrency === undefined ? {} : { concurrency }),
      ...(maxSteps === undefined ? {} : { maxSteps }),
      ...(signal === undefined ? {} : { signal }),
      ...(drainSignal === undefined ? {} : { drainSignal }),
      ...(options.isManual ? { isManual: true } : {}),
      ...(span?.nodes === undefined ? {} : { tracer: span.nodes }),
    })
    if (what.lost !== undefined) what.lost.kernel = kernel
    if (options.onEvent !== undefined) {
      kernel.listen(options.onEvent)
      if (state.steps === 0)
        options.onEvent({
          at: Date.now(),
          ...(journal === undefined ? {} : { seq: 1 }),
          type: 'run-start',
          runId,
          graph: this.program.name,
        })
    }
    return {
      kernel,
      journal,
      span,
      close: async stop => {
        span?.end(stop !== undefined && 'error' in stop ? stop.error : undefined)
        await journal?.close()
      },
    }
  }

  /** Takes up a stored run. A run that is done gives its outcome instead.
   *  @throws {RunNotFoundError | RunLockedError | VersionMismatchError} */
  async reopen(
    runId: string,
    options: AnyResume & { readonly isManual?: boolean },
  ): Promise<Session | GraphOutcome<unknown, unknown>> {
    const store = this.storeOf(options)
    const head = await this.#head(store, runId)
    if (head.status === 'done') {
      const { state } = await loadRun(this.program, store, head, { migrate: options.migrate })
      return { status: 'done', runId, output: state.end?.output, state: state.root.branch!.root }
    }
    const lease = await store.acquire(runId, { ...this.#leaseOptions(options), takeOver: options.takeOver ?? false })
    try {
      // read again: the former owner may have gone on until the lease changed hands
      const run = await this.#head(store, runId)
      const loaded = await loadRun(this.program, store, run, { migrate: options.migrate })
      const span = options.trace === false ? undefined : startRunSpan(this.program.name, runId, run.traceparent)
      const { journal, lost } = this.#journal(store, { run, lease, options, snapshotBytes: loaded.snapshotBytes })
      const session = this.#session({ runId, state: loaded.state, options, span, journal, lost })
      if (run.status === 'running') session.kernel.note({ kind: 'recover' })
      else session.kernel.note({ kind: 'status', status: 'running' })
      if (loaded.migrated !== undefined) this.#noteMigration(session, loaded.migrated)
      try {
        session.kernel.answer(options.answers ?? [])
        // no task may run on an answer that a crash could still take back
        await journal.flush()
      } catch (error) {
        await session.kernel.abandon(run.status)
        await session.close(undefined)
        throw error
      }
      return session
    } catch (error) {
      await store.release(lease)
      throw error
    }
  }

  #noteMigration(session: Session, snapshot: SnapshotJson): void {
    session.kernel.note({ kind: 'snapshot', snapshot, reason: 'migrate' })
  }

  async #head(store: GraphStore, runId: string): Promise<RunRecord> {
    const run = await store.get(runId)
    if (run === undefined) throw new RunNotFoundError(`There is no run "${runId}" in the store.`)
    if (run.graph !== this.program.name)
      throw new GraphRuntimeError(`Run "${runId}" belongs to graph "${run.graph}", not to "${this.program.name}".`)
    return run
  }

  /** Copies a run as it was after record `seq` into a new run, which goes its own way from there. Returns the new run's id. */
  async fork(
    runId: string,
    options: {
      readonly store?: GraphStore
      readonly seq?: number
      readonly runId?: string
      readonly update?: (state: never) => unknown
    },
  ): Promise<string> {
    const store = this.storeOf(options)
    const run = await this.#head(store, runId)
    const seq = options.seq ?? run.seq
    const { state } = await loadRun(this.program, store, run, { seq })
    if (options.update !== undefined) {
      const draft = cloneJson(state.root.branch!.root)
      // the front ends type the callback with the graph's state
      const updated = options.update(draft as never)
      state.root.branch!.root = toJson(updated === undefined ? draft : updated, 'updated state')
    }
    state.status = state.end === undefined ? 'paused' : 'done'
    const id = options.runId ?? randomId()
    const { journal } = await this.#create(store, {
      runId: id,
      state,
      options: {},
      reason: 'fork',
      forkOf: { runId, seq },
    })
    await journal.close()
    return id
  }

  /** Stores a run that was put together elsewhere, ready to be resumed. */
  async importRun(
    runId: string,
    options: {
      readonly store?: GraphStore | undefined
      readonly state: unknown
      readonly node?: string
      readonly input?: unknown
      readonly end?: { readonly output: unknown }
    },
  ): Promise<void> {
    const state = new RunState(this.program, toJson(options.state, 'imported state'))
    const context = contextOutside(hostOutside(runId, state, undefined), state.root)
    const router = new Router(this.program, true, context, 1)
    if (options.end !== undefined)
      router.ops.push({ t: 'end', value: toJson(options.end.output, 'imported output'), place: state.root })
    else {
      const node = this.program.nodes.get(options.node ?? '')
      if (node === undefined)
        throw new GraphRuntimeError(`Node "${options.node}" is not in graph "${this.program.name}".`)
      router.arrive(node, options.input, state.root)
    }
    state.apply({ kind: 'override', ops: router.ops })
    state.fresh = []
    if (state.end === undefined) state.status = 'paused'
    const { journal } = await this.#create(this.storeOf(options), { runId, state, options: {}, reason: 'import' })
    await journal.close()
  }

  /** The run after record `seq` (default: now). */
  async moment(
    runId: string,
    options: { readonly store?: GraphStore; readonly seq?: number },
  ): Promise<RunMoment<unknown>> {
    const store = this.storeOf(options)
    const run = await this.#head(store, runId)
    const seq = options.seq ?? run.seq
    const { state } = await loadRun(this.program, store, run, { seq })
    const tasks = [...state.tasks.values()]
      .sort((a, b) => a.id - b.id)
      .map(task => ({
        taskId: task.id,
        nodeId: task.node.id,
        input: task.scope === undefined ? (task.input as Json) : null,
        status: task.status,
      }))
    return { seq, status: state.status, state: state.root.branch!.root, tasks }
  }

  /** What happened in a run, oldest first, a page at a time. */
  async history(
    runId: string,
    options: { readonly store?: GraphStore; readonly limit?: number; readonly cursor?: number },
  ): Promise<HistoryPage> {
    const store = this.storeOf(options)
    const run = await this.#head(store, runId)
    const after = options.cursor ?? 0
    const last = Math.min(run.seq, after + (options.limit ?? 100))
    if (after >= last) return { entries: [] }
    const entries: HistoryEntry[] = []
    let from = after
    while (from < last) {
      // one load stops at the newest snapshot before its end, so a page may need several
      const until = await this.#segmentEnd(store, runId, from, last)
      await loadRun(this.program, store, run, {
        seq: until,
        onEntry: (entry, record) => {
          if (record.seq > from)
            entries.push(
              this.#historyEntry(
                record,
                eventsOf(entry, { seq: record.seq, at: record.at }, { id: runId, graph: run.graph }),
              ),
            )
        },
      })
      from = until
    }
    return last < run.seq ? { entries, cursor: last } : { entries }
  }

  /** The last record up to `last` that has the same snapshot as the one after `from`. */
  async #segmentEnd(store: GraphStore, runId: string, from: number, last: number): Promise<number> {
    const records = await store.read(runId, { afterSeq: from, limit: last - from })
    const snapshot = records[0]!.snapshotSeq
    let end = records[0]!.seq
    for (const record of records) if (record.snapshotSeq === snapshot) end = record.seq
    return end
  }

  #historyEntry(record: JournalRecord, events: readonly GraphEvent[]): HistoryEntry {
    return { seq: record.seq, at: record.at, status: record.status, events }
  }

  /** The stored events of a run after record `afterSeq`: what a reconnecting listener missed. */
  async *events(
    runId: string,
    options: { readonly store?: GraphStore; readonly afterSeq?: number },
  ): AsyncGenerator<GraphEvent> {
    let cursor: number | undefined = options.afterSeq ?? 0
    while (cursor !== undefined) {
      const page: HistoryPage = await this.history(runId, { ...options, cursor, limit: 500 })
      for (const entry of page.entries) yield* entry.events
      cursor = page.cursor
    }
  }

  async list(options: ListOptions & { readonly store?: GraphStore }): Promise<RunPage> {
    return this.storeOf(options).list({ ...options, graph: this.program.name })
  }

  async delete(runId: string, options: { readonly store?: GraphStore }): Promise<boolean> {
    return this.storeOf(options).delete(runId)
  }
}
