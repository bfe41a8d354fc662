import {
  GraphInputError,
  LeaseLostError,
  RunExistsError,
  RunLockedError,
  RunNotFoundError,
  SeqConflictError,
  VersionMismatchError,
} from '../errors.ts'
import {
  decodeCursor,
  encodeCursor,
  statusesOf,
  type AcquireOptions,
  type GraphStore,
  type JournalRecord,
  type Lease,
  type ListOptions,
  type ReadOptions,
  type RunPage,
  type RunRecord,
  type RunStatus,
} from '../store/store.ts'
import { firstToken } from '../util/ids.ts'
import { decodeKey, encodeKey } from './key.ts'
import { migrations } from './migrations.ts'
import { columns, runOf, type Row } from './rows.ts'

/** The part of a Postgres client this store uses: `pg` pools and clients have it, and so has PGlite. */
export interface SqlClient {
  query(text: string, parameters?: unknown[]): Promise<{ readonly rows: readonly unknown[] }>
}

export interface SqlStoreOptions {
  /** prefix of the table names: letters, digits and _; default `tenon_graph` */
  readonly prefix?: string
}

/** A row of a Postgres index holds 2,704 bytes, the id among them. */
const MAX_ID_BYTES = 2_000

const NOW = '(extract(epoch from clock_timestamp()) * 1000)::bigint'

/** Leases are whole milliseconds here. */
const leaseMs = (ttlMs: number): number => Math.min(Math.ceil(ttlMs), Number.MAX_SAFE_INTEGER)

/** Runs in a database that speaks Postgres: a server through `pg`, or PGlite in this process. Every commit is one statement.
 *  Run ids are at most 2,000 bytes of UTF-8.
 *  @example
 *  const store = sqlStore(new pg.Pool({ connectionString }))
 *  const local = sqlStore(new PGlite('./runs')) */
export const sqlStore = (client: SqlClient, options: SqlStoreOptions = {}): GraphStore => new SqlStore(client, options)

class SqlStore implements GraphStore {
  readonly #client: SqlClient
  readonly #prefix: string
  readonly #runs: string
  readonly #records: string
  #isReady: Promise<void> | undefined

  constructor(client: SqlClient, { prefix = 'tenon_graph' }: SqlStoreOptions) {
    if (!/^[a-z_][a-z0-9_]{0,40}$/.test(prefix)) throw new TypeError(`"${prefix}" cannot be a table name prefix.`)
    this.#client = client
    this.#prefix = prefix
    this.#runs = `${prefix}_runs`
    this.#records = `${prefix}_records`
  }

  async #query(text: string, parameters: unknown[]): Promise<readonly Row[]> {
    this.#isReady ??= this.#setUp()
    try {
      await this.#isReady
    } catch (error) {
      // the next call tries again: the database may only have been away
      this.#isReady = undefined
      throw error
    }
    // rows are what the statement selects
    return (await this.#client.query(text, parameters)).rows as readonly Row[]
  }

  /** Brings the tables up to the newest version. Several processes may do so at once. */
  async #setUp(): Promise<void> {
    const versions = `${this.#prefix}_migrations`
    await this.#tolerant(`CREATE TABLE IF NOT EXISTS ${versions} (version int PRIMARY KEY)`)
    const { rows } = await this.#client.query(`SELECT coalesce(max(version), 0) AS version FROM ${versions}`)
    const current = Number((rows[0] as Row)['version'])
    if (current > migrations.length)
      throw new VersionMismatchError(
        `The tables ${this.#prefix}_* are of version ${current}; this package knows ${migrations.length}.`,
      )
    for (let version = current; version < migrations.length; version++) {
      for (const statement of migrations[version]!({ runs: this.#runs, records: this.#records }))
        await this.#tolerant(statement)
      await this.#client.query(`INSERT INTO ${versions} VALUES (${version + 1}) ON CONFLICT DO NOTHING`)
    }
  }

  /** Two processes that create one table at the same moment: the loser's error means the table is there. */
  async #tolerant(statement: string): Promise<void> {
    try {
      await this.#client.query(statement)
    } catch (error) {
      const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined
      if (code !== '23505' && code !== '42P07' && code !== '42710') throw error
    }
  }

  async create(run: RunRecord, records: readonly JournalRecord[], { owner, ttlMs }: AcquireOptions): Promise<Lease> {
    const head = records[records.length - 1]!
    const id = encodeKey(run.id)
    const bytes = new TextEncoder().encode(id).length
    if (bytes > MAX_ID_BYTES)
      throw new GraphInputError(
        `A run id of ${bytes} bytes is too long for the SQL store, which takes ${MAX_ID_BYTES}: "${run.id.slice(0, 40)}…"`,
      )
    const token = firstToken()
    const rows = await this.#query(
      `WITH run AS (
         INSERT INTO ${this.#runs} (id, graph, version, topology, status, seq, snapshot_seq, token, owner, lease_until, created_at, updated_at, fork_of, fork_seq, traceparent)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $20, $8, ${NOW} + $9::bigint, $10, $11, $12, $13, $14)
         ON CONFLICT (id) DO NOTHING RETURNING id
       ), added AS (
         INSERT INTO ${this.#records} (run_id, seq, at, status, snapshot_seq, data)
         SELECT run.id, r.* FROM run, unnest($15::bigint[], $16::bigint[], $17::text[], $18::bigint[], $19::text[]) AS r
       ) SELECT id FROM run`,
      [
        id,
        encodeKey(run.graph),
        run.version,
        run.topology,
        head.status,
        head.seq,
        head.snapshotSeq,
        encodeKey(owner),
        leaseMs(ttlMs),
        run.createdAt,
        head.at,
        run.forkOf === undefined ? null : encodeKey(run.forkOf.runId),
        run.forkOf?.seq ?? null,
        run.traceparent ?? null,
        ...columns(records),
        token,
      ],
    )
    if (rows.length === 0) throw new RunExistsError(`There is a run "${run.id}" in ${this.#runs} already.`)
    return { runId: run.id, owner, token }
  }

  async get(runId: string): Promise<RunRecord | undefined> {
    const rows = await this.#query(`SELECT * FROM ${this.#runs} WHERE id = $1`, [encodeKey(runId)])
    return rows[0] === undefined ? undefined : runOf(rows[0])
  }

  async acquire(runId: string, { owner, ttlMs, takeOver = false }: AcquireOptions): Promise<Lease> {
    const rows = await this.#query(
      `UPDATE ${this.#runs} SET token = token + 1, owner = $2, lease_until = ${NOW} + $3::bigint
       WHERE id = $1 AND ($4::boolean OR owner IS NULL OR lease_until < ${NOW}) RETURNING token`,
      [encodeKey(runId), encodeKey(owner), leaseMs(ttlMs), takeOver],
    )
    if (rows[0] !== undefined) return { runId, owner, token: Number(rows[0]['token']) }
    const held = await this.#query(`SELECT owner FROM ${this.#runs} WHERE id = $1`, [encodeKey(runId)])
    if (held[0] === undefined) throw this.#missing(runId)
    const by = held[0]['owner'] === null ? 'another process' : decodeKey(held[0]['owner'] as string)
    throw new RunLockedError(`Run "${runId}" is held by ${by}; wait until it is done or its lease runs out.`)
  }

  async renew(lease: Lease, ttlMs: number): Promise<void> {
    const rows = await this.#query(
      `UPDATE ${this.#runs} SET lease_until = ${NOW} + $3::bigint WHERE id = $1 AND token = $2 AND owner IS NOT NULL RETURNING id`,
      [encodeKey(lease.runId), lease.token, leaseMs(ttlMs)],
    )
    if (rows.length === 0) await this.#explain(lease, undefined)
  }

  async release(lease: Lease): Promise<void> {
    await this.#query(`UPDATE ${this.#runs} SET owner = NULL WHERE id = $1 AND token = $2`, [
      encodeKey(lease.runId),
      lease.token,
    ])
  }

  async commit(lease: Lease, expectedSeq: number, records: readonly JournalRecord[]): Promise<void> {
    const head = records[records.length - 1]!
    const rows = await this.#query(
      `WITH run AS (
         UPDATE ${this.#runs} SET seq = $4, status = $5, snapshot_seq = $6, updated_at = $7
         WHERE id = $1 AND token = $2 AND seq = $3 AND owner IS NOT NULL RETURNING id
       ), added AS (
         INSERT INTO ${this.#records} (run_id, seq, at, status, snapshot_seq, data)
         SELECT run.id, r.* FROM run, unnest($8::bigint[], $9::bigint[], $10::text[], $11::bigint[], $12::text[]) AS r
       ) SELECT id FROM run`,
      [
        encodeKey(lease.runId),
        lease.token,
        expectedSeq,
        head.seq,
        head.status,
        head.snapshotSeq,
        head.at,
        ...columns(records),
      ],
    )
    if (rows.length === 0) await this.#explain(lease, expectedSeq)
  }

  /** Says why a guarded statement changed nothing. */
  async #explain(lease: Lease, expectedSeq: number | undefined): Promise<never> {
    const rows = await this.#query(`SELECT token, owner, seq FROM ${this.#runs} WHERE id = $1`, [
      encodeKey(lease.runId),
    ])
    const row = rows[0]
    if (row === undefined) throw this.#missing(lease.runId)
    if (Number(row['token']) !== lease.token || row['owner'] === null || expectedSeq === undefined)
      throw new LeaseLostError(`Run "${lease.runId}" is no longer held by ${lease.owner}.`)
    throw new SeqConflictError(`Run "${lease.runId}" is at ${Number(row['seq'])}, not at ${expectedSeq}.`)
  }

  async read(runId: string, { afterSeq = 0, limit }: ReadOptions = {}): Promise<readonly JournalRecord[]> {
    const rows = await this.#query(
      `SELECT seq, at, status, snapshot_seq, data FROM ${this.#records} WHERE run_id = $1 AND seq > $2 ORDER BY seq LIMIT $3`,
      [encodeKey(runId), afterSeq, limit === undefined || limit === Infinity ? null : limit],
    )
    if (rows.length === 0 && (await this.get(runId)) === undefined) throw this.#missing(runId)
    return rows.map(row => ({
      seq: Number(row['seq']),
      at: Number(row['at']),
      // written by commit
      status: row['status'] as RunStatus,
      snapshotSeq: Number(row['snapshot_seq']),
      data: String(row['data']),
    }))
  }

  async list(options: ListOptions = {}): Promise<RunPage> {
    const { graph, idPrefix, limit = 100, cursor } = options
    const statuses = statusesOf(options.status)
    const after = cursor === undefined ? undefined : decodeCursor(cursor)
    const rows = await this.#query(
      `SELECT * FROM ${this.#runs}
       WHERE ($1::text IS NULL OR graph = $1) AND ($2::text[] IS NULL OR status = ANY($2)) AND ($3::text IS NULL OR starts_with(id, $3))
         AND ($4::bigint IS NULL OR (created_at, id COLLATE "C") > ($4, $5::text COLLATE "C"))
       ORDER BY created_at, id COLLATE "C" LIMIT $6`,
      [
        graph === undefined ? null : encodeKey(graph),
        statuses ?? null,
        idPrefix === undefined ? null : encodeKey(idPrefix),
        after?.createdAt ?? null,
        after === undefined ? null : encodeKey(after.id),
        limit + 1,
      ],
    )
    const runs = rows.slice(0, limit).map(runOf)
    return rows.length > limit ? { runs, cursor: encodeCursor(runs[runs.length - 1]!) } : { runs }
  }

  async delete(runId: string): Promise<boolean> {
    const rows = await this.#query(`DELETE FROM ${this.#runs} WHERE id = $1 RETURNING id`, [encodeKey(runId)])
    return rows.length > 0
  }

  #missing(runId: string): RunNotFoundError {
    return new RunNotFoundError(`There is no run "${runId}" in ${this.#runs}.`)
  }
}
