/**
 * The circles of a directed graph: every group of nodes that can reach each other, as one path through it, smallest name
 * first. A node that names itself is a circle of one. Tarjan's algorithm.
 */
export function cyclesOf(graph: ReadonlyMap<string, readonly string[]>): string[][] {
  return components(graph)
    .filter(group => group.length > 1 || graph.get(group[0] ?? '')?.includes(group[0] ?? ''))
    .map(group => shortestCircle(graph, group.toSorted()))
}

function components(graph: ReadonlyMap<string, readonly string[]>): string[][] {
  const order = new Map<string, number>()
  const stack: string[] = []
  const found: string[][] = []
  const visit = (node: string): number => {
    const number = order.size
    let low = number
    order.set(node, number)
    stack.push(node)
    for (const next of graph.get(node) ?? []) {
      if (!graph.has(next)) continue
      if (!order.has(next)) low = Math.min(low, visit(next))
      else if (stack.includes(next)) low = Math.min(low, order.get(next) ?? low)
    }
    if (low === number) found.push(stack.splice(stack.indexOf(node)))
    return low
  }
  for (const node of graph.keys()) if (!order.has(node)) visit(node)
  return found
}

/** One circle through the first of `group`, as short as there is: what a reader can follow. */
function shortestCircle(graph: ReadonlyMap<string, readonly string[]>, group: readonly string[]): string[] {
  const [start = ''] = group
  const paths: string[][] = [[start]]
  const seen = new Set<string>()
  for (const path of paths) {
    for (const next of graph.get(path.at(-1) ?? '') ?? []) {
      if (next === start) return path
      if (!group.includes(next) || seen.has(next)) continue
      seen.add(next)
      paths.push([...path, next])
    }
  }
  return [...group]
}
