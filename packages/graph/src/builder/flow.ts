import { GraphBuildError } from '../errors.ts'
import type { TaskContext } from '../kernel/context.ts'
import { hand, nodeIdOf } from '../nodes/handle.ts'
import { markStep } from '../nodes/node.ts'
import type { NodePolicy } from '../policy.ts'
import type { JoinPolicy, NodeDefinition, Program, Recovery } from '../program.ts'
import { codecOf, validate, type Schema } from '../schema.ts'
import { toJson, type Json } from '../util/json.ts'
import type { Goto } from './flow-types.ts'
import { joinPolicies } from './join-policies.ts'
import type { PartList, PartOptions, Tail } from './parts.ts'
import { embed } from './subgraph.ts'

type AnyFunction = (...args: never[]) => unknown
type Run = (context: TaskContext) => unknown

interface AnyStepOptions extends NodePolicy<never> {
  readonly label?: string
  readonly note?: string
  readonly onError?: (error: unknown, context: never) => unknown
  readonly errorTo?: readonly { readonly id: string }[]
  readonly input?: Schema
}

const RESERVED = /^\$|[/\n]/

export const checkId = (id: string): string => {
  if (id === '' || RESERVED.test(id))
    throw new GraphBuildError(
      `"${id}" cannot be a node id: ids are not empty, do not begin with $ and have no / in them.`,
    )
  return id
}

/** Node-level policies, only if there are any: a node without one takes the short way through the kernel. */
const policyOf = ({ retry, timeoutMs, cache, onCrash }: AnyStepOptions): NodePolicy | undefined => {
  const policy: NodePolicy = {
    ...(retry === undefined ? {} : { retry }),
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
    ...(cache === undefined ? {} : { cache: cache as NonNullable<NodePolicy['cache']> }),
    ...(onCrash === undefined ? {} : { onCrash }),
  }
  return Object.keys(policy).length === 0 ? undefined : policy
}

const recoverWith =
  (handler: (error: unknown, context: never) => unknown) =>
  async (error: unknown, context: TaskContext): Promise<Recovery> => {
    const result = await handler(error, context as never)
    return isGoto(result) ? result.goto : { value: result }
  }

const GOTO = Symbol.for('tenon.graph.goto')

/** For error handlers: go to another step instead of giving an output.
 *  @example onError: error => goto(apologise, { reason: String(error) }) */
export const goto = <TInput>(
  destination: { readonly id: string; readonly accept: (input: TInput) => void },
  input: TInput,
): Goto => Object.defineProperty({ goto: { to: destination.id, input } }, GOTO, { value: true })

const isGoto = (value: unknown): value is Goto => typeof value === 'object' && value !== null && GOTO in value

const inputSchema = (schema: Schema | undefined, id: string): PartOptions => {
  const codec = codecOf(schema)
  return {
    ...(schema === undefined ? {} : { input: schema }),
    ...(codec === undefined
      ? {}
      : {
          encode: (value: unknown): Json => toJson(codec.encode(value), `input of "${id}"`),
          decode: (json: Json) => codec.decode(json),
        }),
  }
}

export const addStep = (
  list: PartList,
  id: string,
  run: Run,
  options: AnyStepOptions & { readonly isGenerator?: boolean },
) => {
  const policy = policyOf(options)
  const { label, note, onError, input, isGenerator } = options
  const checked: Run =
    input === undefined || codecOf(input) !== undefined
      ? run
      : context => (validate(input, context.input, `input of "${id}"`), run(context))
  return list.add({
    id: checkId(id),
    kind: 'step',
    errorTo: options.errorTo?.map(target => target.id) ?? [],
    options: {
      run: checked,
      ...(label === undefined ? {} : { label }),
      ...(note === undefined ? {} : { note }),
      ...(policy === undefined ? {} : { policy }),
      ...(onError === undefined ? {} : { recover: recoverWith(onError) }),
      ...(isGenerator ? { isGenerator } : {}),
      ...inputSchema(input, id),
    },
  })
}

type BranchArgument = { readonly id: string } | ((flow: FlowNode) => FlowNode | undefined)

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

  to(...destinations: readonly { readonly id: string }[]): void {
    for (const { id } of destinations) this.list.connect(this.tails, id)
  }

  label(text: string): FlowNode {
    return new FlowNode(
      this.list,
      this.tails.map(tail => ({ ...tail, label: text })),
      this.forks,
    )
  }

  step(id: string, run: Run, options: AnyStepOptions = {}): StepNode {
    const part = addStep(this.list, id, run, options)
    this.list.connect(this.tails, id)
    return new StepNode(this.list, [{ part, port: 0, label: undefined }], this.forks, id)
  }

  stream(id: string, run: Run, options: AnyStepOptions = {}) {
    const part = addStep(this.list, id, run, { ...options, isGenerator: true })
    this.list.connect(this.tails, id)
    const flow = new FlowNode(this.list, [{ part, port: 0, label: undefined }], this.forks)
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
    return new FlowNode(this.list, [{ part, port: 0, label: undefined }], this.#inside(part.id))
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
    return new FlowNode(this.list, [{ part, port: 0, label: undefined }], this.forks)
  }

  broadcast(branches: (flow: FlowNode) => readonly FlowNode[], options: { id?: string } = {}): FlowNode {
    const inner = this.#fork(options.id)
    const flows = branches(inner)
    return new FlowNode(
      this.list,
      flows.flatMap(flow => flow.tails),
      inner.forks,
    )
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
    const joined = new FlowNode(
      this.list,
      flows.flatMap(flow => flow.tails),
      inner.forks,
    )
    return joined.#join(joinPolicies.record(names), {})
  }

  /** Marks values with the branch they come from, for the record that collects them. */
  #tag(name: string): FlowNode {
    return this.#chain('transform', 'as', { transform: (_context, value) => [name, value], label: name })
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
    return new StepNode(this.list, [{ part, port: 0, label: undefined }], outer, part.id)
  }

  switch(
    key: string,
    cases: Readonly<Record<string, BranchArgument>>,
    options: { id?: string; note?: string } = {},
  ): FlowNode {
    const names = Object.keys(cases)
    const decision = new Decision(this, options)
    for (const name of names)
      decision.branch(value => String((value as Record<string, unknown> | null)?.[key]) === name, cases[name]!, name)
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
    return new FlowNode(this.list, [{ part, port: 0, label: undefined }], this.forks)
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
    super(list, [{ part, port: 0, label: undefined }], forks)
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

/** A decision under construction: tests in order, the first that holds wins. */
class Decision {
  readonly #flow: FlowNode
  readonly #part: Tail['part']
  readonly #tests: ((value: never) => boolean)[] = []
  #tails: Tail[] = []

  constructor(flow: FlowNode, options: { id?: string; note?: string }) {
    this.#flow = flow
    this.#part = flow.decide(options.id, {
      choose: (_context, value) => this.#tests.findIndex(test => test(value as never)),
      ...(options.note === undefined ? {} : { note: options.note }),
    })
  }

  branch(test: (value: never) => boolean, branch: BranchArgument, label: string | undefined): void {
    this.#tests.push(test)
    this.#part.ports.push({ label, to: [] })
    const tail: Tail = { part: this.#part, port: this.#part.ports.length - 1, label: undefined }
    const { list, forks } = this.#flow
    if (typeof branch !== 'function') {
      list.connect([tail], branch.id)
      return
    }
    const rest = branch(new FlowNode(list, [tail], forks))
    if (rest !== undefined) this.#tails = [...this.#tails, ...rest.tails]
  }

  when(test: (value: never) => boolean, branch: BranchArgument, label?: string): this {
    this.branch(test, branch, label)
    return this
  }

  otherwise(branch: BranchArgument, label?: string): FlowNode {
    this.branch(() => true, branch, label)
    return this.finish()
  }

  exhaustive(): FlowNode {
    return this.finish()
  }

  finish(): FlowNode {
    return new FlowNode(this.#flow.list, this.#tails, this.#flow.forks)
  }
}

/** The context as code on an edge sees it: the value that passes is its input. */
const withInput = (context: TaskContext, value: unknown): unknown => {
  const view: object = Object.create(null, {
    input: { value, enumerable: true },
    inputs: { value },
    state: { get: () => context.state, enumerable: true },
    deps: { value: context.deps, enumerable: true },
    runId: { value: context.runId, enumerable: true },
    forkPath: { get: () => context.forkPath },
  })
  return view
}
