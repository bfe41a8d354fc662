import type { ModelSettings } from './settings.ts'

/** Lays `over` on `base`, key by key; a key set to `undefined` leaves the one below alone. Copies only when both say something. */
export function mergeModelSettings(base: ModelSettings | undefined, over: ModelSettings | undefined): ModelSettings {
  if (base === undefined || over === undefined) return base ?? over ?? noSettings
  const given = Object.entries(over).filter(([, value]) => value !== undefined)
  if (given.length === 0) return base
  return { ...base, ...Object.fromEntries(given) }
}

const noSettings: ModelSettings = Object.freeze({})
