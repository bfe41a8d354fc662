/** The tables, version by version. Add a step; never change one that was published. */
export const migrations: readonly ((tables: {
  readonly runs: string
  readonly records: string
}) => readonly string[])[] = [
  ({ runs, records }) => [
    `CREATE TABLE IF NOT EXISTS ${runs} (
       id text PRIMARY KEY,
       graph text NOT NULL,
       version int NOT NULL,
       topology text NOT NULL,
       status text NOT NULL,
       seq bigint NOT NULL,
       snapshot_seq bigint NOT NULL,
       token bigint NOT NULL,
       owner text,
       lease_until bigint NOT NULL,
       created_at bigint NOT NULL,
       updated_at bigint NOT NULL,
       fork_of text,
       fork_seq bigint,
       traceparent text
     )`,
    `CREATE INDEX IF NOT EXISTS ${runs}_by_age ON ${runs} (created_at, id COLLATE "C")`,
    `CREATE TABLE IF NOT EXISTS ${records} (
       run_id text NOT NULL REFERENCES ${runs} (id) ON DELETE CASCADE,
       seq bigint NOT NULL,
       at bigint NOT NULL,
       status text NOT NULL,
       snapshot_seq bigint NOT NULL,
       data text NOT NULL,
       PRIMARY KEY (run_id, seq)
     )`,
  ],
]
