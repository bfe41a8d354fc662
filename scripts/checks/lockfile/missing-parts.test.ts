import { expect, it } from 'vitest'
import { missingParts } from './missing-parts.ts'

const linter = {
  dev: true,
  optionalDependencies: {
    '@lint/binding-linux-x64-gnu': '1.2.3',
    '@lint/binding-linux-arm-musleabihf': '1.2.3',
    '@lint/darwin-arm64': '1.2.3',
  },
}

it('writes the entries of parts for other systems', () => {
  const missing = missingParts({ '': {}, 'node_modules/lint': linter, 'node_modules/@lint/binding-linux-x64-gnu': {} })
  expect(Object.fromEntries(missing)).toEqual({
    'node_modules/@lint/binding-linux-arm-musleabihf': {
      version: '1.2.3',
      cpu: ['arm'],
      dev: true,
      libc: ['musl'],
      optional: true,
      os: ['linux'],
    },
    'node_modules/@lint/darwin-arm64': { version: '1.2.3', cpu: ['arm64'], dev: true, optional: true, os: ['darwin'] },
  })
})

it('finds a part that is nested in the package that wants it', () => {
  const packages = {
    'node_modules/a/node_modules/lint': { optionalDependencies: { '@lint/win32-x64': '1.0.0' } },
    'node_modules/a/node_modules/@lint/win32-x64': {},
  }
  expect(missingParts(packages).size).toBe(0)
})

it('does not guess for a package whose name names no system', () => {
  const packages = { 'node_modules/a': { optionalDependencies: { fancy: '1.0.0' } } }
  expect(() => missingParts(packages)).toThrow('Cannot tell which system fancy@1.0.0 is for')
})
