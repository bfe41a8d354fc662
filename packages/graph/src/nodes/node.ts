import { GraphSetupError } from '../errors.ts'
import { End, type NodeBrand } from '../end.ts'
import { codecOf, validate, type InferSchemaInput, type InferSchemaOutput, type Schema } from '../schema.ts'
import type { JsonSchemaCheck } from '../types.ts'
import type { Json } from '../util/json.ts'
import { fieldsToJson, setOwn, toJson } from '../util/json.ts'
import { NODE_ID } from './handle.ts'

declare const brand: NodeBrand

/** What every class node is: an instance that carries its data, and `run`, which says where to go next. */
export interface BaseNode<TId extends string = string> {
  readonly [brand]: TId
}

const NODE_STATIC = Symbol.for('tenon.graph.node')

/** An edge with a label, for `next`. */
export interface Edge<TTarget> {
  readonly to: TTarget
  readonly label: string
}

/** Labels an edge; for drawings only.
 *  @example static next = () => [edge(Ask, 'wrong'), edge(End<string>, 'right')] */
export const edge = <TTarget>(to: TTarget, label: string): Edge<TTarget> => ({ to, label })

/** Stands in `next` for: any node of the graph. */
export const anyNode = Symbol.for('tenon.graph.anyNode')

type DataOf<TSchema> = TSchema extends Schema ? InferSchemaOutput<TSchema> : {}
type InputOf<TSchema> = TSchema extends Schema ? InferSchemaInput<TSchema> : {}

/** The base class `node()` makes. */
export interface NodeBase<TId extends string, TInput, TData> {
  readonly nodeId: TId
  readonly schema: Schema | undefined
  new (...data: {} extends TInput ? [data?: TInput] : [data: TInput]): BaseNode<TId> & Readonly<TData>
}

/** The class of a node, as the graph knows it. */
export interface NodeClass {
  readonly nodeId: string
  readonly schema: Schema | undefined
  readonly note?: string
  readonly label?: string
  next?(): readonly unknown[]
  new (...data: never[]): object
}

/** Makes the base class of a node. The id names the node in stores and drawings, so it survives minification; the schema gives the node
 *  its fields, checks them, and reads them back from a store.
 *  @example
 *  class Answer extends node('Answer', z.object({ question: z.string() })) {
 *    static next = () => [Evaluate]
 *    async run(ctx: GraphRunContext<State>) { return new Evaluate({ answer: await ask(this.question) }) }
 *  } */
export const node = <
  const TId extends string,
  TSchema extends Schema<never, object> | Schema<unknown, object> | undefined = undefined,
>(
  id: TId,
  schema?: TSchema & JsonSchemaCheck<TSchema, DataOf<TSchema>>,
): NodeBase<TId, InputOf<TSchema>, DataOf<TSchema>> => {
  const own = schema as Schema | undefined
  class Node {
    static readonly nodeId: string = id
    static readonly schema: Schema | undefined = own
    static readonly [NODE_STATIC] = true

    constructor(data?: unknown) {
      setFields(this, own === undefined ? data : validate(own, data ?? {}, `data of node "${id}"`))
    }
  }
  Object.defineProperty(Node.prototype, NODE_ID, { value: id })
  // the class has exactly these statics and fields; the brand exists for the compiler alone
  return Node as unknown as NodeBase<TId, InputOf<TSchema>, DataOf<TSchema>>
}

/** The stored form of an instance: its own fields, through the schema's codec if it has one. */
export const encodeNode = (nodeClass: NodeClass) => {
  const codec = codecOf(nodeClass.schema)
  const where = `data of node "${nodeClass.nodeId}"`
  return (instance: unknown): Json =>
    codec === undefined
      ? fieldsToJson(instance as object, where)
      : toJson(codec.encode({ ...(instance as object) }), where)
}

/** An instance with the fields it was stored with. No constructor and no initialiser runs: they ran when it was made. */
export const decodeNode = (nodeClass: NodeClass) => {
  const codec = codecOf(nodeClass.schema)
  // every class has an object for its prototype
  const prototype = nodeClass.prototype as object
  return (json: Json): unknown => {
    const instance: object = Object.create(prototype) as object
    setFields(instance, codec === undefined ? json : codec.decode(json))
    return instance
  }
}

const setFields = (instance: object, fields: unknown): void => {
  if (typeof fields !== 'object' || fields === null) return
  for (const key of Object.keys(fields)) setOwn(instance, key, (fields as Record<string, unknown>)[key])
}

export const isNodeClass = (value: unknown): value is NodeClass => typeof value === 'function' && NODE_STATIC in value

/** What `next` of a class declares, resolved. */
export interface DeclaredEdge {
  readonly to: NodeClass | 'end' | 'any' | { readonly stepId: string }
  readonly label?: string
}

const STEP_ID = Symbol.for('tenon.graph.stepId')
export const markStep = <T extends object>(step: T, id: string): T =>
  Object.defineProperty(step, STEP_ID, { value: id })

/** @throws {GraphSetupError} an entry of `next` is neither node class, End nor step */
export const declaredEdges = (nodeClass: NodeClass): DeclaredEdge[] => {
  if (typeof nodeClass.next !== 'function')
    throw new GraphSetupError(`Node "${nodeClass.nodeId}" declares no edges. Add: static next = () => [ … ]`)
  return nodeClass.next().map(entry => resolveEdge(nodeClass, entry))
}

const resolveEdge = (nodeClass: NodeClass, entry: unknown): DeclaredEdge => {
  if (entry === undefined)
    throw new GraphSetupError(
      `An edge of node "${nodeClass.nodeId}" is undefined: a class is used before it is defined.`,
    )
  // a step is also a flow, whose methods have the names of an edge's fields: so it is looked for first
  if (typeof entry === 'object' && entry !== null && STEP_ID in entry) return { to: { stepId: String(entry[STEP_ID]) } }
  if (typeof entry === 'object' && entry !== null && 'to' in entry && 'label' in entry)
    return { ...resolveEdge(nodeClass, entry.to), label: String(entry.label) }
  if (entry === anyNode) return { to: 'any' }
  if (isNodeClass(entry)) return { to: entry }
  if (typeof entry === 'function' && (entry === End || entry.prototype instanceof End)) return { to: 'end' }
  throw new GraphSetupError(
    `An edge of node "${nodeClass.nodeId}" goes to a ${typeof entry}, which is neither a node class nor End.`,
  )
}
