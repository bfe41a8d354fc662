import type { GraphStore } from '../store/store.ts'
import { growing } from './cases/growing.ts'
import { listing } from './cases/listing.ts'
import { owning } from './cases/owning.ts'
import { storing } from './cases/storing.ts'
import type { StoreCases } from './check.ts'

/** One check of a store. `run` throws when the store fails it. */
export interface StoreCase {
  readonly name: string
  readonly run: () => Promise<void>
}

export interface StoreConformanceOptions {
  /** an empty store for each case */
  readonly open: () => Promise<GraphStore> | GraphStore
  /** gives a second handle on the store that `open` gave last, as another process would have; without it those cases use the same handle */
  readonly reopen?: () => Promise<GraphStore> | GraphStore
}

const cases: StoreCases = { ...storing, ...owning, ...listing, ...growing }

/** All checks of the store contract. Every store of this package passes them; so should yours.
 *  @example
 *  for (const { name, run } of storeConformance({ open: () => myStore() })) it(name, run) */
export const storeConformance = (options: StoreConformanceOptions): StoreCase[] =>
  Object.keys(cases).map(name => ({
    name,
    run: async () => {
      const store = await options.open()
      try {
        await cases[name]!(store, options)
      } finally {
        await store.close?.()
      }
    },
  }))
