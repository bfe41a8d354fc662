import type { JournalRecord, RunRecord, RunStatus } from '../store/store.ts'
import { decodeKey } from './key.ts'

export type Row = Readonly<Record<string, unknown>>

/** Records as one array for each column, as `unnest` takes them. */
export const columns = (records: readonly JournalRecord[]): unknown[] => [
  records.map(record => record.seq),
  records.map(record => record.at),
  records.map(record => record.status),
  records.map(record => record.snapshotSeq),
  records.map(record => record.data),
]

export const runOf = (row: Row): RunRecord => ({
  id: decodeKey(String(row['id'])),
  graph: decodeKey(String(row['graph'])),
  version: Number(row['version']),
  topology: String(row['topology']),
  // written by create and commit
  status: row['status'] as RunStatus,
  seq: Number(row['seq']),
  snapshotSeq: Number(row['snapshot_seq']),
  createdAt: Number(row['created_at']),
  updatedAt: Number(row['updated_at']),
  ...(row['fork_of'] === null
    ? {}
    : { forkOf: { runId: decodeKey(row['fork_of'] as string), seq: Number(row['fork_seq']) } }),
  ...(row['traceparent'] === null ? {} : { traceparent: row['traceparent'] as string }),
})
