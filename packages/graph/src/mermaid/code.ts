import { GraphLookupError } from '../errors.ts'
import { NODE_ID } from '../nodes/handle.ts'
import type { Topology, TopologyNode } from '../topology.ts'

/** A node: its id, its class, an instance, or a step. */
export type NodeIdent = string | { readonly nodeId: string } | { readonly id: string } | object

export interface MermaidOptions {
  /** front matter title; default the graph's name, `false` for none */
  readonly title?: string | false
  /** where arrows from the start symbol go; builder graphs have their own start */
  readonly startNode?: NodeIdent | readonly NodeIdent[]
  /** default true */
  readonly edgeLabels?: boolean
  /** notes of nodes and decisions; default true */
  readonly notes?: boolean
  readonly highlightedNodes?: NodeIdent | readonly NodeIdent[]
  /** style of highlighted nodes; default `fill:#fdff32` */
  readonly highlightCss?: string
  readonly direction?: 'TB' | 'LR' | 'RL' | 'BT'
  /** colours nodes by what a run did; see `runColours` */
  readonly status?: Readonly<Record<string, NodeRunStatus>> | ReadonlyMap<string, NodeRunStatus>
  /** draw the inside of subgraphs; default true */
  readonly expandSubgraphs?: boolean
}

export type NodeRunStatus = 'ready' | 'running' | 'done' | 'waiting' | 'failed'

const STATUS_CSS: Readonly<Record<NodeRunStatus, string>> = {
  ready: 'fill:#e0e7ff,stroke:#6366f1',
  running: 'fill:#dbeafe,stroke:#2563eb,stroke-width:3px',
  done: 'fill:#dcfce7,stroke:#16a34a',
  waiting: 'fill:#fef9c3,stroke:#ca8a04',
  failed: 'fill:#fee2e2,stroke:#dc2626',
}

/** Words mermaid gives a meaning of their own, and may therefore not name a node. */
const RESERVED = new Set([
  'end',
  'state',
  'note',
  'class',
  'classdef',
  'direction',
  'as',
  'fork',
  'join',
  'choice',
  'style',
  'click',
  'href',
  'scale',
  'hide',
  'default',
  'root',
])

const SPECIAL = /[^\p{L}\p{N} .,!?'()+\-*/=]/gu

/** Mermaid takes a line with these words anywhere in it for a statement. */
const DIRECTION = /direction(?=\s+(?:TB|BT|RL|LR))/gi

const escapeChar = (char: string): string => `#${char.codePointAt(0)};`

/** Mermaid's own escape for characters that mean something to its parser. */
const escapeText = (text: string): string =>
  text
    .replace(/\s*\n\s*/g, ' ')
    .replace(SPECIAL, char => (char === '_' || char === '|' ? char : escapeChar(char)))
    .replace(DIRECTION, word => escapeChar(word[0]!) + word.slice(1))

const asArray = (value: NodeIdent | readonly NodeIdent[] | undefined): readonly NodeIdent[] =>
  value === undefined ? [] : Array.isArray(value) ? (value as readonly NodeIdent[]) : [value as NodeIdent]

const idOf = (ident: NodeIdent): string => {
  if (typeof ident === 'string') return ident
  if ('nodeId' in ident && typeof ident.nodeId === 'string') return ident.nodeId
  if (NODE_ID in ident) return String((ident as { [NODE_ID]: unknown })[NODE_ID])
  return 'id' in ident && typeof ident.id === 'string' ? ident.id : '(not a node)'
}

/** Draws a topology as a mermaid state diagram.
 *  @throws {GraphLookupError} `startNode` or `highlightedNodes` names a node the graph does not have */
export const mermaidCode = (topology: Topology, options: MermaidOptions = {}): string =>
  new Drawing(topology, options).code()

class Drawing {
  readonly #topology: Topology
  readonly #options: MermaidOptions
  readonly #names = new Map<string, string>()
  readonly #nodes: ReadonlyMap<string, TopologyNode>
  readonly #lines: string[] = []

  constructor(topology: Topology, options: MermaidOptions) {
    this.#topology = topology
    this.#options = options
    this.#nodes = new Map(topology.nodes.map(node => [node.id, node]))
    const taken = new Set<string>()
    for (const { id } of topology.nodes) this.#names.set(id, this.#safeName(id, taken))
  }

  /** An identifier mermaid accepts, different for different ids. */
  #safeName(id: string, taken: Set<string>): string {
    let name = id.replace(/[^A-Za-z0-9_]/g, '_')
    if (name === '' || /^\d/.test(name) || RESERVED.has(name.toLowerCase())) name = `n_${name}`
    let unique = name
    for (let count = 2; taken.has(unique); count++) unique = `${name}_${count}`
    taken.add(unique)
    return unique
  }

  code(): string {
    const { title = this.#topology.name, direction } = this.#options
    if (title !== false) this.#lines.push('---', `title: ${JSON.stringify(title)}`, '---')
    this.#lines.push('stateDiagram-v2')
    if (direction !== undefined) this.#lines.push(`  direction ${direction}`)
    for (const id of asArray(this.#options.startNode)) this.#lines.push(`  [*] --> ${this.#known(id, 'startNode')}`)
    this.#level(undefined, '  ')
    this.#styles()
    return this.#lines.join('\n')
  }

  #known(ident: NodeIdent, option: string): string {
    const id = idOf(ident)
    const node = this.#nodes.get(id)
    if (node === undefined || node.kind === 'end')
      throw new GraphLookupError(`${option}: graph "${this.#topology.name}" has no node "${id}".`)
    return this.#names.get(id)!
  }

  /** The nodes of one (sub)graph, then its edges; inner graphs inside their own braces. */
  #level(parent: string | undefined, indent: string): void {
    const nodes = this.#topology.nodes.filter(node => node.parent === parent)
    for (const node of nodes) this.#declare(node, indent)
    for (const node of nodes) this.#edges(node, indent)
  }

  #declare(node: TopologyNode, indent: string): void {
    const name = this.#names.get(node.id)!
    const shape = SHAPES[node.kind]
    if (shape !== undefined) this.#lines.push(`${indent}state ${name} <<${shape}>>`)
    else if (node.kind === 'subgraph' && this.#options.expandSubgraphs !== false) {
      this.#lines.push(`${indent}state "${escapeText(node.label ?? shortId(node))}" as ${name} {`)
      this.#level(node.id, `${indent}  `)
      this.#lines.push(`${indent}}`)
    } else if (node.kind === 'step' || node.kind === 'class' || node.kind === 'subgraph') {
      const text = node.label ?? shortId(node)
      this.#lines.push(text === name ? `${indent}${name}` : `${indent}state "${escapeText(text)}" as ${name}`)
    }
    if (node.note !== undefined && this.#options.notes !== false) this.#note(name, node.note, indent)
  }

  #note(name: string, note: string, indent: string): void {
    const lines = note
      .split('\n')
      .map(line => line.trim())
      .filter(line => line !== '')
    this.#lines.push(`${indent}note right of ${name}`)
    // "end note" would close it, and a colon would end the line's text
    for (const line of lines)
      this.#lines.push(`${indent}  ${line.replace(/end note/gi, 'end-note').replace(/[<>{}#;%]/g, escapeChar)}`)
    this.#lines.push(`${indent}end note`)
  }

  #edges(node: TopologyNode, indent: string): void {
    if (node.kind === 'transform') return
    const from = node.kind === 'start' ? '[*]' : this.#names.get(node.id)!
    for (const { to, label } of this.#resolved(node)) {
      const target = this.#nodes.get(to)!
      const arrow = `${indent}${from} --> ${target.kind === 'end' ? '[*]' : this.#names.get(to)!}`
      this.#lines.push(
        label === undefined || this.#options.edgeLabels === false ? arrow : `${arrow} : ${escapeText(label)}`,
      )
    }
    if (node.goesAnywhere)
      for (const other of this.#topology.nodes)
        if (other.kind === 'class' && other.parent === node.parent)
          this.#lines.push(`${indent}${from} --> ${this.#names.get(other.id)!}`)
  }

  /** Edges with the transforms on them left out: they are part of the edge. */
  #resolved(node: TopologyNode): { to: string; label: string | undefined }[] {
    return node.edges.map(edge => {
      let { to, label } = edge
      for (let next = this.#nodes.get(to)!; next.kind === 'transform'; next = this.#nodes.get(to)!) {
        label ??= next.edges[0]!.label
        to = next.edges[0]!.to
      }
      return { to, label }
    })
  }

  #styles(): void {
    const { highlightedNodes, highlightCss = 'fill:#fdff32', status } = this.#options
    const highlighted = asArray(highlightedNodes)
    if (highlighted.length > 0) {
      this.#lines.push(`  classDef highlighted ${cssText(highlightCss)}`)
      for (const id of highlighted) this.#lines.push(`  class ${this.#known(id, 'highlightedNodes')} highlighted`)
    }
    if (status === undefined) return
    const entries: [string, NodeRunStatus][] =
      status instanceof Map ? [...(status as ReadonlyMap<string, NodeRunStatus>)] : Object.entries(status)
    for (const kind of new Set(entries.map(entry => entry[1])))
      this.#lines.push(`  classDef ${kind} ${STATUS_CSS[kind]}`)
    for (const [id, kind] of entries) {
      const node = this.#nodes.get(id)
      // composite states and pseudo states take no class
      if (node !== undefined && (node.kind === 'step' || node.kind === 'class'))
        this.#lines.push(`  class ${this.#names.get(id)!} ${kind}`)
    }
  }
}

const SHAPES: Partial<Record<TopologyNode['kind'], string>> = {
  decision: 'choice',
  map: 'fork',
  broadcast: 'fork',
  join: 'join',
}

const shortId = (node: TopologyNode): string =>
  node.parent === undefined ? node.id : node.id.slice(node.parent.length + 1)

const cssText = (css: string): string => {
  if (/[\n{}]|^\s*$/.test(css))
    throw new TypeError(`highlightCss must be one line of CSS declarations, not ${JSON.stringify(css)}.`)
  return css.replace(/;\s*$/, '').replace(/;\s*/g, ',')
}
