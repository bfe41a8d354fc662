// npx tsx scripts/complete-lockfile.ts [file]: adds the native parts for other systems that package-lock.json lacks.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { readLockfile } from './checks/lockfile.ts'
import { missingParts } from './checks/lockfile/missing-parts.ts'
import { root } from './ensure.mjs'

const file = join(root, process.argv[2] ?? 'package-lock.json')
const lockfile = readLockfile(file)
const missing = missingParts(lockfile.packages)
// npm's own order, so that its next write changes nothing
const packages = [...Object.entries(lockfile.packages), ...missing].toSorted(([a], [b]) => a.localeCompare(b, 'en'))
if (missing.size > 0)
  writeFileSync(file, `${JSON.stringify({ ...lockfile, packages: Object.fromEntries(packages) }, null, 2)}\n`)
console.log(missing.size === 0 ? 'Nothing is missing.' : `Added:\n${[...missing.keys()].join('\n')}`)
