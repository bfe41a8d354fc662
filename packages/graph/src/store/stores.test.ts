import { it } from 'vitest'
import { onEveryStore, type TwoHandles } from '../test-support/stores.ts'
import { storeConformance } from '../testing/index.ts'

onEveryStore(open => {
  let handles: TwoHandles
  const conformance = storeConformance({
    open: () => (handles = open()).store,
    reopen: () => handles.other,
  })
  for (const { name, run } of conformance) it(name, run, 60_000)
})
