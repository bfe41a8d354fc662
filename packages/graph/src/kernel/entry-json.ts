import type { PatchOp } from '../state/patch.ts'
import type { RunStatus } from '../store/store.ts'
import type { Json } from '../util/json.ts'
import { at, itemJson, json, type At, type ItemJson, type SnapshotJson } from './json-forms.ts'
import type { Entry, ErrorRecord, Op, WaitRecord } from './model.ts'

/** Version of the record format below; written into every snapshot. In version 1 the inputs of steps are as they were routed, not parsed,
 *  and what was undefined is null. */
export const FORMAT = 2

export type OpJson =
  | readonly ['s', id: number, node: string, at: At, input?: Json]
  | readonly ['o', id: number, fork: string, at: At, count: number, state?: { readonly value: Json }]
  | readonly ['g', scope: number]
  | readonly ['i', scope: number, at: At, item: ItemJson]
  | readonly ['l', scope: number]
  | readonly ['k', at: At]
  | readonly ['u', scope: number, at: At]
  | readonly ['c', at: At, count: number]
  | readonly ['e', at: At, output?: Json]

/** A journal record's JSON. Short keys: there is one for every step. */
export type EntryJson =
  | {
      readonly k: 'done'
      readonly t: number
      readonly o: readonly OpJson[]
      readonly p?: readonly PatchOp[]
      readonly ms: number
    }
  | { readonly k: 'more'; readonly t: number; readonly o: readonly OpJson[] }
  | { readonly k: 'started' | 'recover'; readonly t?: number }
  | { readonly k: 'memo'; readonly t: number; readonly n: string; readonly v?: Json; readonly del?: true }
  | { readonly k: 'wait'; readonly t: number; readonly w: readonly WaitRecord[] }
  | { readonly k: 'answer'; readonly a: readonly (readonly [task: number, key: string, value: Json])[] }
  | { readonly k: 'retry' | 'fail'; readonly t: number; readonly e: ErrorRecord }
  | { readonly k: 'settle'; readonly t: number; readonly e: ErrorRecord; readonly o: readonly OpJson[] }
  | { readonly k: 'override'; readonly o: readonly OpJson[] }
  | { readonly k: 'status'; readonly s: RunStatus; readonly r?: string }
  | {
      readonly k: 'snapshot'
      readonly f: number
      readonly s: SnapshotJson
      readonly r: Extract<Entry, { kind: 'snapshot' }>['reason']
    }

const opJson = (op: Op): OpJson => {
  switch (op.t) {
    case 'spawn':
      return op.task.input === undefined
        ? ['s', op.task.id, op.task.node.id, at(op.task.place)]
        : ['s', op.task.id, op.task.node.id, at(op.task.place), op.task.input]
    case 'open':
      return op.state === undefined
        ? ['o', op.scope.id, op.scope.fork!.id, at(op.scope.up!), op.count]
        : ['o', op.scope.id, op.scope.fork!.id, at(op.scope.up!), op.count, op.state]
    case 'grow':
      return ['g', op.scope.id]
    case 'item':
      return ['i', op.scope.id, at(op.place), itemJson(op.item)]
    case 'leave':
      return ['l', op.scope.id]
    case 'kill':
      return ['k', at(op.place)]
    case 'subend':
      return ['u', op.scope.id, at(op.place)]
    case 'clear':
      return ['c', at(op.place), op.count]
    case 'end':
      return op.value === undefined ? ['e', at(op.place)] : ['e', at(op.place), json(op.value)]
  }
}

export const encodeEntry = (entry: Entry): EntryJson => {
  switch (entry.kind) {
    case 'done':
      return {
        k: 'done',
        t: entry.task.id,
        o: entry.ops.map(opJson),
        ...(entry.patch.length > 0 ? { p: entry.patch } : {}),
        ms: entry.ms,
      }
    case 'more':
      return { k: 'more', t: entry.task.id, o: entry.ops.map(opJson) }
    case 'started':
      return { k: 'started', t: entry.task.id }
    case 'recover':
      return { k: 'recover' }
    case 'memo':
      return entry.value === undefined
        ? { k: 'memo', t: entry.task.id, n: entry.key, del: true }
        : { k: 'memo', t: entry.task.id, n: entry.key, v: entry.value }
    case 'wait':
      return { k: 'wait', t: entry.task.id, w: entry.waits }
    case 'answer':
      return { k: 'answer', a: entry.answers.map(({ task, key, value }) => [task.id, key, value] as const) }
    case 'retry':
    case 'fail':
      return { k: entry.kind, t: entry.task.id, e: entry.error }
    case 'settle':
      return { k: 'settle', t: entry.task.id, e: entry.error, o: entry.ops.map(opJson) }
    case 'override':
      return { k: 'override', o: entry.ops.map(opJson) }
    case 'status':
      return entry.reason === undefined
        ? { k: 'status', s: entry.status }
        : { k: 'status', s: entry.status, r: entry.reason }
    case 'snapshot':
      return { k: 'snapshot', f: FORMAT, s: entry.snapshot, r: entry.reason }
  }
}
