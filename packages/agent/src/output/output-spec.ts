import type { StandardSchemaV1 } from '@standard-schema/spec'
import type { BinaryContent } from '../messages/content.ts'
import type { DeferredToolRequests } from '../messages/deferred.ts'
import type { RunContext } from '../tools/run-context.ts'
import type { Schema } from '../schema/schema.ts'

/** What every output spec carries for the compiler: never set at run time. */
interface Typed<out TOutput, in TDeps> {
  readonly '~output'?: { readonly output: TOutput; readonly deps: (deps: TDeps) => void }
}

type Run = (value: never, ctx: never) => unknown

/** Text as the output, as it is. */
export interface TextSpec extends Typed<string, unknown> {
  readonly kind: 'text-output'
}

interface TextOutputFields {
  readonly kind: 'text-output'
  readonly run: Run
  readonly name?: string
}

/** Text handed to a function, whose result is the output. */
export interface TextOutputSpec<out TOutput = unknown, in TDeps = never>
  extends TextOutputFields, Typed<TOutput, TDeps> {}

interface NamedOutputFields {
  readonly kind: 'named-output'
  readonly schema: Schema
  readonly name: string
  readonly description?: string
}

/** A type under a name of its own. */
export interface NamedOutputSpec<out TOutput = unknown> extends NamedOutputFields, Typed<TOutput, unknown> {}

interface OutputFunctionFields {
  readonly kind: 'output-function'
  readonly schema: Schema
  readonly name?: string
  readonly description?: string
  readonly run: Run
}

/** A function whose arguments the model writes and whose result is the output. */
export interface OutputFunctionSpec<out TOutput = unknown, in TDeps = never>
  extends OutputFunctionFields, Typed<TOutput, TDeps> {}

interface OutputToolFields {
  readonly kind: 'output-tool'
  readonly schema: Schema
  readonly name?: string
  readonly description?: string
  readonly maxRetries?: number
  readonly strict?: boolean
  readonly sequential?: boolean
  readonly run?: Run
}

/** A type, or a function, that the model reaches by calling a tool and in no other way. */
export interface OutputToolSpec<out TOutput = unknown, in TDeps = never>
  extends OutputToolFields, Typed<TOutput, TDeps> {}

interface NativeOutputFields {
  readonly kind: 'native-output'
  readonly entries: readonly OutputEntry[]
  readonly name?: string
  readonly description?: string
  readonly strict?: boolean
  readonly template?: string | false
}

/** Types the provider itself is asked to enforce. */
export interface NativeOutputSpec<out TOutput = unknown, in TDeps = never>
  extends NativeOutputFields, Typed<TOutput, TDeps> {}

interface PromptedOutputFields {
  readonly kind: 'prompted-output'
  readonly entries: readonly OutputEntry[]
  readonly name?: string
  readonly description?: string
  readonly template?: string | false
}

/** Types the model is asked for in its instructions. */
export interface PromptedOutputSpec<out TOutput = unknown, in TDeps = never>
  extends PromptedOutputFields, Typed<TOutput, TDeps> {}

/** An image made by the model as the output. */
export interface ImageOutputSpec extends Typed<BinaryContent, unknown> {
  readonly kind: 'image-output'
}

/** A run may end with calls that wait for somebody else. */
export interface DeferredOutputSpec extends Typed<DeferredToolRequests, unknown> {
  readonly kind: 'deferred-output'
}

interface Untyped<TKind extends string> {
  readonly kind: TKind
}

/** Any spec, whatever its types. They are left out on purpose: as the constraint of `output` they would tell an inline
 *  `outputTool()` what to infer. */
export type OutputSpec =
  | Untyped<'text-output'>
  | Untyped<'image-output'>
  | Untyped<'deferred-output'>
  | TextOutputFields
  | NamedOutputFields
  | OutputFunctionFields
  | OutputToolFields
  | NativeOutputFields
  | PromptedOutputFields

/** One thing an agent may answer with: a schema, a spec, or `null` for "nothing". */
export type OutputEntry = Schema | OutputSpec | null

/** What `agent({ output })` takes: one entry, or a list whose union is the output. */
export type OutputEntries = OutputEntry | readonly OutputEntry[]

/** The type of a run's output: the union over all entries. */
export type OutputOf<E> = E extends readonly (infer I)[]
  ? OutputOf<I>
  : E extends null
    ? null
    : E extends { readonly kind: OutputSpec['kind']; readonly '~output'?: infer T }
      ? NonNullable<T> extends { readonly output: infer O }
        ? O
        : unknown
      : E extends StandardSchemaV1<infer _I, infer O>
        ? O
        : never

/** The deps the output functions of the entries need, together. `unknown`: none. */
export type DepsOfOutput<E> = [DepsBox<E>] extends [never]
  ? unknown
  : DepsBox<E> extends (deps: infer D) => void
    ? D
    : unknown

/** To be intersected with `O`: nothing when deps are enough for its output functions, else what says so. */
export type OutputWithin<TDeps, O> = [TDeps] extends [DepsOfOutput<O>]
  ? unknown
  : { readonly 'its output functions need deps that are not there': DepsOfOutput<O> }

/** Function parameters intersect where plain types would unite; `unknown` adds nothing to an intersection. */
type DepsBox<E> = E extends readonly (infer I)[]
  ? DepsBox<I>
  : E extends { readonly '~output'?: infer T }
    ? NonNullable<T> extends { readonly deps: infer F }
      ? F
      : never
    : never

/** What may be there while an object is still arriving: every key optional, at every depth.
 *  List elements arrive in order and each is partial until it is whole. */
export type DeepPartial<T> = T extends string | number | boolean | bigint | symbol | null | undefined | Date
  ? T
  : T extends (...args: never) => unknown
    ? T
    : T extends readonly (infer E)[]
      ? readonly DeepPartial<E>[]
      : T extends object
        ? { readonly [K in keyof T]?: DeepPartial<T[K]> }
        : T

/** An output function: gets the validated value, returns the output. Throws `ModelRetry` to have the model try again. */
export type OutputFunction<TValue, TOutput, TDeps> = (
  value: TValue,
  ctx: RunContext<TDeps>,
) => TOutput | Promise<TOutput>
