import { UserError } from '../errors/user-error.ts'
import type { Capability } from './capability.ts'

interface Placed {
  readonly capability: Capability
  readonly id: string | undefined
  readonly rank: number
}

const ranks = { outermost: 0, innermost: 2 } as const

/** Capabilities outermost first: in the order given, except where their `ordering` says otherwise.
 *  @throws {UserError} two ids are the same, a required capability is missing, or the wishes contradict each other */
export function orderCapabilities(capabilities: readonly Capability[]): readonly Capability[] {
  if (capabilities.every(({ ordering, id }) => ordering === undefined && id === undefined)) return capabilities
  const placed = capabilities.map(capability => ({
    capability,
    id: capability.id,
    rank: capability.ordering?.position === undefined ? 1 : ranks[capability.ordering.position],
  }))
  checkIds(placed)
  const queue = [...placed].sort((a, b) => a.rank - b.rank)
  const ordered: Placed[] = []
  while (queue.length > 0) {
    const at = queue.findIndex(candidate => !queue.some(other => other !== candidate && mustPrecede(other, candidate)))
    if (at < 0) {
      const ids = queue.map(({ id }) => `\`${id ?? 'unnamed'}\``).join(', ')
      throw new UserError(
        `The \`ordering\` of capabilities ${ids} contradicts itself. Remove one of \`wraps\` and \`wrappedBy\`.`,
      )
    }
    ordered.push(...queue.splice(at, 1))
  }
  return ordered.map(({ capability }) => capability)
}

function mustPrecede(outer: Placed, inner: Placed): boolean {
  const wraps = inner.id !== undefined && outer.capability.ordering?.wraps?.includes(inner.id)
  const wrappedBy = outer.id !== undefined && inner.capability.ordering?.wrappedBy?.includes(outer.id)
  return wraps === true || wrappedBy === true
}

function checkIds(placed: readonly Placed[]): void {
  const ids = new Set<string>()
  for (const { id } of placed) {
    if (id === undefined) continue
    if (ids.has(id)) throw new UserError(`Two capabilities have the id \`${id}\`. Change one of them.`)
    ids.add(id)
  }
  for (const { capability, id } of placed) {
    const missing = capability.ordering?.requires?.find(required => !ids.has(required))
    if (missing !== undefined) {
      throw new UserError(
        `The capability \`${id ?? 'unnamed'}\` requires \`${missing}\`, which the agent does not have. Add it.`,
      )
    }
  }
}
