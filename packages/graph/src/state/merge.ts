import { ConcurrentUpdateError } from '../errors.ts'
import { cloneJson, getOwn, toJson } from '../util/json.ts'
import type { Branch, PatchOp } from './patch.ts'

/** Combines what one parallel branch made of a top-level key of the state with what is there already.
 *  @param current the value so far (branches are merged in the order of the fork)
 *  @param incoming the value this branch left
 *  @param base the value when the branches parted */
export type StateReducer<T> = (current: T, incoming: T, base: T) => T

export type StateReducers = Readonly<Record<string, StateReducer<never>>>

/** Appends what the branch appended to an array. */
export const append = <T>(current: readonly T[], incoming: readonly T[], base: readonly T[] | undefined): T[] => [
  ...current,
  ...incoming.slice(base?.length ?? 0),
]

/** Adds what the branch added to a number. */
export const addUp = (current: number, incoming: number, base: number | undefined): number =>
  current + incoming - (base ?? 0)

/** Takes the value of the branch that comes last in the fork. */
export const takeLast = <T>(_current: T, incoming: T): T => incoming

/** One branch's writes; a key that begins with another's is the same line of work, not a rival. */
export interface BranchWrites {
  readonly key: readonly number[]
  readonly branch: Branch
}

export interface MergeOptions {
  readonly reducers: StateReducers | undefined
  readonly onConflict: 'error' | 'last'
  /** the join that merges, for the error */
  readonly joinId: string
}

interface Mark {
  writer: readonly number[] | undefined
  inside: readonly number[] | undefined
  children: Map<string | number, Mark> | undefined
}

const isSameLine = (a: readonly number[], b: readonly number[]) => {
  const length = Math.min(a.length, b.length)
  for (let index = 0; index < length; index++) if (a[index] !== b[index]) return false
  return true
}

/** Combines the writes of parallel branches, in the order of the fork whatever the order they finished in.
 *  @throws {ConcurrentUpdateError} two branches wrote one place and its key has no reducer */
export const mergeBranches = (base: unknown, writes: readonly BranchWrites[], options: MergeOptions): PatchOp[] => {
  const ops: PatchOp[] = []
  const reduced = new Map<string, unknown>()
  const marks: Mark = { writer: undefined, inside: undefined, children: undefined }
  for (const { key, branch } of writes) {
    const own = new Set<string>()
    for (const op of branch.ops) {
      const top = String(op[0][0])
      if (options.reducers !== undefined && getOwn(options.reducers, top) !== undefined) {
        own.add(top)
        continue
      }
      if (options.onConflict === 'error') mark(marks, op, key, options.joinId)
      ops.push(op)
    }
    for (const top of own) reduce(base, branch, { top, reduced, reducers: options.reducers! })
  }
  // reducers are the user's: their results are checked, and share nothing with the state
  for (const [top, value] of reduced) ops.push([[top], toJson(value, `state.${top} after its reducer`)])
  return ops
}

const reduce = (
  base: unknown,
  branch: Branch,
  { top, reduced, reducers }: { top: string; reduced: Map<string, unknown>; reducers: StateReducers },
): void => {
  // the front ends check that a reducer's type is that of its key
  const reducer = reducers[top] as unknown as StateReducer<unknown>
  const before = getOwn(base as object, top)
  const current = reduced.has(top) ? reduced.get(top) : cloneJson(before)
  reduced.set(top, reducer(current, getOwn(branch.root as object, top), before))
}

const mark = (root: Mark, op: PatchOp, key: readonly number[], joinId: string): void => {
  const path = op[0]
  const clash = (other: readonly number[]): never => {
    throw new ConcurrentUpdateError(
      `Branches ${other.join('.')} and ${key.join('.')} that meet in "${joinId}" both wrote state.${path.join('.')}. ` +
        `Give "${String(path[0])}" a reducer (for example append or addUp), or set onConflict: 'last'.`,
    )
  }
  let node = root
  for (const part of path) {
    if (node.writer !== undefined && !isSameLine(node.writer, key)) clash(node.writer)
    node.inside = node.inside === undefined || isSameLine(node.inside, key) ? key : node.inside
    node.children ??= new Map()
    let child = node.children.get(part)
    if (child === undefined)
      node.children.set(part, (child = { writer: undefined, inside: undefined, children: undefined }))
    node = child
  }
  if (node.writer !== undefined && !isSameLine(node.writer, key)) clash(node.writer)
  if (node.inside !== undefined && !isSameLine(node.inside, key)) clash(node.inside)
  node.writer = key
  node.inside = key
}
