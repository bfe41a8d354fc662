import { type Check, outcomeOf } from './check.ts'
import { runNode } from './command.ts'

/** The oldest TypeScript that the pages promise, and the newest. */
const compilers = { '5.9': 'node_modules/ts59/bin/tsc', '7': 'node_modules/ts7/bin/tsc' } as const

/** The oldest one takes a quarter of a minute to read the types of the SDKs, so it reads what needs none. */
const programs: Readonly<Record<string, readonly (keyof typeof compilers)[]>> = {
  'any-runtime': ['5.9', '7'],
  node: ['7'],
}

export const consumers: Check = {
  name: 'consumers',
  about:
    'programs compile against the packages with TypeScript 5.9 and 7, exactOptionalPropertyTypes, declarations checked, without the types of Node',
  after: ['build'],
  run: async () => {
    const runs = Object.entries(programs).flatMap(([program, versions]) =>
      versions.map(async version => {
        const project = `scripts/checks/consumers/${program}.tsconfig.json`
        const { code, output } = await runNode([compilers[version], '-p', project, '--pretty', 'false'])
        return code === 0 ? [] : [`${project} with TypeScript ${version}\n${output.trim()}`]
      }),
    )
    return outcomeOf((await Promise.all(runs)).flat())
  },
}
