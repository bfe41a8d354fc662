import { GraphValidationError } from '../errors.ts'
import type { NodeDefinition } from '../program.ts'

type Stack = readonly string[]

const isSame = (a: Stack, b: Stack) => a.length === b.length && a.every((id, index) => id === b[index])

const show = (stack: Stack) =>
  stack.length === 0 ? 'outside every fork' : `inside ${stack.map(id => `"${id}"`).join(' > ')}`

/** Checks the structure of a built graph and finds the fork each join closes.
 *  @param closes of joins whose fork is not known yet: the nearest open fork, or all
 *  @returns the same nodes, joins complete
 *  @throws {GraphValidationError} with every problem it found */
export const validateNodes = (
  nodes: readonly NodeDefinition[],
  { start, end, closes }: { start: string; end: string; closes: ReadonlyMap<string, 'nearest' | 'all'> },
): NodeDefinition[] => {
  const problems: string[] = []
  const byId = new Map(nodes.map(node => [node.id, node]))
  if (byId.get(start)!.edges.length === 0)
    throw new GraphValidationError(['No edge leaves the start. Chain a step: g.start.step(…)'])
  const walk = new ScopeWalk(byId, closes, problems)
  walk.from(start)
  for (const node of nodes) {
    if (node.parent !== undefined) continue
    if (!walk.stacks.has(node.id)) {
      if (node.id === end) problems.push('The end cannot be reached from the start. Connect a flow: flow.to(g.end)')
      else problems.push(`Node "${node.id}" cannot be reached from the start.`)
    } else if (node.id !== end && node.edges.every(edge => edge.isError) && !node.goesAnywhere)
      problems.push(`Node "${node.id}" is a dead end: nothing leaves it.`)
  }
  if (problems.length === 0) problems.push(...stranded(nodes, end))
  if (problems.length > 0) throw new GraphValidationError(problems)
  return nodes.map(node => {
    const fork = walk.forks.get(node.id)
    const forks = walk.stacks.get(node.id) ?? []
    return { ...node, ...(fork === undefined ? {} : { fork }), ...(forks.length === 0 ? {} : { forks }) }
  })
}

/** Nodes from which no path leads to the end. */
const stranded = (nodes: readonly NodeDefinition[], end: string): string[] => {
  const into = new Map<string, string[]>()
  for (const node of nodes)
    for (const { to } of node.edges) {
      const sources = into.get(to)
      if (sources === undefined) into.set(to, [node.id])
      else sources.push(node.id)
    }
  const seen = new Set([end])
  const queue = [end]
  for (let id = queue.pop(); id !== undefined; id = queue.pop())
    for (const source of into.get(id) ?? [])
      if (!seen.has(source)) {
        seen.add(source)
        queue.push(source)
      }
  return nodes
    .filter(node => node.parent === undefined && !seen.has(node.id) && !node.goesAnywhere)
    .map(node => `No path leads from node "${node.id}" to the end.`)
}

/** Follows the open forks along every edge: each node must always be reached with the same ones. */
class ScopeWalk {
  readonly stacks = new Map<string, Stack>()
  readonly forks = new Map<string, string>()
  readonly #nodes: ReadonlyMap<string, NodeDefinition>
  readonly #closes: ReadonlyMap<string, 'nearest' | 'all'>
  readonly #problems: string[]
  readonly #joinOf = new Map<string, string>()

  constructor(
    nodes: ReadonlyMap<string, NodeDefinition>,
    closes: ReadonlyMap<string, 'nearest' | 'all'>,
    problems: string[],
  ) {
    this.#nodes = nodes
    this.#closes = closes
    this.#problems = problems
  }

  from(start: string): void {
    const queue: [string, Stack][] = [[start, []]]
    // in the order the edges were made: so the first problem named is the first one written
    for (const [id, stack] of queue) {
      const node = this.#nodes.get(id)!
      if (node.kind === 'end') {
        this.stacks.set(id, [])
        continue
      }
      const known = this.stacks.get(id)
      if (known !== undefined) {
        if (!isSame(known, stack))
          this.#problems.push(
            `Node "${id}" is reached ${show(known)} and also ${show(stack)}. Close the fork with a join first.`,
          )
        continue
      }
      this.stacks.set(id, stack)
      const after = this.#after(node, stack)
      if (after !== undefined) for (const edge of node.edges) queue.push([edge.to, edge.isError ? stack : after])
    }
  }

  #after(node: NodeDefinition, stack: Stack): Stack | undefined {
    if (node.kind === 'map' || node.kind === 'broadcast') return [...stack, node.id]
    if (node.kind !== 'join') return stack
    const fork = node.fork ?? (this.#closes.get(node.id) === 'all' ? stack[0] : stack[stack.length - 1])
    if (fork === undefined || !stack.includes(fork)) {
      this.#problems.push(
        fork === undefined
          ? `Join "${node.id}" is reached outside every fork: there is nothing to join.`
          : `Join "${node.id}" collects "${fork}" but is reached ${show(stack)}.`,
      )
      return undefined
    }
    const rival = this.#joinOf.get(fork)
    if (rival !== undefined && rival !== node.id)
      this.#problems.push(
        `Fork "${fork}" ends in two joins, "${rival}" and "${node.id}", but its items meet in one place. ` +
          `Collect them in one join and part them afterwards, or give each join a fork of its own: flow.all({ … }).`,
      )
    this.#joinOf.set(fork, node.id)
    this.forks.set(node.id, fork)
    return stack.slice(0, stack.indexOf(fork))
  }
}
