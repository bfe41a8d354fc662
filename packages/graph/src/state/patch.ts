import { cloneJson, getOwn, setOwn, type Json } from '../util/json.ts'

/** One write: `[path, value]` sets, `[path]` deletes. A path ending in `length` cuts an array. */
export type PatchOp = readonly [path: readonly (string | number)[], value?: Json]

type Container = Record<string, unknown> | unknown[]

const isContainer = (value: unknown): value is Container => typeof value === 'object' && value !== null

/** A state as one branch of a run sees it: shares what it did not write, owns what it did. */
export class Branch {
  /** `undefined` owned set: everything reachable is ours and may be written in place. */
  readonly #owned: WeakSet<object> | undefined
  /** of a view: the state its branch parted from */
  readonly base: unknown
  root: unknown
  ops: PatchOp[] = []
  #compactAt = 64

  constructor(root: unknown, shared: boolean) {
    this.root = root
    this.base = shared ? root : undefined
    this.#owned = shared ? new WeakSet() : undefined
  }

  /** True when the branch is a copy-on-write view of its parent, whose writes are merged at the join. */
  get isView(): boolean {
    return this.#owned !== undefined
  }

  apply(ops: readonly PatchOp[]): void {
    for (const op of ops) this.#applyOne(op)
    if (!this.isView) return
    for (const op of ops) this.ops.push(op)
    if (this.ops.length > this.#compactAt) {
      this.ops = compactPatch(this.ops)
      this.#compactAt = Math.max(64, this.ops.length * 2)
    }
  }

  #own(value: Container): Container {
    if (this.#owned === undefined || this.#owned.has(value)) return value
    const copy: Container = Array.isArray(value) ? value.slice() : shallowCopy(value)
    this.#owned.add(copy)
    return copy
  }

  #applyOne(op: PatchOp): void {
    const path = op[0]
    if (path.length === 0) {
      this.root = cloneJson(op[1])
      return
    }
    if (!isContainer(this.root)) return
    let target = this.#own(this.root)
    this.root = target
    for (let depth = 0; depth < path.length - 1; depth++) {
      const child = getOwn(target, path[depth]!)
      if (!isContainer(child)) return
      const owned = this.#own(child)
      if (owned !== child) setOwn(target, path[depth]!, owned)
      target = owned
    }
    write(target, path[path.length - 1]!, op, this.#owned)
  }
}

const shallowCopy = (value: Record<string, unknown>): Record<string, unknown> => {
  const copy: Record<string, unknown> = {}
  for (const key of Object.keys(value)) setOwn(copy, key, value[key])
  return copy
}

const write = (target: Container, key: string | number, op: PatchOp, owned: WeakSet<object> | undefined): void => {
  if (op.length === 1) {
    if (Array.isArray(target)) target[Number(key)] = null
    else delete target[key]
    return
  }
  const value = cloneJson(op[1])
  if (owned !== undefined && isContainer(value)) owned.add(value)
  if (Array.isArray(target) && key === 'length') target.length = value as number
  else setOwn(target, key, value)
}

interface Trie {
  op: PatchOp | undefined
  order: number
  children: Map<string | number, Trie> | undefined
}

const isLength = (op: PatchOp) => op[0].length > 0 && op[0][op[0].length - 1] === 'length'

/** Drops writes that a later write of the same or an enclosing place makes invisible. */
export const compactPatch = (ops: readonly PatchOp[]): PatchOp[] => {
  // cutting an array depends on the order of the writes around it: such a patch is left alone
  if (ops.some(isLength)) return [...ops]
  const root: Trie = { op: undefined, order: 0, children: undefined }
  ops.forEach((op, order) => {
    let node = root
    for (const key of op[0]) {
      node.children ??= new Map()
      let child = node.children.get(key)
      if (child === undefined) node.children.set(key, (child = { op: undefined, order, children: undefined }))
      node = child
    }
    node.op = op
    node.order = order
    node.children = undefined
  })
  const kept: Trie[] = []
  const collect = (node: Trie): void => {
    if (node.op !== undefined) kept.push(node)
    if (node.children !== undefined) for (const child of node.children.values()) collect(child)
  }
  collect(root)
  return kept.sort((a, b) => a.order - b.order).map(node => node.op!)
}
