import { createRun, leaseOptions, openJournal } from './create-run.ts'
import { GraphSetupError } from './errors.ts'
import type { InterruptAnswer } from './interrupt.ts'
import type { Journal } from './kernel/journal.ts'
import { loadRun, type Loaded } from './kernel/load.ts'
import { contextOutside, hostOutside } from './kernel/outside.ts'
import { Router } from './kernel/route.ts'
import { RunState } from './kernel/run-state.ts'
import type { Stop } from './kernel/stop.ts'
import { startRunSpan, type RunSpan } from './otel.ts'
import type { CacheStore } from './policy.ts'
import type { Program, ProgramNode } from './program.ts'
import { readHead } from './read-run.ts'
import {
  checkControls,
  type GraphOutcome,
  type ResumeControls,
  type RunControls,
  type StoreControls,
} from './run-options.ts'
import { validate } from './schema.ts'
import { openSession, type Session, type SessionParts } from './session.ts'
import type { GraphStore, Lease } from './store/store.ts'
import { randomId } from './util/ids.ts'
import { cloneJson, toJson } from './util/json.ts'

export interface StartControls extends RunControls, StoreControls {
  readonly state?: unknown
  readonly deps?: unknown
  readonly store?: GraphStore
  /** default: a random id */
  readonly runId?: string
  readonly isManual?: boolean
}

type AnyResume = ResumeControls & { readonly deps?: unknown; readonly isManual?: boolean }
type AnyOutcome = GraphOutcome<unknown, unknown>

/** Starts and resumes runs of one program: what both front ends share. */
export class Runner {
  readonly program: Program
  readonly #store: GraphStore | undefined
  readonly #caches = new Map<string, CacheStore>()

  constructor(program: Program, store: GraphStore | undefined) {
    this.program = program
    this.#store = store
  }

  /** @throws {GraphSetupError} neither the call nor the graph names a store */
  storeOf(options: { readonly store?: GraphStore | undefined }): GraphStore {
    const store = options.store ?? this.#store
    if (store === undefined)
      throw new GraphSetupError(`Graph "${this.program.name}" has no store. Pass { store }, for example memoryStore().`)
    return store
  }

  async run(node: ProgramNode, input: unknown, options: StartControls): Promise<AnyOutcome> {
    return this.#drive(await this.begin(node, input, options), options)
  }

  async resume(runId: string, options: AnyResume): Promise<AnyOutcome> {
    const session = await this.reopen(runId, options)
    return 'kernel' in session ? this.#drive(session, options) : session
  }

  async #drive(session: Session, options: AnyResume): Promise<AnyOutcome> {
    const stop = await session.kernel.run()
    await session.close(stop)
    return this.#outcome(session, stop, options)
  }

  #outcome(session: Session, stop: Stop, options: AnyResume): AnyOutcome {
    const { kernel, journal } = session
    const { runId } = kernel
    if (stop.status === 'failed' || stop.status === 'cancelled') throw stop.error
    const state = cloneJson(kernel.state.root.branch!.root)
    if (stop.status === 'done') return { status: 'done', runId, output: stop.output, state }
    if (stop.status === 'paused') return { status: 'paused', runId, state }
    const resume = async (answers: readonly InterruptAnswer[]) => {
      if (journal !== undefined) return this.resume(runId, { ...options, answers })
      kernel.assertStopped()
      kernel.answer(answers)
      return this.#drive(session, options)
    }
    return { status: 'interrupted', runId, state, interrupts: stop.interrupts, resume }
  }

  /** Starts a run without driving it. */
  async begin(node: ProgramNode, input: unknown, options: StartControls): Promise<Session> {
    checkControls(options)
    const { program } = this
    const runId = options.runId ?? randomId()
    const store = options.store ?? this.#store
    const state = new RunState(program, this.#initialState(options))
    const context = contextOutside(hostOutside(runId, state, options.deps), state.root)
    const router = new Router(program, context, 1)
    router.arrive(node, input, state.root)
    state.apply({ kind: 'override', ops: router.ops })
    state.fresh = []
    const span = options.trace === false ? undefined : startRunSpan(program.name, runId, undefined)
    const parts = { runId, state, options, span }
    if (store === undefined) return this.#session({ ...parts, journal: undefined, isNew: true })
    try {
      const journal = await createRun(store, { ...parts, reason: 'start', traceparent: span?.traceparent })
      return this.#session({ ...parts, journal, isNew: true })
    } catch (error) {
      span?.end(error)
      throw error
    }
  }

  #initialState({ state }: StartControls): unknown {
    const schema = this.program.definition.state
    const given = schema === undefined ? state : validate(schema, state, 'initial state')
    return given === undefined ? undefined : toJson(given, 'initial state')
  }

  #session(parts: Omit<SessionParts, 'caches'>): Session {
    return openSession({ ...parts, caches: this.#caches })
  }

  /** Takes up a stored run. A run that is done gives its outcome instead.
   *  @throws {RunNotFoundError | RunLockedError | VersionMismatchError} */
  async reopen(runId: string, options: AnyResume): Promise<Session | AnyOutcome> {
    checkControls(options)
    const store = this.storeOf(options)
    const head = await readHead(this.program, store, runId)
    if (head.status === 'done')
      return doneOutcome(await loadRun(this.program, store, head, { migrate: options.migrate }))
    const lease = await store.acquire(runId, { ...leaseOptions(options), takeOver: options.takeOver ?? false })
    const held: Held = { store, lease, journal: undefined, span: undefined }
    try {
      return await this.#takeUp(runId, options, held)
    } catch (error) {
      await giveBack(held, error)
      throw error
    }
  }

  async #takeUp(runId: string, options: AnyResume, held: Held): Promise<Session | AnyOutcome> {
    const { store, lease } = held
    // read after the lease: the former owner may have gone on until it changed hands
    const run = await readHead(this.program, store, runId)
    const loaded = await loadRun(this.program, store, run, { migrate: options.migrate })
    if (run.status === 'done') {
      await giveBack(held, undefined)
      return doneOutcome(loaded)
    }
    const { state, snapshotBytes, migrated } = loaded
    if (options.trace !== false) held.span = startRunSpan(this.program.name, runId, run.traceparent)
    held.journal = openJournal(store, { run, lease, options, snapshotBytes })
    const session = this.#session({ runId, state, options, span: held.span, journal: held.journal })
    const { kernel } = session
    kernel.note(run.status === 'running' ? { kind: 'recover' } : { kind: 'status', status: 'running' })
    if (migrated !== undefined) kernel.note({ kind: 'snapshot', snapshot: migrated, reason: 'migrate' })
    try {
      kernel.answer(options.answers ?? [])
      // no task may run on an answer that a crash could still take back
      await held.journal.flush()
    } catch (error) {
      await kernel.abandon(run.status)
      throw error
    }
    return session
  }
}

const doneOutcome = ({ run, state }: Loaded): AnyOutcome => ({
  status: 'done',
  runId: run.id,
  output: state.end?.output,
  state: state.root.branch!.root,
})

/** What a resume holds before it has become a session. */
interface Held {
  readonly store: GraphStore
  readonly lease: Lease
  journal: Journal | undefined
  span: RunSpan | undefined
}

const giveBack = async ({ store, lease, journal, span }: Held, error: unknown): Promise<void> => {
  span?.end(error)
  try {
    await (journal === undefined ? store.release(lease) : journal.close())
  } catch {
    // the lease runs out by itself; what matters is why the run could not be taken up
  }
}
