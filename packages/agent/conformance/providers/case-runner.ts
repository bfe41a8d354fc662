import type { Difference } from '../compare/compare.ts'
import type { ProviderCase } from '../provider-case.ts'
import type { Outcome } from '../report/outcome.ts'

/** Replays the cases of one provider. */
export interface CaseRunner {
  runCase(recorded: ProviderCase): Promise<Outcome>
  /** Facts recorded beside the cases: profiles, schema transformations. */
  rows?(): readonly RecordedRow[]
  close?(): Promise<void>
}

export interface RecordedRow {
  /** Unique within the provider, for example `profile:some-model`. */
  readonly id: string
  check(): Promise<readonly Difference[]>
}
