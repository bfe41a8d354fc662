import { closeSync, openSync } from 'node:fs'
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { RunNotFoundError, StoreCorruptError } from '../errors.ts'
import { isMissing, isNoFolder, readRange } from './files.ts'
import { fileNameOf, JournalIndex } from './journal-file.ts'

export const JOURNAL = 'journal.log'
const KEPT_INDEXES = 100

export interface OpenRun {
  readonly directory: string
  readonly inode: number
  /** a run that is created again may get the inode of the one before it */
  readonly bornMs: number
  index: JournalIndex
  descriptor: number | undefined
}

/** The journals this process knows: each is read once, and then only what was added. */
export class OpenRuns {
  readonly #root: string
  readonly #runs = new Map<string, OpenRun>()

  constructor(root: string) {
    this.#root = root
  }

  directoryOf(runId: string): string {
    return join(this.#root, fileNameOf(runId))
  }

  /** The run as this process knew it last, without a look at the disk. */
  known(runId: string): OpenRun | undefined {
    return this.#runs.get(runId)
  }

  /** for appending */
  descriptorOf(runId: string, run: OpenRun): number {
    // it may just have been forgotten for others' sake: what is open is known, so that it can be closed
    this.#runs.set(runId, run)
    run.descriptor ??= openSync(run.index.path, 'a')
    return run.descriptor
  }

  close(run: OpenRun): void {
    if (run.descriptor !== undefined) closeSync(run.descriptor)
    run.descriptor = undefined
  }

  async find(runId: string): Promise<OpenRun> {
    const run = await this.open(runId)
    if (run === undefined) throw this.missing(runId)
    return run
  }

  missing(runId: string): RunNotFoundError {
    return new RunNotFoundError(`There is no run "${runId}" in ${this.#root}.`)
  }

  /** The run with its index up to date; undefined when there is none. */
  async open(runId: string): Promise<OpenRun | undefined> {
    const directory = this.directoryOf(runId)
    const path = join(directory, JOURNAL)
    const known = this.#runs.get(runId)
    const info = await stat(path).catch((error: unknown) => {
      if (isMissing(error)) return undefined
      throw error
    })
    if (info === undefined) {
      if (known !== undefined) this.close(known)
      this.#runs.delete(runId)
      return undefined
    }
    const { ino: inode, birthtimeMs: bornMs, size } = info
    if (known?.inode === inode && known.bornMs === bornMs && known.index.offset <= size) {
      await this.catchUp(known)
      return known
    }
    if (known !== undefined) this.close(known)
    const run: OpenRun = {
      directory,
      inode,
      bornMs,
      index: new JournalIndex(path),
      descriptor: undefined,
    }
    await this.catchUp(run)
    if (run.index.header?.id !== runId || run.index.records.length === 0)
      throw new StoreCorruptError(`${path} is not the journal of run "${runId}".`)
    this.#runs.set(runId, run)
    this.#forgetOldest()
    return run
  }

  /** Indexes of runs that nobody drives are kept for a while only: a server sees many runs in its life. */
  #forgetOldest(): void {
    if (this.#runs.size <= KEPT_INDEXES) return
    for (const [id, { descriptor }] of this.#runs) {
      if (descriptor !== undefined) continue
      this.#runs.delete(id)
      return
    }
  }

  async catchUp(run: OpenRun): Promise<void> {
    const { size } = await stat(run.index.path)
    if (size > run.index.offset) run.index.feed(await readRange(run.index.path, run.index.offset, size))
  }

  forget(runId: string, run: OpenRun): void {
    this.close(run)
    this.#runs.delete(runId)
  }

  forgetAll(): void {
    for (const run of this.#runs.values()) this.close(run)
    this.#runs.clear()
  }
}

/** Reads a journal from its beginning; undefined when there is none. */
export const readIndex = async (directory: string): Promise<JournalIndex | undefined> => {
  const index = new JournalIndex(join(directory, JOURNAL))
  try {
    const { size } = await stat(index.path)
    index.feed(await readRange(index.path, 0, size))
    return index
  } catch (error) {
    // one damaged run does not hide the others; it is listed as far as it can be read, and says so when it is taken up
    if (error instanceof StoreCorruptError) return index
    if (isMissing(error) || isNoFolder(error)) return undefined
    throw error
  }
}
