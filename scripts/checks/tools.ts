/** The checks that are one run of a tool: its exit code is the answer. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root, runNpm } from '../ensure.mjs'
import { type Check, outcomeOf } from './check.ts'
import { runNode, runTool, toolOutcome } from './command.ts'
import { packages } from './packages.ts'

const nativeCompiler = 'node_modules/ts7/bin/tsc'

export const format: Check = {
  name: 'format',
  about: 'every file is formatted (npm run format)',
  run: () => toolOutcome('oxfmt', ['--check']),
}

export const lint: Check = {
  name: 'lint',
  about: 'no lint error, with types (npm run lint)',
  // the types of one package come from the built files of another
  after: ['build'],
  run: () => toolOutcome('oxlint', ['--type-aware', '--deny-warnings']),
}

export const build: Check = {
  name: 'build',
  about: 'the packages build (npm run build)',
  run: async () => {
    const { code, output } = await runNode(['scripts/build.mjs'])
    return outcomeOf(code === 0 ? [] : [output.trim()])
  },
}

export const types: Check = {
  name: 'types',
  about: 'sources, tests, type tests, examples and scripts compile with TypeScript 7',
  after: ['build'],
  run: async () => {
    const { code, output } = await runNode([nativeCompiler, '-p', 'tsconfig.check.json', '--pretty', 'false'])
    return outcomeOf(code === 0 ? [] : [output.trim()])
  },
}

export const typesWithTypeScript6: Check = {
  name: 'types-ts6',
  about: 'the same compiles with TypeScript 6, which the users of the packages still have',
  after: ['build'],
  run: () => toolOutcome('typescript:tsc6', ['-p', 'tsconfig.check.json', '--pretty', 'false']),
}

export const unused: Check = {
  name: 'unused',
  about: 'no unused file, export or dependency (knip)',
  after: ['build'],
  run: () => toolOutcome('knip', ['--no-progress']),
}

/** The text, `undefined` without one: npm publishes the file of the package alone. */
function licenseIn(folder: string): string | undefined {
  const file = join(folder, 'LICENSE')
  return existsSync(file) ? readFileSync(file, 'utf8') : undefined
}

/** States of the compiler, tests and what they stand on. */
const unwanted = /(^|\/)\.|\.test(-d)?\.|\/test-support\/|\.golden\./

/** The files npm would publish although no user needs them. */
async function unwantedFiles(folder: string): Promise<string[]> {
  const { output } = await runNpm(['pack', '--dry-run', '--json', '--silent'], folder)
  const [{ files }] = JSON.parse(output) as [{ files: { path: string }[] }]
  return files.map(file => file.path).filter(path => unwanted.test(path))
}

export const publishable: Check = {
  name: 'publishable',
  about:
    'each package resolves for its users as its package.json says (publint, are-the-types-wrong), has the license and no tests',
  after: ['build'],
  run: async () => {
    const problems: string[] = []
    for (const { path, folder, manifest } of packages()) {
      if (licenseIn(folder) !== licenseIn(root)) problems.push(`${path}/LICENSE is not the LICENSE of the repository`)
      for (const file of await unwantedFiles(folder)) problems.push(`${path} would publish ${file}`)
      const manifestCheck = await runTool('publint', [path, '--strict'])
      if (manifestCheck.code !== 0) problems.push(`publint ${manifest.name}\n${manifestCheck.output.trim()}`)
      const typesCheck = await runTool('@arethetypeswrong/cli:attw', ['--pack', path, '--profile', 'esm-only'])
      if (typesCheck.code !== 0) problems.push(`attw ${manifest.name}\n${typesCheck.output.trim()}`)
    }
    return outcomeOf(problems)
  },
}
