import type { End, NodeBrand } from '../end.ts'
import type { GraphTypeError } from '../types.ts'
import type { Edge } from './node.ts'
import type { StateProblem } from './state-types.ts'

declare const brand: NodeBrand

/** Any class made with `node()`. The constructor's parameters are read by inference only. */
export interface AnyNodeClass {
  readonly nodeId: string
  readonly next: () => readonly unknown[]
  new (...data: never[]): { readonly [brand]: string }
}

export type InstanceOf<TClass> =
  TClass extends Edge<infer TTarget>
    ? InstanceOf<TTarget>
    : TClass extends abstract new (...args: never[]) => infer TInstance
      ? TInstance
      : TClass extends { readonly handed: infer THanded }
        ? THanded
        : never

type RunOf<TClass> =
  InstanceOf<TClass> extends { run(context: infer TContext): infer TResult }
    ? { context: TContext; result: Awaited<TResult> }
    : never

export type ResultOf<TClass> = RunOf<TClass>['result']
export type ContextOf<TClass> = RunOf<TClass>['context']
type DeclaredOf<TClass> = TClass extends { next: () => readonly (infer TEntry)[] } ? TEntry : never

/** The ids of a union of nodes, `'End'` for End, and the id of a step that was handed a value. */
export type IdOf<TNode> = TNode extends { readonly [brand]: infer TId } ? TId : never

type DeclaredIds<TClass> =
  DeclaredOf<TClass> extends infer TEntry ? (TEntry extends symbol ? 'any' : IdOf<InstanceOf<TEntry>>) : never

type Undeclared<TClass> =
  'any' extends DeclaredIds<TClass> ? never : Exclude<IdOf<ResultOf<TClass>>, DeclaredIds<TClass>>
type Absent<TClass, TIds> = Exclude<DeclaredIds<TClass>, TIds | 'End' | 'any' | `step:${string}`>

/** The class itself when its edges are in order, else a sentence. */
export type CheckEdges<TClass extends AnyNodeClass, TIds> = [ResultOf<TClass>] extends [never]
  ? GraphTypeError<`${TClass['nodeId']} has no run method that returns a node or End`>
  : [Undeclared<TClass>] extends [never]
    ? [Absent<TClass, TIds>] extends [never]
      ? TClass
      : GraphTypeError<`${TClass['nodeId']} -> ${Absent<TClass, TIds> & string} is not in the graph`>
    : GraphTypeError<`${TClass['nodeId']} returns ${Undeclared<TClass> & string} but does not declare it in next`>

/** The class itself when its `run` can work on the graph's state: reads what is there, writes what fits. */
export type CheckState<TClass extends AnyNodeClass, TState> =
  ContextOf<TClass> extends { readonly state: infer TExpected }
    ? [TState] extends [TExpected]
      ? [StateProblem<TState, TExpected>] extends [infer TPath extends string]
        ? [TPath] extends [never]
          ? TClass
          : GraphTypeError<`${TClass['nodeId']} could write what the graph's state does not take: ${TPath}`>
        : TClass
      : GraphTypeError<`${TClass['nodeId']} expects another state than the graph has`>
    : TClass

export type OutputOf<TClass> =
  ResultOf<TClass> extends infer TResult ? (TResult extends End<infer TData> ? TData : never) : never

type ToIntersection<T> = (T extends unknown ? (value: T) => void : never) extends (value: infer TAll) => void
  ? TAll
  : never

type DepsOfContext<TContext> = TContext extends { readonly deps: infer TDeps }
  ? undefined extends TDeps
    ? never
    : { deps: TDeps }
  : never

type DepsOf<TClass> = DepsOfContext<ContextOf<TClass>>

/** The deps all nodes together need; undefined when none needs any. */
export type AllDeps<TClass> = [DepsOf<TClass>] extends [never]
  ? undefined
  : ToIntersection<DepsOf<TClass>> extends infer TAll
    ? 'deps' extends keyof TAll
      ? TAll['deps']
      : never
    : never
