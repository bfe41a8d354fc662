import type { Check } from './check.ts'
import { build, format, lint, publishable, types, typesWithTypeScript6, unused } from './tools.ts'
import { tests } from './tests.ts'

/** Every check, in the order of the table. A new one is a module beside this file and a line here. */
export const checks: readonly Check[] = [format, lint, build, types, typesWithTypeScript6, unused, publishable, tests]
