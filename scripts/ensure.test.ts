import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { isInstalled } from './ensure.mjs'

let folder = ''

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tenon-ensure-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

function write(path: string, content: unknown): void {
  mkdirSync(join(folder, path, '..'), { recursive: true })
  writeFileSync(join(folder, path), JSON.stringify(content))
}

const locked = {
  packages: {
    '': { name: 'workspace' },
    'node_modules/a': { version: '1.0.0', integrity: 'sha512-a' },
    'node_modules/for-another-system': { version: '2.0.0', integrity: 'sha512-o', optional: true },
  },
}
const installed = { packages: { 'node_modules/a': { version: '1.0.0', integrity: 'sha512-a' } } }

describe('isInstalled', () => {
  it('holds when node_modules has what the lockfile names, optional packages aside', () => {
    write('package-lock.json', locked)
    write('node_modules/.package-lock.json', installed)
    write('node_modules/a/package.json', {})
    expect(isInstalled(folder)).toBe(true)
  })

  it('does not hold on a fresh clone', () => {
    write('package-lock.json', locked)
    expect(isInstalled(folder)).toBe(false)
  })

  it('does not hold when the lockfile names another version', () => {
    const changed = { version: '1.1.0', integrity: 'sha512-b' }
    write('package-lock.json', { packages: { ...locked.packages, 'node_modules/a': changed } })
    write('node_modules/.package-lock.json', installed)
    write('node_modules/a/package.json', {})
    expect(isInstalled(folder)).toBe(false)
  })

  it('does not hold when the folder of a package is gone', () => {
    write('package-lock.json', locked)
    write('node_modules/.package-lock.json', installed)
    expect(isInstalled(folder)).toBe(false)
  })
})
