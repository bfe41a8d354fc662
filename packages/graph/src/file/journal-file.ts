import { createHash } from 'node:crypto'
import { fdatasync, fdatasyncSync, write, writeSync } from 'node:fs'
import { crc32 } from 'node:zlib'
import { StoreCorruptError } from '../errors.ts'
import type { JournalRecord, RunRecord } from '../store/store.ts'

/** First line of a journal: what never changes about the run. */
export type RunHeader = Pick<
  RunRecord,
  'id' | 'graph' | 'version' | 'topology' | 'createdAt' | 'forkOf' | 'traceparent'
>

type Line = { readonly h: RunHeader } | { readonly m: number } | { readonly k: number; readonly r: JournalRecord }

/** `<crc32 of the text, 8 hex digits> <json>` and a newline: a torn or damaged line shows itself. */
export const encodeLine = (line: Line): string => {
  const text = JSON.stringify(line)
  return `${checksum(text)} ${text}\n`
}

const checksum = (text: string | Uint8Array) => crc32(text).toString(16).padStart(8, '0')

const decodeLine = (line: Buffer): Line | undefined => {
  if (line.length < 10 || line[8] !== 0x20) return undefined
  const text = line.subarray(9)
  if (line.toString('latin1', 0, 8) !== checksum(text)) return undefined
  return JSON.parse(text.toString('utf8')) as Line
}

export interface IndexedRecord {
  readonly seq: number
  readonly offset: number
  readonly length: number
  readonly head: Omit<JournalRecord, 'data'>
}

/** What a journal holds, built by reading it once and then only what was added. */
export class JournalIndex {
  readonly path: string
  header: RunHeader | undefined
  records: IndexedRecord[] = []
  /** records of an earlier owner that come after a takeover do not count; 1 in journals of versions that did not say which token is the first */
  token = 1
  /** bytes read so far: always the end of a line */
  offset = 0
  #damagedAt: number | undefined

  constructor(path: string) {
    this.path = path
  }

  /** Takes in the bytes that follow `offset`. A last line without its newline is left for later. */
  feed(bytes: Buffer): void {
    let from = 0
    for (let end = bytes.indexOf(10, from); end !== -1; end = bytes.indexOf(10, from)) {
      this.#line(bytes.subarray(from, end), this.offset + from)
      from = end + 1
    }
    this.offset += from
  }

  #line(raw: Buffer, offset: number): void {
    // an owner that finds a torn tail ends it with a newline of its own
    if (raw.length === 0) return
    const line = decodeLine(raw)
    if (line === undefined) {
      this.#damagedAt ??= offset
      return
    }
    if ('m' in line) {
      this.token = line.m
      this.#damagedAt = undefined
      return
    }
    if (this.#damagedAt !== undefined)
      throw new StoreCorruptError(
        `${this.path} is damaged at byte ${this.#damagedAt}; the records after it cannot be trusted.`,
      )
    if ('h' in line) this.header = line.h
    else if (line.k === this.token) this.#add(line.r, offset, raw.length)
  }

  #add({ seq, at, status, snapshotSeq }: JournalRecord, offset: number, length: number): void {
    const last = this.records[this.records.length - 1]
    if (last !== undefined && seq !== last.seq + 1)
      throw new StoreCorruptError(`${this.path} goes from record ${last.seq} to ${seq}.`)
    this.records.push({ seq, offset, length, head: { seq, at, status, snapshotSeq } })
  }

  decode(raw: Buffer): JournalRecord {
    const line = decodeLine(raw)
    if (line === undefined || !('r' in line)) throw new StoreCorruptError(`${this.path} changed under the reader.`)
    return line.r
  }
}

const SLOW_MS = 2

/** Appends text and waits until it is on the disk. Quick disks are written in place; on slow ones the event loop is kept free. */
export class DurableWriter {
  readonly #isSynced: boolean
  #isSlow = false

  constructor(isSynced: boolean) {
    this.#isSynced = isSynced
  }

  async append(descriptor: number, text: string): Promise<void> {
    const bytes = Buffer.from(text)
    if (this.#isSlow) await this.#later(descriptor, bytes)
    else this.#now(descriptor, bytes)
  }

  #now(descriptor: number, bytes: Buffer): void {
    const before = performance.now()
    for (let done = 0; done < bytes.length;) done += writeSync(descriptor, bytes, done)
    if (this.#isSynced) fdatasyncSync(descriptor)
    if (performance.now() - before > SLOW_MS) this.#isSlow = true
  }

  async #later(descriptor: number, bytes: Buffer): Promise<void> {
    const before = performance.now()
    for (let done = 0; done < bytes.length;) done += await writeOnce(descriptor, bytes, done)
    if (this.#isSynced) await sync(descriptor)
    if (performance.now() - before < SLOW_MS) this.#isSlow = false
  }
}

const writeOnce = (descriptor: number, bytes: Buffer, from: number): Promise<number> =>
  new Promise((resolve, reject) => {
    write(descriptor, bytes, from, bytes.length - from, null, (error, count) =>
      error === null ? resolve(count) : reject(error),
    )
  })

const sync = (descriptor: number): Promise<void> =>
  new Promise((resolve, reject) => {
    fdatasync(descriptor, error => (error === null ? resolve() : reject(error)))
  })

/** A file name for any id: no two ids share one, not even where names ignore case. */
export const fileNameOf = (id: string): string => {
  let name = ''
  for (let index = 0; index < id.length; index++) {
    const char = id[index]!
    name += /[a-z0-9_-]/.test(char) ? char : `%${id.charCodeAt(index).toString(16).padStart(4, '0')}`
  }
  return name.length <= 200 ? `r${name}` : `h${createHash('sha256').update(Buffer.from(id, 'utf16le')).digest('hex')}`
}
