import type { Place, Scope, Task } from './model.ts'

/** Keeps maps within their `concurrency`, counted in items: one is under way from the first task it lets start until it leaves its map. */

/** The innermost item of a limited map that a place lies in. When it is under way, so are those around it. */
const gateOf = (place: Place): Place | undefined => (place.scope.limit === undefined ? place.scope.gate : place)

/** Whether a task may start. One that finds a map full waits there, and comes back when an item leaves. */
export const admit = (task: Task): boolean => {
  const gate = gateOf(task.place)
  return gate === undefined || gate.isAdmitted || enter(gate, task)
}

/** Takes a slot in every map around an item, from the outside in. */
const enter = (gate: Place, task: Task): boolean => {
  const { scope } = gate
  if (scope.gate !== undefined && !scope.gate.isAdmitted && !enter(scope.gate, task)) return false
  if (scope.admitted < scope.limit!) {
    scope.admitted++
    gate.isAdmitted = true
    return true
  }
  if (gate.held !== undefined) gate.held.push(task)
  else {
    gate.held = [task]
    scope.waiting.push(gate)
  }
  return false
}

/** Counts the items around a place as under way: something has happened there. */
export const countIn = (place: Place): void => {
  for (let gate = gateOf(place); gate !== undefined && !gate.isAdmitted; gate = gate.scope.gate) {
    gate.isAdmitted = true
    gate.scope.admitted++
  }
}

/** An item leaves its map. @param fresh gets the tasks of the item that may come in for it */
export const letOut = (place: Place, fresh: Task[]): void => {
  const { scope } = place
  if (!place.isAdmitted) return
  place.isAdmitted = false
  scope.admitted--
  while (scope.admitted < scope.limit!) {
    const next = scope.waiting.shift()
    if (next === undefined) return
    const { held = [] } = next
    next.held = undefined
    const before = fresh.length
    for (const task of held) if (task.status === 'ready') fresh.push(task)
    if (fresh.length > before) return
  }
}

/** Forgets which items wait for a slot: their tasks are offered anew. */
export const forgetWaiting = ({ waiting }: Scope): void => {
  for (let place = waiting.shift(); place !== undefined; place = waiting.shift()) place.held = undefined
}
