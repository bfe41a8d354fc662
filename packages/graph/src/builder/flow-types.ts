import type { Settled } from '../kernel/join.ts'
import type { NodePolicy } from '../policy.ts'
import type { InferSchemaOutput, Schema } from '../schema.ts'
import type { GraphTypeError, StepContext } from '../types.ts'
import type { BaseNode } from '../nodes/node.ts'
import type { StateProblem } from '../nodes/state-types.ts'
import type { CaseName, CaseValue, CheckCases, CheckNames, NamesIn, OtherValue } from './switch-types.ts'

/** The types all steps of one graph share. */
export interface Env {
  readonly state: unknown
  readonly deps: unknown
}

/** The open forks of a flow, innermost first; `any` for a step that is declared on its own. */
export type Depth = readonly unknown[]
export type AnyDepth = readonly ['any', ...unknown[]]

/** Where a flow may go. `accept` is a function-typed property so that the compiler compares it strictly. */
export interface Dest<TInput> {
  readonly id: string
  readonly accept: (input: TInput) => void
}

export type ContextOf<TEnv extends Env, TInput> = StepContext<TEnv['state'], TEnv['deps'], TInput>

/** What an error handler returns to go elsewhere. Made by `goto`. */
export interface Goto {
  readonly goto: { readonly to: string; readonly input: unknown }
}

export interface StepOptions<TEnv extends Env, TInput, TResult> extends NodePolicy<TInput> {
  readonly label?: string
  readonly note?: string
  /** After the last attempt: another output, or `goto(step, input)` with the step listed in `errorTo`. Its own errors fail the run. */
  readonly onError?: (
    error: unknown,
    context: ContextOf<TEnv, TInput>,
  ) => NoInfer<TResult> | Goto | Promise<NoInfer<TResult> | Goto>
  /** where `onError` may go */
  readonly errorTo?: readonly { readonly id: string }[]
}

export interface DeclaredStepOptions<TEnv extends Env, TSchema extends Schema, TResult> extends StepOptions<
  TEnv,
  InferSchemaOutput<TSchema>,
  TResult
> {
  readonly input: TSchema
}

export type StepFunction<TEnv extends Env, TInput, TResult> = (
  context: ContextOf<TEnv, TInput>,
) => TResult | Promise<TResult>

export interface JoinOptions<TAccumulated> {
  /** Makes the first value: `() => 0`. A function, so that no two runs share a value. */
  readonly initial: () => TAccumulated
  /** `input` (default): the order of the fork; `completion`: the order of arrival */
  readonly order?: 'input' | 'completion'
  readonly id?: string
  /** `nearest` (default) closes the innermost open fork, `all` the outermost with all inside it */
  readonly closes?: 'nearest' | 'all'
}

/** Infers the type from a value too, so that the compiler complains of a value that is no function, and of nothing else. */
export interface Initial<TAccumulated> {
  readonly initial: (() => TAccumulated) | TAccumulated
}

export interface MapOptions {
  /** items under way at once; default no limit but the run's own */
  readonly concurrency?: number
  readonly id?: string
  readonly label?: string
}

/** The element of what may be mapped over; strings are refused. */
export type ElementOf<TOutput> = TOutput extends string ? never : TOutput extends Iterable<infer TItem> ? TItem : never

type NeedsIterable<TOutput, TFlow> = [TOutput] extends [string]
  ? GraphTypeError<'map() refuses strings: they would be split into characters'>
  : [TOutput] extends [Iterable<unknown>]
    ? TFlow
    : GraphTypeError<'map() needs an iterable output'>

type NeedsFork<TDepth extends Depth, TFlow> = TDepth extends readonly []
  ? GraphTypeError<'a join needs an open map or broadcast in front of it'>
  : TFlow

/** The first item of the open fork: a broadcast has one, a map may have none. */
type FirstOf<TOutput, TDepth extends Depth> = TDepth extends readonly ['broadcast', ...unknown[]]
  ? TOutput
  : TOutput | undefined

type Outer<TDepth extends Depth> = TDepth extends readonly ['any', ...unknown[]]
  ? TDepth
  : TDepth extends readonly [unknown, ...infer TRest]
    ? TRest
    : readonly []

/** A branch: a step that takes the value, or a chain built on it. */
export type Branch<TEnv extends Env, TValue, TDepth extends Depth> =
  | Dest<TValue>
  | ((flow: Flow<TEnv, TValue, TDepth>) => { readonly out: () => unknown } | void)

/** What a branch gives back to the flow after it; nothing when it goes to a step. */
export type BranchOutput<TBranch> = TBranch extends (...args: never[]) => infer TFlow
  ? TFlow extends { readonly out: () => infer TOutput }
    ? TOutput
    : never
  : never

/** The cases of a switch by the texts of the values; which of them there must be is checked apart. */
export type SwitchCases<
  TEnv extends Env,
  TOutput,
  TKey extends keyof TOutput,
  TDepth extends Depth,
  TNames extends number | string,
> = { readonly [V in TNames]: Branch<TEnv, CaseValue<TOutput, TKey, `${V}`>, TDepth> } & {
  // offers the names where they are typed
  readonly [V in CaseName<TOutput, TKey>]?: unknown
}

export interface SwitchOptions {
  readonly id?: string
  readonly note?: string
}

/** A value on its way through the graph, typed at each point. */
export interface Flow<TEnv extends Env, TOutput, TDepth extends Depth = readonly []> {
  /** the type of the value, for the compiler */
  readonly out: () => TOutput

  /** Goes to a step, a join or the end; several destinations get the same value at once (a broadcast). */
  to(destination: Dest<TOutput>, ...more: Dest<TOutput>[]): void
  /** Labels the next edge, for drawings. */
  label(text: string): Flow<TEnv, TOutput, TDepth>
  /** A step. Its id names it in stores and drawings. */
  step<const TId extends string, TResult>(
    id: TId,
    run: StepFunction<TEnv, TOutput, TResult>,
    options?: StepOptions<TEnv, TOutput, TResult>,
  ): Step<TEnv, TId, TOutput, TResult, TDepth>
  /** A step whose output is many items that arrive over time; chain `.map()`. */
  stream<const TId extends string, TItem>(
    id: TId,
    run: (context: ContextOf<TEnv, TOutput>) => AsyncIterable<TItem>,
    options?: Omit<StepOptions<TEnv, TOutput, never>, 'onError' | 'errorTo' | 'cache'>,
  ): StreamFlow<TEnv, TItem, TDepth>
  /** Changes the value on the edge. Synchronous, for cheap pure functions; use a step for anything else. */
  transform<TResult>(
    change: (
      context: ContextOf<TEnv, TOutput>,
    ) => TResult extends PromiseLike<unknown> ? GraphTypeError<'transform() is synchronous; use a step'> : TResult,
  ): Flow<TEnv, TResult, TDepth>
  /** Runs what follows once per element, up to the join that closes it. */
  map(options?: MapOptions): NeedsIterable<TOutput, Flow<TEnv, ElementOf<TOutput>, readonly ['map', ...TDepth]>>
  /** Runs several chains on the same value at once, up to the join that closes them. */
  broadcast<const TFlows extends readonly { readonly out: () => unknown }[]>(
    branches: (flow: Flow<TEnv, TOutput, readonly ['broadcast', ...TDepth]>) => TFlows,
    options?: { readonly id?: string },
  ): Flow<
    TEnv,
    TFlows[number] extends { readonly out: () => infer TResult } ? TResult : never,
    readonly ['broadcast', ...TDepth]
  >
  /** Runs named chains on the same value at once and collects their outputs in a record. */
  all<
    const TBranches extends Readonly<
      Record<string, (flow: Flow<TEnv, TOutput, readonly ['broadcast', ...TDepth]>) => { readonly out: () => unknown }>
    >,
  >(
    branches: TBranches,
    options?: { readonly id?: string },
  ): Flow<TEnv, { [K in keyof TBranches]: BranchOutput<TBranches[K]> }, TDepth>

  /** Reduces the items of the open fork to one value. The reducer may be async. */
  join<TAccumulated>(
    this: NeedsFork<TDepth, unknown>,
    reduce: (accumulated: TAccumulated, item: TOutput) => NoInfer<TAccumulated> | Promise<NoInfer<TAccumulated>>,
    options: JoinOptions<TAccumulated> & Initial<TAccumulated>,
  ): Joined<TEnv, TOutput, TAccumulated, TDepth>
  /** All items of the open fork, in the fork's order. */
  collect(
    this: NeedsFork<TDepth, unknown>,
    options?: Omit<JoinOptions<never>, 'initial'>,
  ): Joined<TEnv, TOutput, TOutput[], TDepth>
  /** The first item to arrive; the others are cancelled and what they wrote to the state is dropped. A map over nothing gives
   *  undefined. */
  race(
    this: NeedsFork<TDepth, unknown>,
    options?: { readonly id?: string },
  ): Joined<TEnv, TOutput, FirstOf<TOutput, TDepth>, TDepth>
  /** The first `count` items to arrive, in order of arrival; the others are cancelled. */
  first(
    this: NeedsFork<TDepth, unknown>,
    count: number,
    options?: { readonly id?: string },
  ): Joined<TEnv, TOutput, TOutput[], TDepth>
  /** All items, failed ones as `{ status: 'rejected', reason }`, as Promise.allSettled does. */
  settle(
    this: NeedsFork<TDepth, unknown>,
    options?: { readonly id?: string },
  ): Joined<TEnv, TOutput, Settled<TOutput>[], TDepth>
  /** The sum of numbers. */
  sum(
    this: NeedsFork<TDepth, [TOutput] extends [number] ? unknown : GraphTypeError<'sum() needs numbers'>>,
    options?: { readonly id?: string },
  ): Joined<TEnv, TOutput, number, TDepth>
  /** Waits for all items and forgets them. */
  ignore(this: NeedsFork<TDepth, unknown>, options?: { readonly id?: string }): Joined<TEnv, TOutput, null, TDepth>

  /** Goes where the value of a property says. Each value needs a case, under its text: `true`, `1`, `null`, `undefined`. */
  switch<
    TKey extends keyof TOutput,
    const TNames extends number | string,
    const TCases extends Readonly<Record<TNames, unknown>>,
  >(
    this: CheckCases<TOutput, TKey, TNames>,
    key: TKey,
    cases: TCases & SwitchCases<TEnv, TOutput, TKey, TDepth, TNames>,
    options?: SwitchOptions & { readonly otherwise?: never },
  ): Flow<TEnv, BranchOutput<TCases[TNames]>, TDepth>
  /** The same with an `otherwise` for the values that have no case, or cannot be listed. */
  switch<
    TKey extends keyof TOutput,
    const TNames extends number | string,
    const TCases extends Readonly<Record<TNames, unknown>>,
    const TOtherwise extends Branch<TEnv, OtherValue<TOutput, TKey, NamesIn<TNames>>, TDepth>,
  >(
    this: CheckNames<TOutput, TKey, TNames>,
    key: TKey,
    cases: TCases & SwitchCases<TEnv, TOutput, TKey, TDepth, TNames>,
    options: SwitchOptions & { readonly otherwise: TOtherwise },
  ): Flow<TEnv, BranchOutput<TCases[TNames] | TOtherwise>, TDepth>
  /** Begins a chain of conditions; the first that holds wins. End it with `otherwise` or `exhaustive`. */
  when: WhenMethod<TEnv, TOutput, never, TDepth>

  /** Hands over to class nodes: the value must be an instance of one of them. */
  toNodes<const TClasses extends readonly { readonly nodeId: string; new (...data: never[]): object }[]>(
    ...classes: TClasses &
      ([TOutput] extends [InstanceType<TClasses[number]>]
        ? unknown
        : GraphTypeError<'the value must be an instance of one of the nodes'>)
  ): void
  /** Runs another graph as one node. It shares the state, or has its own when `state` makes one. */
  subgraph<const TId extends string, TSubState, TSubDeps, TSubInput, TSubOutput>(
    id: TId,
    graph: Subgraph<TSubState, TSubDeps, TSubInput, TSubOutput>,
    ...[options]: FitsState<TEnv['state'], TSubState> extends true
      ? [options?: SubgraphOptions<TEnv, TOutput, TSubState>]
      : [options: SubgraphOptions<TEnv, TOutput, TSubState> & { readonly state: unknown }]
  ): [TOutput] extends [TSubInput]
    ? Fits<TEnv['deps'], TSubDeps> extends true
      ? Flow<TEnv, TSubOutput, TDepth>
      : GraphTypeError<'the subgraph needs other deps'>
    : GraphTypeError<'the subgraph takes another input'>
}

export interface SubgraphOptions<TEnv extends Env, TOutput, TSubState> {
  readonly label?: string
  /** the subgraph's own initial state; without it the state is shared */
  readonly state?: (context: ContextOf<TEnv, TOutput>) => TSubState
}

/** A graph that declares no state (or deps) is content with any. */
type Fits<TOuter, TInner> = undefined extends TInner ? true : [TOuter] extends [TInner] ? true : false

/** A shared state is also written. */
type FitsState<TOuter, TInner> =
  Fits<TOuter, TInner> extends true
    ? undefined extends TInner
      ? true
      : [StateProblem<TOuter, TInner>] extends [never]
        ? true
        : false
    : false

/** A graph as far as one that contains it must know it. */
export interface Subgraph<TState, TDeps, TInput, TOutput> {
  readonly accepts: (state: TState, deps: TDeps, input: TInput) => void
  readonly gives: () => TOutput
}

export interface WhenMethod<TEnv extends Env, TRest, TResult, TDepth extends Depth> {
  <TMatch extends TRest, const TBranch extends Branch<TEnv, TMatch, TDepth>>(
    test: (value: TRest) => value is TMatch,
    branch: TBranch,
    label?: string,
  ): Conditions<TEnv, Exclude<TRest, TMatch>, TResult | BranchOutput<TBranch>, TDepth>
  <const TBranch extends Branch<TEnv, TRest, TDepth>>(
    test: (value: TRest) => boolean,
    branch: TBranch,
    label?: string,
  ): Conditions<TEnv, TRest, TResult | BranchOutput<TBranch>, TDepth>
}

/** An unfinished chain of conditions. */
export interface Conditions<TEnv extends Env, TRest, TResult, TDepth extends Depth> {
  when: WhenMethod<TEnv, TRest, TResult, TDepth>
  otherwise<const TBranch extends Branch<TEnv, TRest, TDepth>>(
    branch: TBranch,
    label?: string,
  ): Flow<TEnv, TResult | BranchOutput<TBranch>, TDepth>
  /** Compiles only when the conditions cover every value. */
  exhaustive(
    this: [TRest] extends [never] ? unknown : GraphTypeError<'these conditions do not cover every value'>,
  ): Flow<TEnv, TResult, TDepth>
}

/** A step: a destination and the flow that leaves it. */
export interface Step<
  TEnv extends Env,
  TId extends string,
  TInput,
  TOutput,
  TDepth extends Depth = readonly [],
> extends Flow<TEnv, TOutput, TDepth> {
  readonly id: TId
  readonly accept: (input: TInput) => void
  /** names the step in the `next` of a class node */
  readonly handed: BaseNode<`step:${TId}`>
  /** A class node returns this to hand a value to the step. */
  asNode(input: TInput): BaseNode<`step:${TId}`>
}

export interface Joined<TEnv extends Env, TItem, TOutput, TDepth extends Depth> extends Flow<
  TEnv,
  TOutput,
  Outer<TDepth>
> {
  readonly id: string
  readonly accept: (input: TItem) => void
}

export interface StreamFlow<TEnv extends Env, TItem, TDepth extends Depth> {
  /** Runs what follows for each item as it arrives. */
  map(options?: MapOptions): Flow<TEnv, TItem, readonly ['map', ...TDepth]>
}
