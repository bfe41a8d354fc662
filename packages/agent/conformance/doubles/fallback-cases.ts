import type { Difference } from '../compare/compare.ts'
import type { RecordedCall } from '../provider-case.ts'
import { NotSupported } from '../report/outcome.ts'

export async function checkFallbackCalls(_calls: readonly RecordedCall[], _all: readonly RecordedCall[]): Promise<readonly Difference[]> {
  throw new NotSupported('no FallbackModel')
}
