import { posix } from 'node:path'

/** A package in package-lock.json, as far as it matters here. */
export interface LockedPackage {
  readonly version?: string
  readonly dev?: boolean
  readonly optional?: boolean
  readonly os?: readonly string[]
  readonly cpu?: readonly string[]
  readonly libc?: readonly string[]
  readonly optionalDependencies?: Readonly<Record<string, string>>
}

export type LockedPackages = Readonly<Record<string, LockedPackage>>

const systems = ['android', 'darwin', 'freebsd', 'linux', 'openharmony', 'win32']
const processors = ['arm64', 'arm', 'ia32', 'ppc64', 'riscv64', 's390x', 'x64']

/**
 * The native parts for other systems that a lockfile should have and has not, with the entries to add.
 *
 * npm leaves an optional package out of the lockfile when the registry it asked could not serve it, and `npm ci` then
 * refuses the whole lockfile, on every machine. The name of such a package says which system it is for, so its entry can
 * be written without asking: npm skips it where it does not fit, and fetches it where it does.
 */
export function missingParts(packages: LockedPackages): Map<string, LockedPackage> {
  const missing = new Map<string, LockedPackage>()
  for (const [path, { dev, optionalDependencies = {} }] of Object.entries(packages)) {
    for (const [name, version] of Object.entries(optionalDependencies)) {
      if (!isLocked(packages, path, name)) missing.set(`node_modules/${name}`, entryFor(name, version, dev))
    }
  }
  return missing
}

/** Whether `name` can be found from the package at `path`, as Node looks for it: in the folders above. */
function isLocked(packages: LockedPackages, path: string, name: string): boolean {
  const folders =
    path === '' ? [''] : path.split('/').map((_, index, all) => all.slice(0, all.length - index).join('/'))
  return [...folders, ''].some(folder => posix.join(folder, 'node_modules', name) in packages)
}

function entryFor(name: string, version: string, dev: boolean | undefined): LockedPackage {
  const words = name.split(/[/-]/)
  const os = systems.find(system => words.includes(system))
  const cpu = processors.find(processor => words.includes(processor))
  if (os === undefined || cpu === undefined || !/^\d/.test(version)) {
    throw new Error(`Cannot tell which system ${name}@${version} is for: run npm install against a complete registry.`)
  }
  const libc = os !== 'linux' ? undefined : words.some(word => word.startsWith('musl')) ? 'musl' : 'glibc'
  return { version, cpu: [cpu], ...(dev && { dev }), ...(libc && { libc: [libc] }), optional: true, os: [os] }
}
