import type { Schema } from './schema.ts'
import { GraphSetupError } from './errors.ts'
import { checkPolicy, type NodePolicy } from './policy.ts'
import type { StateReducers } from './state/merge.ts'
import type { NodeKind, Topology, TopologyNode } from './topology.ts'
import { topologyHash } from './topology.ts'
import type { TaskContext } from './kernel/context.ts'
import type { Json } from './util/json.ts'
import { isCount } from './util/numbers.ts'

/** How a join turns the items of its fork into one value. */
export interface JoinPolicy {
  readonly initial: (context: TaskContext) => unknown
  /** may be async */
  readonly reduce: (accumulated: unknown, item: unknown, context: TaskContext) => unknown
  readonly finish?: (accumulated: unknown) => unknown
  readonly order: 'input' | 'completion'
  /** fire when this many items have arrived and cancel the rest */
  readonly first?: number
  /** a failed item arrives as `{ status: 'rejected', reason }` instead of failing the run */
  readonly settle?: boolean
}

/** What an error handler decided: an output of the failed node, or another node to go to. */
export type Recovery = { readonly value: unknown } | { readonly to: string; readonly input: unknown }

/** A node as the front ends hand it over: plain topology plus the code that belongs to it. */
export interface NodeDefinition extends TopologyNode {
  readonly run?: (context: TaskContext) => unknown
  /** `run` returns an async iterable whose items flow on one by one */
  readonly isGenerator?: boolean
  /** the output is a class node or End that names where it goes */
  readonly isDispatch?: boolean
  readonly transform?: (context: TaskContext, value: unknown) => unknown
  /** the index of the edge a value takes; -1 for none */
  readonly choose?: (context: TaskContext, value: unknown) => number
  readonly join?: JoinPolicy
  /** of a join: the fork whose items it collects */
  readonly fork?: string
  /** the forks it lies in, outermost first; none is not said */
  readonly forks?: readonly string[]
  /** of a map: how many items may be under way at once */
  readonly concurrency?: number
  readonly policy?: NodePolicy
  readonly recover?: (error: unknown, context: TaskContext) => unknown
  /** of a step; of an end, the schema of the output */
  readonly input?: Schema
  readonly encode?: (value: unknown) => Json
  readonly decode?: (json: Json) => unknown
  /** as `decode`, of data that comes from elsewhere: checked, with defaults */
  readonly read?: (json: Json) => unknown
  /** of a subgraph: where it begins, and its own initial state if it does not share the parent's */
  readonly sub?: {
    readonly start: string
    readonly state?: (context: TaskContext, value: unknown) => unknown
    readonly reducers?: StateReducers
    readonly onConflict?: 'error' | 'last'
  }
}

export interface GraphDefinition {
  readonly name: string
  readonly version: number
  readonly nodes: readonly NodeDefinition[]
  readonly start?: string
  readonly state?: Schema
  readonly input?: Schema
  readonly reducers?: StateReducers
  readonly onConflict?: 'error' | 'last'
}

/** A node with its edges resolved. */
export interface ProgramNode extends Omit<NodeDefinition, 'sub'> {
  readonly kind: NodeKind
  readonly next: ProgramNode[]
  readonly targets: ReadonlySet<string>
  sub: (Omit<NonNullable<NodeDefinition['sub']>, 'start'> & { readonly start: ProgramNode }) | undefined
}

/** A graph ready to run. */
export interface Program {
  readonly definition: GraphDefinition
  readonly name: string
  readonly version: number
  readonly topology: Topology
  readonly hash: string
  readonly nodes: ReadonlyMap<string, ProgramNode>
  readonly start: ProgramNode | undefined
  /** the join that closes each fork, where there is one */
  readonly joins: ReadonlyMap<string, ProgramNode>
  readonly reducers: StateReducers | undefined
  readonly onConflict: 'error' | 'last'
  /** of interrupts that nodes have asked in this process, by node and point: what checks an answer that is plain data */
  readonly answerSchemas: Map<string, Schema>
}

const topologyNode = (node: NodeDefinition): TopologyNode => ({
  id: node.id,
  kind: node.kind,
  ...(node.label === undefined ? {} : { label: node.label }),
  ...(node.note === undefined ? {} : { note: node.note }),
  edges: node.edges,
  ...(node.parent === undefined ? {} : { parent: node.parent }),
  ...(node.goesAnywhere ? { goesAnywhere: true } : {}),
  ...(node.isStream ? { isStream: true } : {}),
})

/** Numbers are checked here, for both front ends: a wrong one would hang a run. */
const checkNumbers = ({ id, policy, concurrency, join }: NodeDefinition): void => {
  if (policy !== undefined) checkPolicy(id, policy)
  if (concurrency !== undefined && !isCount(concurrency))
    throw new GraphSetupError(`The concurrency of map "${id}" is ${concurrency}; it must be a whole number from 1.`)
  if (join?.first !== undefined && !isCount(join.first))
    throw new GraphSetupError(`Join "${id}" takes the first ${join.first} items; it must be a whole number from 1.`)
}

/** Resolves a definition whose structure the front end has checked.
 *  @throws {GraphSetupError} a number of a node cannot be meant */
export const linkProgram = (definition: GraphDefinition): Program => {
  definition.nodes.forEach(checkNumbers)
  const nodes = new Map<string, ProgramNode>()
  for (const node of definition.nodes)
    nodes.set(node.id, { ...node, next: [], targets: new Set(node.edges.map(edge => edge.to)), sub: undefined })
  const joins = new Map<string, ProgramNode>()
  for (const source of definition.nodes) {
    const node = nodes.get(source.id)!
    for (const edge of source.edges) if (!edge.isError) node.next.push(nodes.get(edge.to)!)
    if (source.sub !== undefined) node.sub = { ...source.sub, start: nodes.get(source.sub.start)! }
    if (node.kind === 'join' && node.fork !== undefined) joins.set(node.fork, node)
  }
  const topology: Topology = {
    name: definition.name,
    version: definition.version,
    nodes: definition.nodes.map(topologyNode),
  }
  return {
    definition,
    name: definition.name,
    version: definition.version,
    topology,
    hash: topologyHash(topology),
    nodes,
    start: definition.start === undefined ? undefined : nodes.get(definition.start),
    joins,
    reducers: definition.reducers,
    onConflict: definition.onConflict ?? 'error',
    answerSchemas: new Map(),
  }
}
