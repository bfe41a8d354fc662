import type { Branch } from '../state/patch.ts'
import type { BranchWrites } from '../state/merge.ts'
import { compareKeys, type Place, type Scope } from './model.ts'

/** The writes on the way from an item of `scope` down to `place`, outermost first. */
export const lineage = (place: Place, scope: Scope): Branch[] => {
  const branches: Branch[] = []
  for (let at: Place | undefined = place; at !== undefined; at = at.scope.up) {
    if (at.branch !== undefined) branches.push(at.branch)
    if (at.scope === scope) break
  }
  return branches.reverse()
}

/** What the branches of a scope wrote, in the order of the fork; only those that arrived. */
export const writesOf = (scope: Scope): BranchWrites[] => {
  const writes: BranchWrites[] = []
  for (const place of scope.places.values())
    if (place.branch?.isView && place.branch.ops.length > 0) writes.push({ key: [place.index], branch: place.branch })
  writes.push(...scope.passed)
  return writes.sort((a, b) => compareKeys(a.key, b.key))
}
