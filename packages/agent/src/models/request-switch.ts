import { ModelRequestsBlocked } from '../errors/user-error.ts'
import type { Model } from './model.ts'

let allowed = true
let blockedScopes = 0

/** Switches requests to real models off or on for the whole process. A test suite switches them off once, so that no test
 *  can reach a provider by accident; test doubles answer all the same. */
export function setModelRequestsAllowed(value: boolean): void {
  allowed = value
}

export function areModelRequestsAllowed(): boolean {
  return allowed && blockedScopes === 0
}

/** Runs `fn` with real requests switched off, until what it returns has settled. Scopes may nest and overlap.
 *  Meanwhile they are off for the whole process, also outside of `fn`: work that `fn` hands to a queue or a timer cannot
 *  get around it, and tests that run at the same time in one process and do need a real model must not share it.
 *
 *  @example await withoutModelRequests(() => support.run('Hello', { model: new TestModel() })) */
export async function withoutModelRequests<T>(fn: () => T): Promise<Awaited<T>> {
  blockedScopes += 1
  try {
    return await fn()
  } finally {
    blockedScopes -= 1
  }
}

/** @throws {ModelRequestsBlocked} for a real model while requests are switched off */
export function checkModelRequestAllowed(model: Model): void {
  if (model.isTestDouble !== true && !areModelRequestsAllowed()) throw new ModelRequestsBlocked(model.modelName)
}
