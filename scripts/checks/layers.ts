import { root } from '../ensure.mjs'
import { type Check, outcomeOf } from './check.ts'
import { layerProblems } from './layers/rules.ts'

export const layers: Check = {
  name: 'layers',
  about: 'imports follow scripts/checks/layers/table.ts, and none form a circle',
  run: () => Promise.resolve(outcomeOf(layerProblems(root))),
}
