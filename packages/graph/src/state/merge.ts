import { ConcurrentUpdateError } from '../errors.ts'
import { cloneJson, getOwn, toJson, type Json } from '../util/json.ts'
import type { Branch, PatchOp } from './patch.ts'

/** Combines what one parallel branch made of a top-level key of the state with what is there already.
 *  @param current the value so far (branches are merged in the order of the fork)
 *  @param incoming the value this branch left
 *  @param base the value when this branch parted from the rest: for a branch inside another, what the outer one had made of it */
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
  readonly reducers: StateReducers
  readonly onConflict: 'error' | 'last'
  /** the join that merges, for the error */
  readonly joinId: string
}

/** What is known of one place of the state: the branch that wrote it, and one that wrote inside it. */
interface Mark {
  writer: readonly number[] | undefined
  inside: readonly number[] | undefined
  children: Map<string | number, Mark> | undefined
}

const newMark = (): Mark => ({ writer: undefined, inside: undefined, children: undefined })

const isSameLine = (a: readonly number[], b: readonly number[]) => {
  const length = Math.min(a.length, b.length)
  for (let index = 0; index < length; index++) if (a[index] !== b[index]) return false
  return true
}

/** Combines the writes of parallel branches, in the order of the fork whatever the order they finished in.
 *  @throws {ConcurrentUpdateError} two branches wrote one place and its key has no reducer */
export const mergeBranches = (base: unknown, writes: readonly BranchWrites[], options: MergeOptions): PatchOp[] => {
  const { reducers } = options
  const ops: PatchOp[] = []
  const reduced = new Map<string, unknown>()
  const marks = newMark()
  for (const line of writes) {
    const own = new Set<string>()
    for (const op of line.branch.ops) {
      const top = String(op[0][0])
      if (getOwn(reducers, top) !== undefined) own.add(top)
      else ops.push(claim(marks, op, line, options))
    }
    for (const top of own) {
      const current = reduced.has(top) ? reduced.get(top) : cloneJson(getOwn(base as object, top))
      // the front ends check that a reducer's type is that of its key
      const reducer = reducers[top] as unknown as StateReducer<unknown>
      reduced.set(top, reducer(current, memberOf(line.branch.root, top), memberOf(line.branch.base, top)))
    }
  }
  // reducers are the user's: their results are checked, and share nothing with the state
  for (const [top, value] of reduced) ops.push([[top], toJson(value, `state.${top} after its reducer`)])
  return ops
}

const memberOf = (value: unknown, key: string | number): unknown =>
  typeof value === 'object' && value !== null ? getOwn(value, key) : undefined

const valueAt = (root: unknown, path: PatchOp[0]): unknown => path.reduce<unknown>(memberOf, root)

/** Cutting an array moves or drops its elements: it is a write to the array as a whole. */
const placeOf = ([path]: PatchOp, { base, root }: Branch): PatchOp[0] => {
  if (path[path.length - 1] !== 'length') return path
  const container = path.slice(0, -1)
  return Array.isArray(valueAt(base, container)) || Array.isArray(valueAt(root, container)) ? container : path
}

const rivalOf = (other: readonly number[] | undefined, key: readonly number[]) =>
  other === undefined || isSameLine(other, key) ? undefined : other

/** Notes that a branch writes a place. Where another branch has written the same place, one around it or one inside it, the graph says
 *  whether that is an error or the later branch counts.
 *  @returns the write to make: the one given, or that of the whole place the two disagree on, as the later branch left it */
const claim = (marks: Mark, op: PatchOp, { key, branch }: BranchWrites, options: MergeOptions): PatchOp => {
  const path = placeOf(op, branch)
  let mark = marks
  for (let depth = 0; ; depth++) {
    const isPlace = depth === path.length
    const rival = rivalOf(mark.writer, key) ?? (isPlace ? rivalOf(mark.inside, key) : undefined)
    if (rival !== undefined && options.onConflict === 'error')
      throw conflict(rival, { key, path, joinId: options.joinId })
    if (rival !== undefined || isPlace) {
      if (rival !== undefined) mark.children = undefined
      mark.writer = key
      mark.inside = key
      return rival === undefined || (path === op[0] && isPlace) ? op : wholePlace(branch, path.slice(0, depth))
    }
    if (rivalOf(mark.inside, key) === undefined) mark.inside = key
    mark.children ??= new Map()
    let child = mark.children.get(path[depth]!)
    if (child === undefined) mark.children.set(path[depth]!, (child = newMark()))
    mark = child
  }
}

const wholePlace = ({ root }: Branch, path: PatchOp[0]): PatchOp => {
  const value = valueAt(root, path)
  // states are JSON: what is not there was deleted
  return value === undefined ? [path] : [path, cloneJson(value) as Json]
}

const conflict = (
  other: readonly number[],
  { key, path, joinId }: { key: readonly number[]; path: PatchOp[0]; joinId: string },
) =>
  new ConcurrentUpdateError(
    `Branches ${other.join('.')} and ${key.join('.')} that meet in "${joinId}" both wrote state.${path.join('.')}. ` +
      `Give "${String(path[0])}" a reducer (for example append or addUp), or set onConflict: 'last'.`,
  )
