import type { PatchOp } from '../state/patch.ts'
import type { NodeKind } from '../topology.ts'
import type { Json } from '../util/json.ts'
import type { ErrorRecord, Item, Place, TaskStatus, WaitRecord } from './model.ts'

/** A run's whole state as JSON. */
export interface SnapshotJson {
  /** of the graph that wrote it */
  readonly version: number
  /** hash of that graph's structure */
  readonly topology: string
  /** the bare structure of the graph, so that a newer version can still replay the records that follow */
  readonly nodes: readonly (readonly [
    id: string,
    kind: NodeKind,
    fork: string | null,
    first: number | null,
    isGenerator: boolean,
  ])[]
  readonly state?: Json
  readonly nextId: number
  readonly steps: number
  readonly tasks: readonly TaskJson[]
  readonly scopes: readonly ScopeJson[]
  readonly end?: { readonly output?: Json }
}

/** Where a token is: a scope, and the index of an item. */
export type At = readonly [scope: number, index: number]

export interface TaskJson {
  readonly id: number
  readonly node: string
  readonly in?: Json
  readonly at: At
  readonly status?: TaskStatus
  readonly attempt?: number
  readonly started?: boolean
  readonly memo?: readonly (readonly [string, Json])[]
  readonly waits?: readonly WaitRecord[]
  readonly error?: ErrorRecord
  readonly scope?: number
  readonly stream?: number
  readonly emitted?: number
}

export interface ScopeJson {
  readonly id: number
  readonly fork: string
  readonly up: At
  readonly live: number
  readonly closed?: boolean
  readonly source?: number
  /** of a map with a limit: the items under way */
  readonly admitted?: readonly number[]
  readonly items: readonly ItemJson[]
  readonly branches: readonly {
    readonly index: number
    readonly ops?: readonly PatchOp[]
    readonly root?: { readonly value: Json }
  }[]
  readonly passed: readonly { readonly key: readonly number[]; readonly ops: readonly PatchOp[] }[]
}

export interface ItemJson {
  readonly k: readonly number[]
  readonly v?: Json
  readonly e?: ErrorRecord
}

export const at = (place: Place): At => [place.scope.id, place.index]

// values in a stored run were made JSON when they were routed
export const json = (value: unknown) => (value === undefined ? null : value) as Json

export const itemJson = (item: Item): ItemJson =>
  item.error !== undefined
    ? { k: item.key, e: item.error }
    : item.value === undefined
      ? { k: item.key }
      : { k: item.key, v: json(item.value) }

export const itemOf = (item: ItemJson): Item =>
  item.e === undefined ? { key: item.k, value: item.v } : { key: item.k, value: undefined, error: item.e }
