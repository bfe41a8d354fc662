import { Ambient } from './ambient.ts'
import type { AgentOverride } from './agent-types.ts'

type AnyOverride = AgentOverride<unknown, string>

interface Scope {
  readonly agent: object
  readonly replaced: AnyOverride
  readonly outer: Scope | undefined
}

const scopes = new Ambient<Scope>('`override()`')

/** Runs `fn` with parts of an agent replaced for everything that it calls. */
export function withOverride<R>(agent: object, replaced: AnyOverride, fn: () => R): R {
  return scopes.run({ agent, replaced, outer: scopes.current }, fn)
}

/** What is replaced of an agent here and now: inner scopes win, key by key.
 *  @param line the agent, and the agents it is a copy of: a copy is replaced with its original */
export function currentOverride(line: readonly object[]): AnyOverride | undefined {
  let merged: AnyOverride | undefined
  for (let scope = scopes.current; scope !== undefined; scope = scope.outer) {
    if (line.includes(scope.agent)) merged = { ...scope.replaced, ...merged }
  }
  return merged
}
