import { defaultProfile, type ModelProfile } from '../../src/models/profile.ts'
import { isRecord } from '../compare/compare.ts'
import type { WireRecord } from '../provider-case.ts'
import { toCamel, toSnake } from './names.ts'

/** Facts that are our own choice of words, or objects that cannot be recorded: never compared. */
const ownFacts = new Set(['promptedOutputTemplate', 'jsonSchemaTransformer'])

/** A recorded profile into ours. The transformer, recorded by its name, is left out. */
export function readProfile(wire: WireRecord): Partial<ModelProfile> {
  const entries = Object.entries(wire).filter(([name, value]) => value !== null && name !== 'json_schema_transformer')
  return Object.fromEntries(entries.map(([name, value]) => [toCamel(name), readFact(name, value)]))
}

function readFact(name: string, value: unknown): unknown {
  if (name === 'supported_native_tools') return new Set((value as string[]).map(nativeToolKind))
  if (name === 'tool_addition_mode' || name === 'tool_deferral_mode') return String(value).replaceAll('_', '-')
  return value
}

/** `WebSearchTool` → `web_search`. */
export function nativeToolKind(className: string): string {
  const words = className.replace(/Tool$/, '').replace('MCP', 'Mcp')
  return toSnake(words).replace(/^_/, '')
}

/** Our profile in the recorded form, for the keys that were recorded. */
export function writeProfile(profile: ModelProfile, keys: readonly string[]): WireRecord {
  const facts = profile as unknown as Record<string, unknown>
  return Object.fromEntries(keys.map(key => [key, writeFact(facts[toCamel(key)])]))
}

function writeFact(value: unknown): unknown {
  if (value instanceof Set) return [...(value as Set<string>)].toSorted((a, b) => a.localeCompare(b))
  if (isRecord(value) && 'transform' in value) return value.name
  return value ?? null
}

/** Whether a recorded fact is one that models of this provider can have here: a shared one, or one of its own. */
export function isFactOf(name: string, prefixes: string | readonly string[]): boolean {
  return sharedFacts.has(toCamel(name)) || [prefixes].flat().some(prefix => name.startsWith(prefix))
}

const sharedFacts: ReadonlySet<string> = new Set([
  ...Object.keys(defaultProfile),
  'jsonSchemaTransformer',
  'toolDeferralMode',
  'toolAdditionMode',
])

export function isOwnFact(name: string): boolean {
  return ownFacts.has(toCamel(name))
}
