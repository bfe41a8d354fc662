import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from '../ensure.mjs'
import { type Check, outcomeOf } from './check.ts'
import { type LockedPackages, missingParts } from './lockfile/missing-parts.ts'

const lockfiles = ['package-lock.json', 'tools/nodes/package-lock.json', 'bench/peers/package-lock.json']

export const lockfile: Check = {
  name: 'lockfile',
  about: 'the lockfiles name the native parts for every system, so that `npm ci` takes them anywhere',
  run: () => {
    const problems = lockfiles.flatMap(file => {
      const missing = [...missingParts(readLockfile(join(root, file)).packages).keys()]
      return missing.length === 0
        ? []
        : [`${file} lacks ${missing.join(', ')}: run npx tsx scripts/complete-lockfile.ts ${file}`]
    })
    return Promise.resolve(outcomeOf(problems))
  },
}

export function readLockfile(file: string): { packages: LockedPackages } {
  return JSON.parse(readFileSync(file, 'utf8')) as { packages: LockedPackages }
}
