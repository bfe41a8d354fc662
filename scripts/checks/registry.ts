import type { Check } from './check.ts'
import { bundleSize } from './bundle-size.ts'
import { consumers } from './consumers.ts'
import { docs } from './docs.ts'
import { layers } from './layers.ts'
import { lockfile } from './lockfile.ts'
import { tests } from './tests.ts'
import { build, format, lint, publishable, types, typesWithTypeScript6, unused } from './tools.ts'
import { typeBudget } from './type-budget.ts'

/** Every check, in the order of the table. A new one is a module beside this file and a line here. */
export const checks: readonly Check[] = [
  lockfile,
  format,
  lint,
  build,
  types,
  typesWithTypeScript6,
  layers,
  docs,
  unused,
  publishable,
  consumers,
  bundleSize,
  typeBudget,
  tests,
]
