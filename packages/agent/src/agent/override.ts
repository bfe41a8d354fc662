import { Ambient } from './ambient.ts'
import type { AgentOverride } from './agent-types.ts'

interface Scope {
  readonly agent: object
  readonly replaced: AgentOverride
  readonly outer: Scope | undefined
}

const scopes = new Ambient<Scope>('`override()`')

/** Runs `fn` with parts of an agent replaced for everything that it calls. */
export function withOverride<R>(agent: object, replaced: AgentOverride, fn: () => R): R {
  return scopes.run({ agent, replaced, outer: scopes.current }, fn)
}

/** What is replaced of an agent here and now: inner scopes win, key by key. */
export function currentOverride(agent: object): AgentOverride | undefined {
  let merged: AgentOverride | undefined
  for (let scope = scopes.current; scope !== undefined; scope = scope.outer) {
    if (scope.agent === agent) merged = { ...scope.replaced, ...merged }
  }
  return merged
}
