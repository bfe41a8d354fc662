import { GraphRuntimeError, NotJsonError } from '../errors.ts'
import { getOwn, setOwn, toJson, type Json } from '../util/json.ts'
import type { PatchOp } from './patch.ts'

/** One draft per task: what the task writes, dropped unless the task succeeds. */
interface DraftRoot {
  readonly nodeId: string
  isDirty: boolean
  isClosed: boolean
}

/** One object of the state as the task sees it. */
class Layer {
  readonly root: DraftRoot
  readonly base: object
  readonly isArray: boolean
  /** drafts of members that were read, made when they are */
  children: Map<string, object> | undefined = undefined
  changes: Map<string, unknown> | undefined = undefined
  length: number

  constructor(root: DraftRoot, base: object) {
    this.root = root
    this.base = base
    this.isArray = Array.isArray(base)
    this.length = this.isArray ? (base as unknown[]).length : 0
  }
}

const DELETED = Symbol('deleted')
/** Where a proxy's target keeps its layer: a property costs a fraction of a WeakMap, and there is a draft for every task. */
const LAYER = Symbol('layer')

/** A draft of a state: reads fall through to `base`, writes stay in the draft until `finishDraft`. */
export interface Draft {
  readonly value: unknown
  readonly root: DraftRoot
}

export const openDraft = (base: unknown, nodeId: string): Draft => {
  const root: DraftRoot = { nodeId, isDirty: false, isClosed: false }
  return { value: typeof base === 'object' && base !== null ? layer(root, base) : base, root }
}

const layer = (root: DraftRoot, base: object): object => {
  const self = new Layer(root, base)
  // the target lends its kind (array or object) and keeps the layer; all content comes from base and changes
  const target: object = self.isArray ? Object.assign([], { [LAYER]: self }) : { [LAYER]: self }
  return new Proxy(target, handler)
}

const isIndex = (key: string) => /^(?:0|[1-9]\d*)$/.test(key)

const hasKey = (self: Layer, key: string): boolean => {
  if (self.isArray && (key === 'length' || (isIndex(key) && Number(key) >= self.length))) return key === 'length'
  const changed = self.changes?.get(key)
  if (changed !== undefined || self.changes?.has(key)) return changed !== DELETED
  return Object.hasOwn(self.base, key)
}

const read = (self: Layer, key: string): unknown => {
  if (self.isArray && key === 'length') return self.length
  if (self.changes?.has(key)) {
    const value = self.changes.get(key)
    return value === DELETED ? undefined : value
  }
  if (self.isArray && isIndex(key) && Number(key) >= self.length) return undefined
  const value = getOwn(self.base, key)
  if (typeof value !== 'object' || value === null) return value
  let child = self.children?.get(key)
  if (child === undefined) {
    self.children ??= new Map()
    self.children.set(key, (child = layer(self.root, value)))
  }
  return child
}

const change = (self: Layer, key: string, value: unknown): boolean => {
  const { root } = self
  if (root.isClosed)
    throw new GraphRuntimeError(
      `The state of node "${root.nodeId}" was changed after the node had finished. Await everything the node starts.`,
    )
  if (self.isArray && key === 'length') return resize(self, Number(value))
  const isScalar = typeof value !== 'object' || value === null
  if (
    isScalar &&
    self.changes?.has(key) !== true &&
    value !== DELETED &&
    hasKey(self, key) &&
    read(self, key) === value
  )
    return true
  root.isDirty = true
  if (self.isArray && isIndex(key) && Number(key) >= self.length) {
    resize(self, Number(key))
    self.length = Number(key) + 1
  }
  self.changes ??= new Map()
  self.changes.set(key, value)
  return true
}

const resize = (self: Layer, length: number): boolean => {
  // every index between a cut and the present length is in `changes`, so no element of the base comes back
  if (length === self.length) return true
  self.root.isDirty = true
  if (self.changes !== undefined)
    for (const key of self.changes.keys()) if (isIndex(key) && Number(key) >= length) self.changes.delete(key)
  for (let index = self.length; index < length; index++) {
    self.changes ??= new Map()
    self.changes.set(String(index), null)
  }
  self.length = length
  self.changes ??= new Map()
  return true
}

const keysOf = (self: Layer): string[] => {
  const keys: string[] = []
  if (self.isArray) {
    for (let index = 0; index < self.length; index++) keys.push(String(index))
    return keys
  }
  for (const key of Object.keys(self.base)) if (self.changes?.get(key) !== DELETED) keys.push(key)
  if (self.changes !== undefined)
    for (const [key, value] of self.changes) if (value !== DELETED && !Object.hasOwn(self.base, key)) keys.push(key)
  return keys
}

const refuseSymbol = (): never => {
  throw new GraphRuntimeError('The state has no symbol keys: it must be JSON.')
}

const layerOf = (draftOrTarget: object): Layer => (draftOrTarget as { readonly [LAYER]: Layer })[LAYER]

class Handler implements ProxyHandler<object> {
  get(target: object, key: string | symbol): unknown {
    if (typeof key === 'symbol') return Reflect.get(target, key)
    const self = layerOf(target)
    if (self.isArray) return hasKey(self, key) ? read(self, key) : Reflect.get(target, key)
    // the way most reads take, spelled out
    const changed = self.changes?.get(key)
    if (changed !== undefined) return changed === DELETED ? Reflect.get(target, key) : changed
    if (Object.hasOwn(self.base, key)) {
      const value = (self.base as Record<string, unknown>)[key]
      return typeof value === 'object' && value !== null ? read(self, key) : value
    }
    return Reflect.get(target, key)
  }

  set(target: object, key: string | symbol, value: unknown): boolean {
    return typeof key === 'symbol' ? refuseSymbol() : change(layerOf(target), key, value)
  }

  has(target: object, key: string | symbol): boolean {
    return typeof key === 'symbol' ? Reflect.has(target, key) : hasKey(layerOf(target), key) || Reflect.has(target, key)
  }

  deleteProperty(target: object, key: string | symbol): boolean {
    if (typeof key === 'symbol') return refuseSymbol()
    const self = layerOf(target)
    return !hasKey(self, key) || change(self, key, self.isArray ? null : DELETED)
  }

  defineProperty(target: object, key: string | symbol, descriptor: PropertyDescriptor): boolean {
    if (typeof key === 'symbol' || !('value' in descriptor)) return refuseSymbol()
    return change(layerOf(target), key, descriptor.value)
  }

  ownKeys(target: object): string[] {
    const self = layerOf(target)
    return self.isArray ? [...keysOf(self), 'length'] : keysOf(self)
  }

  getOwnPropertyDescriptor(target: object, key: string | symbol): PropertyDescriptor | undefined {
    if (typeof key === 'symbol') return undefined
    const self = layerOf(target)
    if (!hasKey(self, key)) return undefined
    const isLength = self.isArray && key === 'length'
    return { value: read(self, key), writable: true, enumerable: !isLength, configurable: !isLength }
  }

  setPrototypeOf(): boolean {
    throw new GraphRuntimeError('The state is plain JSON: its prototype cannot be changed.')
  }

  preventExtensions(): boolean {
    throw new GraphRuntimeError('The state cannot be frozen: nodes write to it.')
  }
}

const handler: ProxyHandler<object> = new Handler()

const MAX_DEPTH = 500

/** A plain copy of a draft, or of a value that contains drafts.
 *  @throws {NotJsonError} it contains itself */
export const plain = (value: unknown, depth = 0): unknown => {
  if (typeof value !== 'object' || value === null) return value
  if (depth > MAX_DEPTH) throw new NotJsonError('The state is not JSON: a cycle, or more than 500 levels.')
  const self = (value as { readonly [LAYER]?: Layer })[LAYER]
  if (self === undefined) {
    if (Array.isArray(value)) return value.map(item => plain(item, depth + 1))
    const prototype: unknown = Object.getPrototypeOf(value)
    if (prototype !== Object.prototype && prototype !== null) return value
    const out: Record<string, unknown> = {}
    for (const key of Object.keys(value)) setOwn(out, key, plain((value as Record<string, unknown>)[key], depth + 1))
    return out
  }
  const out: object = self.isArray ? [] : {}
  for (const key of keysOf(self)) setOwn(out, key, plain(read(self, key), depth + 1))
  return out
}

/** Ends a draft and returns its writes, in an order that can be applied as it stands.
 *  @throws {NotJsonError} a written value is not JSON */
export const finishDraft = (draft: Draft): readonly PatchOp[] => {
  draft.root.isClosed = true
  if (!draft.root.isDirty) return []
  const ops: PatchOp[] = []
  collect(layerOf(draft.value as object), [], ops)
  return ops
}

/** Ends a draft and forgets its writes. */
export const dropDraft = (draft: Draft): void => {
  draft.root.isClosed = true
}

const collect = (self: Layer, path: (string | number)[], ops: PatchOp[]): void => {
  const keyOf = (key: string) => (self.isArray ? Number(key) : key)
  if (self.isArray && self.length < (self.base as unknown[]).length) ops.push([[...path, 'length'], self.length])
  if (self.children !== undefined)
    for (const [key, child] of self.children) {
      if (self.changes?.has(key) || !hasKey(self, key)) continue
      const nested = layerOf(child)
      if (nested.changes === undefined && nested.children === undefined) continue
      path.push(keyOf(key))
      collect(nested, path, ops)
      path.pop()
    }
  if (self.changes === undefined) return
  const entries = self.isArray ? [...self.changes].sort((a, b) => Number(a[0]) - Number(b[0])) : self.changes
  for (const [key, value] of entries) {
    const at = path.length === 0 ? [keyOf(key)] : [...path, keyOf(key)]
    if (value === DELETED || (value === undefined && !self.isArray)) ops.push([at])
    else if (typeof value === 'string' || typeof value === 'boolean') ops.push([at, value])
    // -0 is 0 in JSON
    else if (typeof value === 'number' && Number.isFinite(value)) ops.push([at, value === 0 ? 0 : value])
    else ops.push([at, toJson(plain(value), `state.${at.join('.')} after node "${self.root.nodeId}"`) satisfies Json])
  }
}
