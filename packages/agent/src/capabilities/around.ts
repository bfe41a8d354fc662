import type { MaybePromise } from '../util/json.ts'

/** The four hooks around one piece of work, already in the order in which they run. */
export interface Around<I, O> {
  readonly before?: readonly ((input: I) => MaybePromise<I | void>)[]
  readonly wrap?: readonly ((input: I, handler: (input: I) => Promise<O>) => Promise<O>)[]
  readonly after?: readonly ((input: I, output: O) => MaybePromise<O | void>)[]
  readonly onError?: readonly ((input: I, error: unknown) => MaybePromise<O>)[]
}

export interface AroundOptions {
  /** Errors that are no failures but signals: they pass by `onError`. */
  readonly isSignal?: (error: unknown) => boolean
}

/** Runs work inside its hooks: before in order, wrap nested with the first outermost, on failure the `onError` hooks until one
 *  recovers, then after. A hook before or after that returns nothing changes nothing; an error hook that throws an error of its
 *  own keeps the one it was told as its `cause`. */
export async function runAround<I, O>(
  hooks: Around<I, O>,
  input: I,
  work: (input: I) => Promise<O>,
  options: AroundOptions = {},
): Promise<O> {
  let current = input
  for (const hook of hooks.before ?? []) current = changed(await hook(current), current)
  let output: O
  try {
    output = await nest(hooks.wrap ?? [], work)(current)
  } catch (error) {
    if (hooks.onError === undefined || options.isSignal?.(error) === true) throw error
    output = await recover(hooks.onError, current, error)
  }
  for (const hook of hooks.after ?? []) output = changed(await hook(current, output), output)
  return output
}

/** What goes on after a hook that may have returned nothing: then things stay as they are. */
export function changed<T>(returned: T | void, before: T): T {
  return returned === undefined ? before : returned
}

function nest<I, O>(
  wraps: NonNullable<Around<I, O>['wrap']>,
  work: (input: I) => Promise<O>,
): (input: I) => Promise<O> {
  return wraps.reduceRight<(input: I) => Promise<O>>((inner, wrap) => async input => wrap(input, inner), work)
}

async function recover<I, O>(hooks: NonNullable<Around<I, O>['onError']>, input: I, error: unknown): Promise<O> {
  let current = error
  for (const hook of hooks) {
    try {
      return await hook(input, current)
    } catch (next) {
      // what happened is not lost over a hook that failed
      if (next instanceof Error && next !== current && Object.isExtensible(next)) next.cause ??= current
      current = next
    }
  }
  throw current
}
