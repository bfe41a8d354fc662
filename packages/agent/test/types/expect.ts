/** `true` when two types are the same for the compiler, down to `readonly` and optional keys. */
export type Eq<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false

/** Compiles only for `expectType<Eq<A, B>>()` with two types that are the same. */
export function expectType<T extends true>(): T | undefined {
  return undefined
}
