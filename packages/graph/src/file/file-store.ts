import { open, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { LeaseLostError, RunExistsError, RunLockedError, SeqConflictError } from '../errors.ts'
import {
  pageRuns,
  type AcquireOptions,
  type GraphStore,
  type JournalRecord,
  type Lease,
  type ListOptions,
  type ReadOptions,
  type RunPage,
  type RunRecord,
} from '../store/store.ts'
import { firstToken } from '../util/ids.ts'
import { isMissing, readRange, syncDirectory } from './files.ts'
import { DurableWriter, encodeLine, type JournalIndex } from './journal-file.ts'
import { firstLock, freeLock, ownsLock, takeLock, touchLock } from './lock-files.ts'
import { JOURNAL, OpenRuns, readIndex } from './open-runs.ts'
import { isRunFolder, newFolder, placeFolder, removeAll, removeFolder, sweepFolders } from './run-folders.ts'

export interface FileStoreOptions {
  /** `false` leaves flushing to the operating system: quicker, and a power cut may lose the last steps. Default true */
  readonly fsync?: boolean
}

const nothing = (): void => {}

/** Runs in a directory: one folder for each, holding an append-only journal whose every line has a checksum. A record counts once it is
 *  flushed; a torn last line is ignored; a lock whose owner is dead is taken over at once.
 *  @example const store = fileStore('./runs') */
export const fileStore = (directory: string, options: FileStoreOptions = {}): GraphStore =>
  new FileStore(directory, options)

class FileStore implements GraphStore {
  readonly #root: string
  readonly #writer: DurableWriter
  readonly #isSynced: boolean
  readonly #runs: OpenRuns
  readonly #queues = new Map<string, Promise<void>>()
  #isSwept: Promise<void> | undefined

  constructor(root: string, { fsync = true }: FileStoreOptions) {
    this.#root = root
    this.#runs = new OpenRuns(root)
    this.#isSynced = fsync
    this.#writer = new DurableWriter(fsync)
  }

  async create(run: RunRecord, records: readonly JournalRecord[], { owner, ttlMs }: AcquireOptions): Promise<Lease> {
    const token = firstToken()
    const { id, graph, version, topology, createdAt, forkOf, traceparent } = run
    const header = {
      id,
      graph,
      version,
      topology,
      createdAt,
      ...(forkOf === undefined ? {} : { forkOf }),
      ...(traceparent === undefined ? {} : { traceparent }),
    }
    const lines = [encodeLine({ h: header }), encodeLine({ m: token })]
    for (const record of records) lines.push(encodeLine({ k: token, r: record }))
    const folder = await newFolder(this.#root)
    let isPlaced = false
    try {
      await this.#write(join(folder, JOURNAL), lines.join(''))
      await firstLock(folder, { owner, ttlMs, token })
      if (this.#isSynced) await syncDirectory(folder)
      isPlaced = await placeFolder(folder, this.#runs.directoryOf(id))
    } finally {
      if (!isPlaced) await removeAll(folder)
    }
    if (!isPlaced) throw new RunExistsError(`There is a run "${id}" in ${this.#root} already.`)
    if (this.#isSynced) await syncDirectory(this.#root)
    return { runId: id, owner, token }
  }

  async #write(path: string, text: string): Promise<void> {
    const handle = await open(path, 'wx')
    try {
      await handle.writeFile(text)
      if (this.#isSynced) await handle.sync()
    } finally {
      await handle.close()
    }
  }

  get(runId: string): Promise<RunRecord | undefined> {
    return this.#alone(runId, async () => {
      const run = await this.#runs.open(runId)
      return run === undefined ? undefined : recordOf(run.index)
    })
  }

  acquire(runId: string, { owner, ttlMs, takeOver = false }: AcquireOptions): Promise<Lease> {
    return this.#alone(runId, async () => {
      const { directory, index } = await this.#runs.find(runId)
      try {
        const taken = await takeLock(directory, { owner, ttlMs, takeOver, atLeast: index.token })
        if ('heldBy' in taken)
          throw new RunLockedError(
            `Run "${runId}" is held by ${taken.heldBy}; wait until it is done or its lease runs out.`,
          )
        const { token } = taken
        // looked at again: it may have been deleted and created anew before the lock was taken
        const run = await this.#runs.find(runId)
        // from this line on, whatever an earlier owner still writes is ignored; it may begin in the middle of a torn one
        await this.#writer.append(this.#runs.descriptorOf(runId, run), `\n${encodeLine({ m: token })}`)
        await this.#runs.catchUp(run)
        return { runId, owner, token }
      } catch (error) {
        throw isMissing(error) ? this.#runs.missing(runId) : error
      }
    })
  }

  renew(lease: Lease, ttlMs: number): Promise<void> {
    return this.#alone(lease.runId, async () => {
      const run = await this.#runs.find(lease.runId)
      if (!ownsLock(run.directory, lease.token) || !(await touchLock(run.directory, lease.token, ttlMs)))
        await this.#refuse(lease)
    })
  }

  release(lease: Lease): Promise<void> {
    return this.#alone(lease.runId, async () => {
      const run = await this.#runs.open(lease.runId)
      if (run === undefined) return
      this.#runs.close(run)
      if (ownsLock(run.directory, lease.token)) await freeLock(run.directory, lease.token)
    })
  }

  commit(lease: Lease, expectedSeq: number, records: readonly JournalRecord[]): Promise<void> {
    return this.#alone(lease.runId, async () => {
      // an open index that belongs to this lease is up to date: nobody else may have written since
      const known = this.#runs.known(lease.runId)
      const run =
        known?.index.token === lease.token && known.descriptor !== undefined
          ? known
          : await this.#runs.find(lease.runId)
      if (!ownsLock(run.directory, lease.token)) await this.#refuse(lease)
      const head = run.index.records[run.index.records.length - 1]!.seq
      if (head !== expectedSeq) throw new SeqConflictError(`Run "${lease.runId}" is at ${head}, not at ${expectedSeq}.`)
      const text = records.map(record => encodeLine({ k: lease.token, r: record })).join('')
      await this.#writer.append(this.#runs.descriptorOf(lease.runId, run), text)
      // taken over meanwhile: the record may stand after the new owner's mark, and then it does not count
      if (!ownsLock(run.directory, lease.token)) await this.#refuse(lease)
      run.index.feed(Buffer.from(text))
    })
  }

  read(runId: string, { afterSeq = 0, limit = Infinity }: ReadOptions = {}): Promise<readonly JournalRecord[]> {
    return this.#alone(runId, async () => {
      const { index } = await this.#runs.find(runId)
      const first = index.records[0]?.seq ?? 1
      const from = Math.max(0, afterSeq + 1 - first)
      const wanted = index.records.slice(from, from + limit)
      if (wanted.length === 0) return []
      const start = wanted[0]!.offset
      const last = wanted[wanted.length - 1]!
      const bytes = await readRange(index.path, start, last.offset + last.length)
      return wanted.map(({ offset, length }) => index.decode(bytes.subarray(offset - start, offset - start + length)))
    })
  }

  async list(options?: ListOptions): Promise<RunPage> {
    const runs: RunRecord[] = []
    for (const name of await readdir(this.#root).catch((error: unknown) => {
      if (isMissing(error)) return []
      throw error
    })) {
      if (!isRunFolder(name)) continue
      const index = await readIndex(join(this.#root, name))
      if (index?.header !== undefined && index.records.length > 0) runs.push(recordOf(index))
    }
    return pageRuns(runs, options)
  }

  delete(runId: string): Promise<boolean> {
    return this.#alone(runId, async () => {
      const run = await this.#runs.open(runId)
      if (run === undefined) return false
      this.#runs.forget(runId, run)
      // what it cannot finish is left to the next process
      this.#isSwept ??= sweepFolders(this.#root).catch(nothing)
      await this.#isSwept
      return removeFolder(this.#root, run.directory)
    })
  }

  async close(): Promise<void> {
    this.#runs.forgetAll()
  }

  /** One piece of work on a run at a time: an index is read, then the file, then the index is written. */
  #alone<T>(runId: string, work: () => Promise<T>): Promise<T> {
    const before = this.#queues.get(runId)
    const result = before === undefined ? work() : before.then(work)
    const settled = result.then(nothing, nothing)
    this.#queues.set(runId, settled)
    void settled.then(() => {
      if (this.#queues.get(runId) === settled) this.#queues.delete(runId)
    })
    return result
  }

  /** Says why a lease is worth nothing any more. */
  async #refuse(lease: Lease): Promise<never> {
    await this.#runs.find(lease.runId)
    throw new LeaseLostError(`Run "${lease.runId}" is no longer held by ${lease.owner}.`)
  }
}

const recordOf = ({ header, records }: JournalIndex): RunRecord => {
  const { seq, status, snapshotSeq, at } = records[records.length - 1]!.head
  return { ...header!, status, seq, snapshotSeq, updatedAt: at }
}
