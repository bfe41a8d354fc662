import { hashText } from './util/hash.ts'

export type NodeKind =
  | 'start'
  | 'end'
  | 'step'
  | 'class'
  | 'transform'
  | 'decision'
  | 'map'
  | 'broadcast'
  | 'join'
  | 'subgraph'

export interface TopologyEdge {
  readonly to: string
  readonly label?: string
  /** taken by the node's error handler only */
  readonly isError?: true
}

/** A node as plain data: what drawing, hashing and checking need. */
export interface TopologyNode {
  readonly id: string
  readonly kind: NodeKind
  readonly label?: string
  readonly note?: string
  readonly edges: readonly TopologyEdge[]
  /** the subgraph this node lies in */
  readonly parent?: string
  /** of a class node: it may go to any node of the graph */
  readonly goesAnywhere?: boolean
  /** of a map whose source is a stream */
  readonly isStream?: boolean
}

/** A whole graph as plain data; survives JSON. */
export interface Topology {
  readonly name: string
  readonly version: number
  readonly nodes: readonly TopologyNode[]
}

/** Names the structure: ids, kinds and edges. Labels, notes and the version do not count. */
export const topologyHash = (topology: Topology): string =>
  hashText(
    topology.nodes
      .map(node => JSON.stringify([node.id, node.kind, node.goesAnywhere ?? false, node.edges.map(edge => edge.to)]))
      .sort()
      .join('\n'),
  )
