/** A Claude model's tier and version: `claude-sonnet-4-5-20250929` is sonnet 4.5. */
export interface ClaudeVersion {
  readonly tier: string
  /** Major and minor as one number to compare: 4.5 → 405. */
  readonly version: number
}

/** `claude-opus-4-8`, `claude-sonnet-4-20250514`, `claude-fable-5`: tier first, then the version; dates have 8 digits. */
const tierFirst = /^claude-([a-z]+)-(\d{1,2})(?:-(\d{1,2}))?(?:-\d{8})?(?:\D|$)/
/** `claude-3-5-sonnet-20241022`: version first. */
const versionFirst = /^claude-(\d{1,2})(?:-(\d{1,2}))?-([a-z]+)/

/** The first ones, before there were tiers: version 0. */
const ancient = /^claude(?:-v?2|-v?1|-instant|$)/
/** Higher than any: what nobody can read is newer than this table. */
const unread = 99_999

/** Reads tier and version out of a model name. */
export function claudeVersion(name: string): ClaudeVersion {
  const modern = tierFirst.exec(name)
  if (modern !== null) return { tier: modern[1]!, version: number(modern[2], modern[3]) }
  const old = versionFirst.exec(name)
  if (old !== null) return { tier: old[3]!, version: number(old[1], old[2]) }
  return { tier: '', version: ancient.test(name) ? 0 : unread }
}

function number(major: string | undefined, minor: string | undefined): number {
  return Number(major ?? 0) * 100 + Number(minor ?? 0)
}
