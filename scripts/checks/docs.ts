import { root } from '../ensure.mjs'
import { type Check, outcomeOf } from './check.ts'
import { docsProblems } from './docs/rules.ts'

export const docs: Check = {
  name: 'docs',
  about: 'paths, links, symbols and commands named in the pages exist, and their code compiles',
  after: ['build'],
  run: async () => outcomeOf(await docsProblems(root)),
}
