import type { GraphStore, JournalRecord, Lease, RunRecord, RunStatus } from '../store/store.ts'
import { delayOf } from '../util/timers.ts'
import { Heartbeat } from './heartbeat.ts'

/** When journal records reach the store: with every finished task (default), every so often, or when the run stops. */
export type Durability = 'task' | 'exit' | { readonly everyMs: number }

interface Pending {
  readonly record: JournalRecord
  readonly onStored: (() => void) | undefined
}

export interface JournalOptions {
  readonly store: GraphStore
  readonly run: RunRecord
  readonly lease: Lease
  readonly leaseMs: number
  readonly durability: Durability
  /** of the newest snapshot */
  readonly snapshotBytes: number
}

/** How a run ended that can no longer be written as usual. */
export interface LastRecord {
  readonly data: string
  readonly status: RunStatus
}

/** At most this many records go into one commit, so that one write stays bounded. */
const BATCH = 512
/** A snapshot is worth its size once the records since the last one weigh as much. */
const SNAPSHOT_MIN_BYTES = 256 * 1024

/** The writing end of a run's journal. Records that gather while a commit is under way go into the next one together. */
export class Journal {
  readonly #options: JournalOptions
  readonly #heartbeat: Heartbeat
  #pending: Pending[] = []
  #flushing: Promise<void> | undefined
  #timer: ReturnType<typeof setTimeout> | undefined
  #storedSeq: number
  #storedSnapshotSeq: number
  #bytes = 0
  #snapshotBytes: number
  seq: number
  snapshotSeq: number
  #loss: { readonly error: unknown } | undefined
  #onLost: ((error: unknown) => void) | undefined

  constructor(options: JournalOptions) {
    this.#options = options
    this.seq = options.run.seq
    this.#storedSeq = options.run.seq
    this.snapshotSeq = options.run.snapshotSeq
    this.#storedSnapshotSeq = options.run.snapshotSeq
    this.#snapshotBytes = options.snapshotBytes
    const { store, lease, leaseMs } = options
    this.#heartbeat = new Heartbeat({ store, lease, leaseMs, onLost: error => this.#lose(error) })
  }

  get createdAt(): number {
    return this.#options.run.createdAt
  }

  /** The run can no longer be written; nothing is stored from now on. */
  get isLost(): boolean {
    return this.#loss !== undefined
  }

  /** Tells of the loss, also if it has come already. */
  onLost(callback: (error: unknown) => void): void {
    this.#onLost = callback
    if (this.#loss !== undefined) callback(this.#loss.error)
  }

  get isIdle(): boolean {
    return this.#storedSeq === this.seq
  }

  /** Tasks may go on before their predecessors are stored. */
  get isRelaxed(): boolean {
    return this.#options.durability !== 'task'
  }

  get wantsSnapshot(): boolean {
    return this.#bytes > Math.max(SNAPSHOT_MIN_BYTES, this.#snapshotBytes)
  }

  append(data: string, head: { status: RunStatus; at: number; isSnapshot: boolean }, onStored?: () => void): void {
    this.seq++
    if (head.isSnapshot) {
      this.snapshotSeq = this.seq
      this.#snapshotBytes = data.length
      this.#bytes = 0
    } else this.#bytes += data.length
    const record = { seq: this.seq, at: head.at, status: head.status, snapshotSeq: this.snapshotSeq, data }
    this.#pending.push({ record, onStored })
    this.#schedule()
  }

  /** Resolves when all that was appended is stored, or the run is lost. */
  async flush(): Promise<void> {
    if (this.#timer !== undefined) clearTimeout(this.#timer)
    this.#timer = undefined
    this.#flushing ??= this.#drain()
    await this.#flushing
    if (this.#pending.length > 0 && !this.isLost) await this.flush()
  }

  /** @param last what to write if the run was lost: it says how the run ended, should the run still be this owner's */
  async close(last?: LastRecord): Promise<void> {
    this.#heartbeat.stop()
    if (this.#timer !== undefined) clearTimeout(this.#timer)
    if (this.isLost && last !== undefined) await this.#sayLast(last)
    try {
      // also after a failed write: it may have been the disk or the network, and the lease still ours
      await this.#options.store.release(this.#options.lease)
    } catch (error) {
      if (!this.isLost) throw error
    }
  }

  async #sayLast({ data, status }: LastRecord): Promise<void> {
    const { store, lease } = this.#options
    const seq = this.#storedSeq + 1
    const record = { seq, at: Date.now(), status, snapshotSeq: this.#storedSnapshotSeq, data }
    try {
      await store.commit(lease, this.#storedSeq, [record])
    } catch {
      // the run is another's, or the store is still away: whoever takes the run up finds it as a crash leaves it
    }
  }

  #schedule(): void {
    const { durability } = this.#options
    if (durability === 'exit') return
    if (durability === 'task') this.#flushing ??= this.#drain()
    else this.#timer ??= setTimeout(() => void this.flush(), delayOf(durability.everyMs))
  }

  async #drain(): Promise<void> {
    // one turn later, so that what finishes together is committed together
    await Promise.resolve()
    const { store, lease } = this.#options
    try {
      while (this.#pending.length > 0 && !this.isLost) {
        const batch = this.#pending.splice(0, BATCH)
        await store.commit(
          lease,
          this.#storedSeq,
          batch.map(pending => pending.record),
        )
        for (const { record, onStored } of batch) {
          // record by record: the run is not idle while a stored record still has tasks to release
          this.#storedSeq = record.seq
          this.#storedSnapshotSeq = record.snapshotSeq
          onStored?.()
        }
      }
    } catch (error) {
      this.#lose(error)
    } finally {
      this.#flushing = undefined
    }
  }

  #lose(error: unknown): void {
    if (this.isLost) return
    this.#loss = { error }
    this.#pending = []
    this.#heartbeat.stop()
    this.#onLost?.(error)
  }
}
