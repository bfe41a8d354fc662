import { GraphBuildError } from '../errors.ts'
import type { TaskContext } from '../kernel/context.ts'
import { hand, nodeIdOf } from '../nodes/handle.ts'
import { markStep } from '../nodes/node.ts'
import type { JoinPolicy, NodeDefinition, Program } from '../program.ts'
import { Decision, type BranchArgument } from './decision.ts'
import { withInput } from './edge-context.ts'
import { joinPolicies } from './join-policies.ts'
import type { Part, PartList, PartOptions, Tail } from './parts.ts'
import { addStep, checkId, type AnyStepOptions, type Run } from './step-part.ts'
import { embed } from './subgraph.ts'

type AnyFunction = (...args: never[]) => unknown

/** The way out of a node that has one. */
const out = (part: Part): Tail => ({ part, port: 0, label: undefined })

/** The name of the case for a value; none for what cannot be listed, as an object. */
const caseOf = (value: unknown): string | undefined =>
  value === null || value === undefined || ['boolean', 'number', 'string'].includes(typeof value)
    ? String(value)
    : undefined

/** The working half of `Flow`; the interface in flow-types.ts gives it its types. */
export class FlowNode {
  readonly list: PartList
  readonly tails: readonly Tail[]
  /** ids of the open forks, outermost first; undefined when the step may stand anywhere */
  readonly forks: readonly string[] | undefined

  constructor(list: PartList, tails: readonly Tail[], forks: readonly string[] | undefined) {
    this.list = list
    this.tails = tails
    this.forks = forks
  }

  /** A flow of the same graph, in the same forks, that leaves off elsewhere. */
  at(tails: readonly Tail[]): FlowNode {
    return new FlowNode(this.list, tails, this.forks)
  }

  to(...destinations: readonly { readonly id: string }[]): void {
    for (const { id } of destinations) this.list.connect(this.tails, id)
  }

  label(text: string): FlowNode {
    return this.at(this.tails.map(tail => ({ ...tail, label: text })))
  }

  step(id: string, run: Run, options: AnyStepOptions = {}): StepNode {
    const part = addStep(this.list, id, run, options)
    this.list.connect(this.tails, id)
    return new StepNode(this.list, [out(part)], this.forks, id)
  }

  stream(id: string, run: Run, options: AnyStepOptions = {}) {
    const part = addStep(this.list, id, run, { ...options, isGenerator: true })
    this.list.connect(this.tails, id)
    const flow = this.at([out(part)])
    return {
      map: (mapOptions: { concurrency?: number; id?: string; label?: string } = {}) => flow.#map(mapOptions, true),
    }
  }

  transform(change: AnyFunction): FlowNode {
    const transform = (context: TaskContext, value: unknown) => {
      const result = change(withInput(context, value) as never)
      if (result instanceof Promise)
        throw new GraphBuildError('A transform returned a promise. Make it a step: flow.step(id, async …).')
      return result
    }
    return this.#chain('transform', 'transform', { transform })
  }

  map(options: { concurrency?: number; id?: string; label?: string } = {}): FlowNode {
    return this.#map(options, false)
  }

  #map({ concurrency, id, label }: { concurrency?: number; id?: string; label?: string }, isStream: boolean): FlowNode {
    const part = this.list.add({
      id: id === undefined ? this.#freeId('map') : checkId(id),
      kind: 'map',
      options: {
        ...(concurrency === undefined ? {} : { concurrency }),
        ...(label === undefined ? {} : { label }),
        ...(isStream ? { isStream } : {}),
      },
    })
    this.list.connect(this.tails, part.id)
    return new FlowNode(this.list, [out(part)], this.#inside(part.id))
  }

  #inside(fork: string): readonly string[] | undefined {
    return this.forks === undefined ? undefined : [...this.forks, fork]
  }

  #freeId(kind: string): string {
    return this.list.freeId(`${this.tails[0]!.part.id}.${kind}`)
  }

  #chain(kind: NodeDefinition['kind'], name: string, options: PartOptions): FlowNode {
    const part = this.list.add({ id: this.#freeId(name), kind, options })
    this.list.connect(this.tails, part.id)
    return this.at([out(part)])
  }

  broadcast(branches: (flow: FlowNode) => readonly FlowNode[], options: { id?: string } = {}): FlowNode {
    const inner = this.#fork(options.id)
    const flows = branches(inner)
    return inner.at(flows.flatMap(flow => flow.tails))
  }

  #fork(id: string | undefined): FlowNode {
    const part = this.list.add({
      id: id === undefined ? this.#freeId('broadcast') : checkId(id),
      kind: 'broadcast',
      options: {},
    })
    this.list.connect(this.tails, part.id)
    return new ForkFlow(this.list, part, this.#inside(part.id))
  }

  all(branches: Readonly<Record<string, (flow: FlowNode) => FlowNode>>, options: { id?: string } = {}): FlowNode {
    const inner = this.#fork(options.id)
    const names = Object.keys(branches)
    const flows = names.map(name => branches[name]!(inner.label(name)).#tag(name))
    return inner.at(flows.flatMap(flow => flow.tails)).#join(joinPolicies.record(names), {})
  }

  /** Marks values with the branch they come from, for the record that collects them. */
  #tag(name: string): FlowNode {
    return this.#chain('transform', 'as', {
      transform: (_context, value) => (value === undefined ? [name] : [name, value]),
      label: name,
    })
  }

  join(
    reduce: AnyFunction,
    options: { initial: () => unknown; order?: 'input' | 'completion'; id?: string; closes?: 'nearest' | 'all' },
  ): FlowNode {
    return this.#join(joinPolicies.reduce(reduce as never, options), options)
  }

  collect(options: { order?: 'input' | 'completion'; id?: string; closes?: 'nearest' | 'all' } = {}): FlowNode {
    return this.#join(joinPolicies.collect(options.order), options)
  }

  race(options: { id?: string } = {}): FlowNode {
    return this.#join(joinPolicies.race, options)
  }

  first(count: number, options: { id?: string } = {}): FlowNode {
    return this.#join(joinPolicies.first(count), options)
  }

  settle(options: { id?: string } = {}): FlowNode {
    return this.#join(joinPolicies.settle, options)
  }

  sum(options: { id?: string } = {}): FlowNode {
    return this.#join(joinPolicies.sum, options)
  }

  ignore(options: { id?: string } = {}): FlowNode {
    return this.#join(joinPolicies.ignore, options)
  }

  #join(
    join: JoinPolicy,
    { id, closes = 'nearest' }: { id?: string | undefined; closes?: 'nearest' | 'all' },
  ): FlowNode {
    const { forks } = this
    const fork = forks === undefined ? undefined : closes === 'all' ? forks[0] : forks[forks.length - 1]
    if (forks !== undefined && fork === undefined)
      throw new GraphBuildError('A join needs an open map or broadcast in front of it.')
    const part = this.list.add({
      id: id === undefined ? this.list.freeId(`${fork ?? this.tails[0]!.part.id}.join`) : checkId(id),
      kind: 'join',
      options: { join, ...(fork === undefined ? {} : { fork }) },
      closes,
    })
    this.list.connect(this.tails, part.id)
    const outer = forks === undefined ? undefined : closes === 'all' ? [] : forks.slice(0, -1)
    return new StepNode(this.list, [out(part)], outer, part.id)
  }

  switch(
    key: string,
    cases: Readonly<Record<string, BranchArgument>>,
    { otherwise, ...options }: { otherwise?: BranchArgument; id?: string; note?: string } = {},
  ): FlowNode {
    const decision = new Decision(this, options)
    for (const name of Object.keys(cases))
      decision.branch(value => caseOf((value as Record<string, unknown> | null)?.[key]) === name, cases[name]!, name)
    if (otherwise !== undefined) decision.branch(() => true, otherwise, 'otherwise')
    return decision.finish()
  }

  when(test: (value: never) => boolean, branch: BranchArgument, label?: string): Decision {
    return new Decision(this, {}).when(test, branch, label)
  }

  decide(id: string | undefined, options: PartOptions) {
    const part = this.list.add({
      id: id === undefined ? this.#freeId('decision') : checkId(id),
      kind: 'decision',
      options,
      ports: [],
    })
    this.list.connect(this.tails, part.id)
    return part
  }

  toNodes(...classes: readonly { readonly nodeId: string }[]): void {
    const ids = classes.map(({ nodeId }) => nodeId)
    const part = this.decide(undefined, { choose: (_context, value) => ids.indexOf(nodeIdOf(value)?.id ?? '') })
    ids.forEach((id, port) => {
      part.ports.push({ label: undefined, to: [] })
      this.list.connect([{ part, port, label: undefined }], id)
    })
  }

  subgraph(
    id: string,
    graph: { readonly program: Program },
    options: { label?: string; state?: AnyFunction } = {},
  ): FlowNode {
    const state = options.state
    const part = embed(this.list, checkId(id), graph.program, {
      ...(options.label === undefined ? {} : { label: options.label }),
      ...(state === undefined
        ? {}
        : { state: (context: TaskContext, value: unknown) => state(withInput(context, value) as never) }),
    })
    this.list.connect(this.tails, id)
    return this.at([out(part)])
  }

  out(): never {
    throw new GraphBuildError('out() exists for the compiler alone.')
  }
}

/** A broadcast's flow: each chain built on it is one more branch. */
class ForkFlow extends FlowNode {
  readonly #part: Tail['part']

  constructor(list: PartList, part: Tail['part'], forks: readonly string[] | undefined) {
    // a broadcast starts with one port for the first branch; the getter below adds the others
    super(list, [out(part)], forks)
    this.#part = part
    part.ports.length = 0
    Object.defineProperty(this, 'tails', { get: () => this.#branch() })
  }

  #branch(): readonly Tail[] {
    this.#part.ports.push({ label: undefined, to: [] })
    return [{ part: this.#part, port: this.#part.ports.length - 1, label: undefined }]
  }
}

export class StepNode extends FlowNode {
  readonly id: string

  constructor(list: PartList, tails: readonly Tail[], forks: readonly string[] | undefined, id: string) {
    super(list, tails, forks)
    this.id = id
    markStep(this, id)
  }

  asNode(input: unknown): unknown {
    return hand(this.id, input)
  }

  accept(): never {
    throw new GraphBuildError('accept() exists for the compiler alone.')
  }
}
