import { compareKeys, type ErrorRecord, type Scope } from './model.ts'
import { mergeBranches } from '../state/merge.ts'
import { Branch } from '../state/patch.ts'
import { cloneJson } from '../util/json.ts'
import type { TaskContext } from './context.ts'
import type { RunState } from './run-state.ts'
import { writesOf } from './writes.ts'

/** A failed item of a join that settles. */
export type Settled<T> =
  | { readonly status: 'fulfilled'; readonly value: T }
  | { readonly status: 'rejected'; readonly reason: ErrorRecord }

const isSameLine = (a: readonly number[], b: readonly number[]) => {
  for (let index = 0; index < Math.min(a.length, b.length); index++) if (a[index] !== b[index]) return false
  return true
}

/** Merges what the branches wrote and reduces their items: the work of a join's task. */
export const runJoin = (state: RunState, context: TaskContext): unknown => {
  const { task } = context
  const policy = task.node.join!
  const scope = task.scope!
  merge(state, context, scope)
  const items = policy.order === 'input' ? [...scope.items].sort((a, b) => compareKeys(a.key, b.key)) : scope.items
  const value = (index: number): unknown => {
    const { value: raw, error } = items[index]!
    const own = cloneJson(raw)
    if (!policy.settle) return own
    return error === undefined ? { status: 'fulfilled', value: own } : { status: 'rejected', reason: error }
  }
  const finish = policy.finish ?? (accumulated => accumulated)
  let accumulated = policy.initial(context)
  for (let index = 0; index < items.length; index++) {
    const next = policy.reduce(accumulated, value(index), context)
    if (next instanceof Promise) return finishAsync(next, index + 1)
    accumulated = next
  }
  return finish(accumulated)

  async function finishAsync(first: Promise<unknown>, from: number): Promise<unknown> {
    let current = await first
    for (let index = from; index < items.length; index++) current = await policy.reduce(current, value(index), context)
    return finish(current)
  }
}

const merge = (state: RunState, context: TaskContext, scope: Scope): void => {
  const { task } = context
  let writes = writesOf(scope)
  if (task.node.join!.first !== undefined)
    writes = writes.filter(({ key }) => scope.items.some(item => isSameLine(item.key, key)))
  if (writes.length === 0) return
  const base = state.stateAt(task.place)
  const ops = mergeBranches(base, writes, { ...state.mergeRulesAt(task.place), joinId: task.node.id })
  const view = new Branch(base, true)
  view.apply(ops)
  context.merged = { root: view.root, ops }
}
