import type { OutputEntries, OutputEntry } from './output-spec.ts'

export function toList(entries: OutputEntries): readonly OutputEntry[] {
  return isList(entries) ? entries : [entries]
}

function isList(entries: OutputEntries): entries is readonly OutputEntry[] {
  return Array.isArray(entries)
}
