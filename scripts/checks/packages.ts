import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from '../ensure.mjs'

export interface PackageManifest {
  readonly name: string
  readonly exports?: Readonly<Record<string, string | { readonly types?: string; readonly default?: string }>>
  readonly dependencies?: Readonly<Record<string, string>>
  readonly peerDependencies?: Readonly<Record<string, string>>
}

export interface Package {
  /** Absolute. */
  readonly folder: string
  /** Relative to the repository, such as `packages/agent`. */
  readonly path: string
  readonly manifest: PackageManifest
}

/** The published packages, in alphabetical order of their folders. */
export function packages(repository = root): Package[] {
  return readdirSync(join(repository, 'packages'), { withFileTypes: true })
    .filter(entry => entry.isDirectory())
    .map(entry => ({ path: `packages/${entry.name}`, folder: join(repository, 'packages', entry.name) }))
    .map(({ path, folder }) => ({ path, folder, manifest: readManifest(folder) }))
}

function readManifest(folder: string): PackageManifest {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as PackageManifest
}
