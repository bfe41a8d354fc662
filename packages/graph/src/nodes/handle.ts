/** How the runner recognises a value that names its destination. Kept apart from the node classes: the kernel needs only this. */

export const NODE_ID = Symbol.for('tenon.graph.nodeId')
const HANDED = Symbol.for('tenon.graph.handed')

/** A value on its way to a step of the builder, returned by a class node. */
export interface Handed<Id extends string = string> {
  readonly [HANDED]: { readonly id: Id; readonly value: unknown }
}

export const hand = <Id extends string>(id: Id, value: unknown): Handed<Id> => ({ [HANDED]: { id, value } })

export const nodeIdOf = (value: unknown): { id: string; value: unknown } | undefined => {
  if (typeof value !== 'object' || value === null) return undefined
  const handed = (value as Partial<Handed>)[HANDED]
  if (handed !== undefined) return handed
  const id = (value as { [NODE_ID]?: unknown })[NODE_ID]
  return typeof id === 'string' ? { id, value } : undefined
}
