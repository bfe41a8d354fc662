import { GraphBuildError } from '../errors.ts'
import type { TaskContext } from '../kernel/context.ts'
import { nodeIdOf } from '../nodes/handle.ts'
import type { NodeDefinition, Program } from '../program.ts'
import type { Part, PartList } from './parts.ts'

const START = '$start'

/** Adds the nodes of another graph under `id/`, and the node that stands for the whole. */
export const embed = (
  list: PartList,
  id: string,
  program: Program,
  options: { readonly label?: string; readonly state?: (context: TaskContext, value: unknown) => unknown },
): Part => {
  const { definition } = program
  const inside = (name: string) => `${id}/${name}`
  const start = definition.start ?? START
  const part = list.add({
    id,
    kind: 'subgraph',
    options: {
      ...(options.label === undefined ? {} : { label: options.label }),
      sub: {
        start: inside(start),
        ...(options.state === undefined ? {} : { state: options.state }),
        ...(definition.reducers === undefined ? {} : { reducers: definition.reducers }),
        ...(definition.onConflict === undefined ? {} : { onConflict: definition.onConflict }),
      },
    },
  })
  for (const node of definition.nodes) addInner(list, prefixed(node, id, inside))
  if (definition.start === undefined) addInner(list, entrance(id, definition.nodes, inside))
  return part
}

const prefixed = (node: NodeDefinition, id: string, inside: (name: string) => string): NodeDefinition => ({
  ...node,
  id: inside(node.id),
  parent: node.parent === undefined ? id : inside(node.parent),
  edges: node.edges.map(edge => ({ ...edge, to: inside(edge.to) })),
  ...(node.forks === undefined ? {} : { forks: node.forks.map(inside) }),
  ...(node.fork === undefined ? {} : { fork: inside(node.fork) }),
  ...(node.sub === undefined ? {} : { sub: { ...node.sub, start: inside(node.sub.start) } }),
})

/** Class graphs start at any node: the instance that comes in says which. */
const entrance = (id: string, nodes: readonly NodeDefinition[], inside: (name: string) => string): NodeDefinition => {
  const classes = nodes.filter(node => node.kind === 'class')
  if (classes.length === 0) throw new GraphBuildError(`Subgraph "${id}" has no node to start at.`)
  const ids = classes.map(node => node.id)
  return {
    id: inside(START),
    kind: 'decision',
    parent: id,
    edges: ids.map(to => ({ to: inside(to) })),
    choose: (_context, value) => ids.indexOf(nodeIdOf(value)?.id ?? ''),
  }
}

const addInner = (list: PartList, node: NodeDefinition): void => {
  const { id, kind, edges, ...options } = node
  const part = list.add({
    id,
    kind,
    options,
    ports: edges.filter(edge => !edge.isError).map(edge => edge.label),
    errorTo: edges.filter(edge => edge.isError).map(edge => edge.to),
  })
  edges
    .filter(edge => !edge.isError)
    .forEach((edge, port) => list.connect([{ part, port, label: edge.label }], edge.to))
}
