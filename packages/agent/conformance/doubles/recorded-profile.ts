import { resolveProfile, type ModelProfile } from '../../src/models/profile.ts'
import type { ModelRecord } from '../provider-case.ts'
import { readProfile } from '../wire/profile.ts'

/** Classes whose API has no way to add tools half-way, whatever the recorded profile of their model says. */
const cannotAddTools: ReadonlySet<string> = new Set(['OpenAIChatModel'])

/** What a recorded model can do. */
export function recordedProfile(record: ModelRecord): ModelProfile {
  const { tool_addition_mode: addition, ...profile } = record.profile ?? {}
  return resolveProfile(
    readProfile(cannotAddTools.has(record.class) ? profile : { ...profile, tool_addition_mode: addition }),
  )
}
