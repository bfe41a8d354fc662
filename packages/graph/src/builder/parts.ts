import { GraphBuildError } from '../errors.ts'
import type { NodeDefinition } from '../program.ts'
import type { TopologyEdge } from '../topology.ts'

/** One way out of a node: several destinations on one port make a broadcast. */
export interface Port {
  readonly label: string | undefined
  readonly to: { readonly id: string; readonly label: string | undefined }[]
}

export type PartOptions = Omit<NodeDefinition, 'edges' | 'id' | 'kind'>

/** A node while its graph is being built. */
export interface Part {
  readonly id: string
  readonly kind: NodeDefinition['kind']
  readonly options: PartOptions
  readonly ports: Port[]
  readonly errorTo: readonly string[]
  /** of a join whose fork the chain does not tell */
  readonly closes: 'nearest' | 'all' | undefined
}

/** Where a flow leaves off: a port of a part, and the label of the edge to come. */
export interface Tail {
  readonly part: Part
  readonly port: number
  readonly label: string | undefined
}

/** The nodes and edges of a graph under construction. */
export class PartList {
  readonly parts = new Map<string, Part>()

  add(part: {
    id: string
    kind: Part['kind']
    options?: PartOptions
    ports?: (string | undefined)[]
    errorTo?: readonly string[]
    closes?: Part['closes']
  }): Part {
    const { id, kind, options = {}, ports = [undefined], errorTo = [], closes } = part
    if (this.parts.has(id)) throw new GraphBuildError(`Two nodes of the graph have the id "${id}". Rename one.`)
    const made: Part = { id, kind, options, ports: ports.map(label => ({ label, to: [] })), errorTo, closes }
    this.parts.set(id, made)
    return made
  }

  /** A name for a node nobody named: the same in every build of the same code. */
  freeId(base: string): string {
    if (!this.parts.has(base)) return base
    let count = 2
    while (this.parts.has(`${base}_${count}`)) count++
    return `${base}_${count}`
  }

  connect(tails: readonly Tail[], to: string): void {
    for (const { part, port, label } of tails) part.ports[port]!.to.push({ id: to, label })
  }

  /** The finished nodes; a port with several destinations becomes a broadcast of its own. */
  definitions(): NodeDefinition[] {
    const definitions: NodeDefinition[] = []
    const broadcasts: Part[] = []
    for (const part of this.parts.values()) {
      const edges: TopologyEdge[] = []
      for (const port of part.ports) {
        const target = port.to.length > 1 ? this.#split(part, port, broadcasts) : port.to[0]
        if (target === undefined) continue
        const label = target.label ?? port.label
        edges.push({ to: target.id, ...(label === undefined ? {} : { label }) })
      }
      for (const to of part.errorTo) edges.push({ to, label: 'on error', isError: true })
      definitions.push({
        ...part.options,
        id: part.id,
        kind: part.kind,
        edges: [...edges, ...((part.options as { classEdges?: TopologyEdge[] }).classEdges ?? [])],
      })
    }
    for (const { id, ports } of broadcasts)
      definitions.push({
        id,
        kind: 'broadcast',
        edges: ports.map(port => ({
          to: port.to[0]!.id,
          ...(port.to[0]!.label === undefined ? {} : { label: port.to[0]!.label }),
        })),
      })
    return definitions
  }

  #split(part: Part, port: Port, broadcasts: Part[]): { id: string; label: string | undefined } {
    const index = part.ports.indexOf(port)
    const base = part.ports.length === 1 ? `${part.id}.broadcast` : `${part.id}.broadcast${index}`
    const taken = new Set(broadcasts.map(({ id }) => id))
    let id = this.freeId(base)
    while (taken.has(id)) id += '_2'
    broadcasts.push({
      id,
      kind: 'broadcast',
      options: {},
      ports: port.to.map(target => ({ label: undefined, to: [target] })),
      errorTo: [],
      closes: undefined,
    })
    return { id, label: undefined }
  }
}
