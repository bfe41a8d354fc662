import { GraphRuntimeError, NoBranchError, UndeclaredEdgeError } from '../errors.ts'
import { End } from '../end.ts'
import { nodeIdOf } from '../nodes/handle.ts'
import type { Program, ProgramNode } from '../program.ts'
import { validate } from '../schema.ts'
import { toJson, toKept, type Json } from '../util/json.ts'
import type { TaskContext } from './context.ts'
import { keyWithin, newScope, newTask, placeIn, type Op, type Place, type Scope } from './model.ts'

/** Follows a value along the edges of a graph up to the next tasks. Changes nothing: it returns what is to change.
 *  Every value becomes JSON when it is routed, with a store and without: so a run gives the same in both, and after a crash. */
export class Router {
  readonly program: Program
  readonly #context: TaskContext
  #nextId: number
  readonly ops: Op[] = []

  constructor(program: Program, context: TaskContext, nextId: number) {
    this.program = program
    this.#context = context
    this.#nextId = nextId
  }

  /** Sends the output of `node` on its way. */
  leave(node: ProgramNode, value: unknown, place: Place): void {
    if (node.isDispatch) this.#dispatch(node, value, place)
    else if (node.next.length === 1) this.arrive(node.next[0]!, value, place)
    else throw new GraphRuntimeError(`Node "${node.id}" has ${node.next.length} edges; a fork must have split them.`)
  }

  arrive(node: ProgramNode, value: unknown, place: Place): void {
    switch (node.kind) {
      case 'step':
      case 'class':
        this.#spawn(node, value, place)
        return
      case 'transform':
        this.leave(node, node.transform!(this.#context, value), place)
        return
      case 'decision':
        this.#decide(node, value, place)
        return
      case 'map':
        this.#map(node, value, place)
        return
      case 'broadcast':
        this.#broadcast(node, value, place)
        return
      case 'join':
        this.#join(node, value, place)
        return
      case 'subgraph':
        this.#enter(node, value, place)
        return
      case 'end':
        this.#end(node, value, place)
        return
      case 'start':
        this.leave(node, value, place)
        return
    }
  }

  /** Opens the scope that a generator fills. */
  openStream(map: ProgramNode, place: Place): Scope {
    const scope = newScope(this.#nextId++, map, place)
    this.ops.push({ t: 'open', scope, count: 1 })
    return scope
  }

  streamItem(scope: Scope, index: number, value: unknown): void {
    this.ops.push({ t: 'grow', scope })
    this.arrive(scope.fork!.next[0]!, value, placeIn(scope, index))
  }

  #spawn(node: ProgramNode, value: unknown, place: Place): void {
    this.ops.push({ t: 'spawn', task: newTask(this.#nextId++, node, place, { input: routedInput(node, value) }) })
  }

  #dispatch(node: ProgramNode, value: unknown, place: Place): void {
    if (value instanceof End) {
      const end = node.next.find(next => next.kind === 'end')
      if (end === undefined) throw undeclared(node, 'End', this.program)
      this.#end(end, value.data, place)
      return
    }
    const id = nodeIdOf(value)
    if (id === undefined)
      throw new GraphRuntimeError(
        `Node "${node.id}" returned ${describe(value)}; a class node returns an instance of a node class or an End.`,
      )
    const qualified = node.parent === undefined ? id.id : `${node.parent}/${id.id}`
    const target = this.program.nodes.get(qualified)
    if (target === undefined)
      throw new GraphRuntimeError(`Node "${node.id}" went to "${id.id}", which is not in graph "${this.program.name}".`)
    if (!node.goesAnywhere && !node.targets.has(qualified)) throw undeclared(node, id.id, this.program)
    this.arrive(target, id.value, place)
  }

  #decide(node: ProgramNode, value: unknown, place: Place): void {
    const taken = node.next[node.choose!(this.#context, value)]
    if (taken === undefined)
      throw new NoBranchError(
        `No branch of decision "${node.id}" takes ${describe(value)}. Add a branch, or end with otherwise().`,
      )
    this.arrive(taken, value, place)
  }

  #map(node: ProgramNode, value: unknown, place: Place): void {
    if (typeof value === 'string' || typeof value !== 'object' || value === null || !(Symbol.iterator in value))
      throw new GraphRuntimeError(`Map "${node.id}" needs an iterable of items, not ${describe(value)}.`)
    // checked just above: it has an iterator
    const items = [...(value as Iterable<unknown>)]
    const scope = newScope(this.#nextId++, node, place)
    this.ops.push({ t: 'open', scope, count: items.length })
    for (let index = 0; index < items.length; index++) this.arrive(node.next[0]!, items[index], placeIn(scope, index))
  }

  #broadcast(node: ProgramNode, value: unknown, place: Place): void {
    const scope = newScope(this.#nextId++, node, place)
    this.ops.push({ t: 'open', scope, count: node.next.length })
    for (let index = 0; index < node.next.length; index++) this.arrive(node.next[index]!, value, placeIn(scope, index))
  }

  #join(node: ProgramNode, value: unknown, place: Place): void {
    let scope: Scope | undefined = place.scope
    while (scope !== undefined && scope.fork?.id !== node.fork) scope = scope.up?.scope
    if (scope === undefined)
      throw new GraphRuntimeError(`Join "${node.id}" was reached outside the fork "${node.fork}" it collects.`)
    const item = { key: keyWithin(place, scope), value: toKept(value, 'item for join', node.id) }
    this.ops.push({ t: 'item', scope, item, place })
  }

  #enter(node: ProgramNode, value: unknown, place: Place): void {
    const scope = newScope(this.#nextId++, node, place)
    const own = node.sub!.state
    const state =
      own === undefined ? {} : { state: { value: toJson(own(this.#context, value), `state of subgraph "${node.id}"`) } }
    this.ops.push({ t: 'open', scope, count: 1, ...state })
    this.arrive(node.sub!.start, value, placeIn(scope, 0))
  }

  #end(node: ProgramNode, value: unknown, place: Place): void {
    const { parent, input: schema } = node
    const where = parent === undefined ? 'output of the run' : `output of subgraph "${parent}"`
    const output = schema === undefined ? value : validate(schema, value, where)
    if (parent === undefined) {
      this.ops.push({ t: 'end', value: toKept(output, where), place })
      return
    }
    let scope: Scope | undefined = place.scope
    while (scope !== undefined && scope.fork?.id !== parent) scope = scope.up?.scope
    if (scope?.fork === undefined)
      throw new GraphRuntimeError(`The end of subgraph "${parent}" was reached from outside it.`)
    this.ops.push({ t: 'subend', scope, place })
    this.leave(scope.fork, output, scope.up!)
  }
}

/** What a task keeps of the value an edge brings: parsed by the step's schema, this one time, and as JSON. `undefined` stays itself. */
const routedInput = (node: ProgramNode, value: unknown): Json | undefined => {
  const parsed = node.input === undefined ? value : validate(node.input, value, `input of "${node.id}"`)
  return node.encode === undefined ? toKept(parsed, 'input of', node.id) : node.encode(parsed)
}

export const encodeInput = (node: ProgramNode, value: unknown): Json =>
  node.encode === undefined ? toJson(value, `input of "${node.id}"`) : node.encode(value)

const undeclared = (node: ProgramNode, target: string, program: Program) =>
  new UndeclaredEdgeError(
    `Node "${node.id}" went to "${target}", which it does not declare in \`next\`` +
      ` (declared: ${[...node.targets].map(id => (program.nodes.get(id)?.kind === 'end' ? 'End' : id)).join(', ') || 'nothing'}).`,
  )

const describe = (value: unknown): string => {
  if (value === null || typeof value !== 'object')
    return typeof value === 'string' ? `the string ${JSON.stringify(value.slice(0, 60))}` : String(value)
  const name = (value.constructor as { name?: string } | undefined)?.name
  return name === undefined || name === 'Object'
    ? `an object with keys ${Object.keys(value).slice(0, 6).join(', ') || '(none)'}`
    : `an instance of ${name}`
}
