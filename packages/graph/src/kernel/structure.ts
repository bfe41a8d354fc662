import type { Program, ProgramNode } from '../program.ts'
import type { SnapshotJson } from './json-forms.ts'

type NodeFacts = SnapshotJson['nodes'][number]

const factsOf = ({ id, kind, fork, join, isGenerator }: ProgramNode): NodeFacts => [
  id,
  kind,
  fork ?? null,
  join?.first ?? null,
  isGenerator ?? false,
]

/** What replaying a journal needs to know of the nodes, beside the names of the edges. */
export const structureOf = (program: Program): SnapshotJson['nodes'] => [...program.nodes.values()].map(factsOf)

/** The nodes a stored run knows otherwise than the graph does, or not at all. The hash of the topology leaves out which fork a join closes
 *  and after how many items, and whether a node is a generator. */
export const changedNodes = (program: Program, nodes: SnapshotJson['nodes']): string[] => {
  const stored = new Map(nodes.map(facts => [facts[0], JSON.stringify(facts)]))
  const changed = structureOf(program).filter(facts => stored.get(facts[0]) !== JSON.stringify(facts))
  return changed.map(([id]) => id)
}
