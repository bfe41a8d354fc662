export interface Resolvers<T> {
  readonly promise: Promise<T>
  readonly resolve: (value: T) => void
}

/** `Promise.withResolvers` without the rejecting half, for engines that lack it. */
export const withResolvers = <T>(): Resolvers<T> => {
  let resolve!: (value: T) => void
  const promise = new Promise<T>(done => (resolve = done))
  return { promise, resolve }
}
