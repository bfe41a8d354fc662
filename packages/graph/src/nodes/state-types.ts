type Primitive = bigint | boolean | null | number | string | symbol | undefined
type IsSame<A, B> = (<G>() => G extends A ? 1 : 2) extends <G>() => G extends B ? 1 : 2 ? true : false
type IsReadonly<T, TKey extends keyof T> = IsSame<Pick<T, TKey>, Readonly<Pick<T, TKey>>>
type Below<TPath extends string, TKey> = TPath extends ''
  ? `${TKey & (number | string)}`
  : `${TPath}.${TKey & (number | string)}`

/** Where code that takes the state for a `TView` could write what a `TState` must not hold; never when nowhere.
 *  A view may leave parts of the state out, and take what it only reads, under `readonly` keys, for something wider. */
export type StateProblem<
  TState,
  TView,
  TPath extends string = '',
  TDepth extends readonly unknown[] = [],
> = TDepth['length'] extends 6
  ? never
  : IsSame<TState, TView> extends true
    ? never
    : unknown extends TView
      ? never
      : TState extends Primitive
        ? never
        : // the members of a union, each with those it can be seen as
          TView extends unknown
          ? [TState] extends [TView]
            ? ProblemWithin<TState, TView, TPath, [...TDepth, 0]>
            : never
          : never

type ProblemWithin<
  TState,
  TView,
  TPath extends string,
  TDepth extends readonly unknown[],
> = TView extends readonly (infer TItem)[]
  ? TState extends readonly (infer TStateItem)[]
    ? TView extends unknown[]
      ? Exact<TStateItem, TItem, `${TPath}[]`, TDepth>
      : StateProblem<TStateItem, TItem, `${TPath}[]`, TDepth>
    : never
  : {
      [K in keyof TView]-?: K extends keyof TState
        ? IsReadonly<TView, K> extends true
          ? StateProblem<TState[K], TView[K], Below<TPath, K>, TDepth>
          : Exact<TState[K], TView[K], Below<TPath, K>, TDepth>
        : Below<TPath, K>
    }[keyof TView]

/** For what may be written: it must be no wider, but for a `readonly` array, which stored values do not keep. */
type Exact<TState, TView, TPath extends string, TDepth extends readonly unknown[]> =
  IsSame<TState, TView> extends true
    ? never
    : [TView] extends [TState]
      ? StateProblem<TState, TView, TPath, TDepth>
      : [TView] extends [Readonly<TState>]
        ? StateProblem<TState, TView, TPath, TDepth>
        : TPath
