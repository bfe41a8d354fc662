/** Every error of this package. Switch on `code`; `GraphError.isInstance` also works across two copies of the package. */

const BRAND = Symbol.for('tenon.graph.error')

export type GraphErrorCode =
  | 'setup'
  | 'build'
  | 'validation'
  | 'runtime'
  | 'node-status'
  | 'undeclared-edge'
  | 'no-branch'
  | 'concurrent-update'
  | 'not-json'
  | 'input'
  | 'step-limit'
  | 'timeout'
  | 'cancelled'
  | 'interrupt-expired'
  | 'once-uncertain'
  | 'run-not-found'
  | 'run-exists'
  | 'run-locked'
  | 'lease-lost'
  | 'seq-conflict'
  | 'version-mismatch'
  | 'store-corrupt'
  | 'lookup'
  | 'http'

/** A class of errors: `GraphError`, which has all codes, or a subclass with its own. */
interface ErrorFamily {
  readonly prototype: GraphError
  readonly codes?: readonly GraphErrorCode[] | undefined
}

export class GraphError extends Error {
  readonly code: GraphErrorCode

  constructor(code: GraphErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options)
    this.name = new.target.name
    this.code = code
    Object.defineProperty(this, BRAND, { value: true })
  }

  /** True for any error of this package, whichever copy made it. On a subclass: the code must match too. */
  static isInstance(this: ErrorFamily, error: unknown): boolean {
    if (typeof error !== 'object' || error === null || !(BRAND in error)) return false
    return this.codes === undefined || this.codes.some(code => 'code' in error && error.code === code)
  }
}

/** The nodes of a graph do not fit together: two with one id, an edge to a node that is not listed, no way to run. */
export class GraphSetupError extends GraphError {
  static readonly codes: readonly GraphErrorCode[] = ['setup', 'build', 'validation']
  constructor(message: string, options?: { cause?: unknown; code?: GraphErrorCode }) {
    super(options?.code ?? 'setup', message, options)
  }
}

/** The builder was used in a way that makes no graph: an id used twice, a join outside any fork. */
export class GraphBuildError extends GraphSetupError {
  static override readonly codes: readonly GraphErrorCode[] = ['build']
  constructor(message: string) {
    super(message, { code: 'build' })
  }
}

/** The built graph is broken: a node nobody reaches, a dead end, no way to the end. */
export class GraphValidationError extends GraphSetupError {
  static override readonly codes: readonly GraphErrorCode[] = ['validation']
  readonly problems: readonly string[]
  constructor(problems: readonly string[]) {
    super(
      problems.length === 1 ? problems[0]! : `The graph has ${problems.length} problems:\n- ${problems.join('\n- ')}`,
      {
        code: 'validation',
      },
    )
    this.problems = problems
  }
}

/** Something a run met that it cannot go on with; the base of the errors below. */
export class GraphRuntimeError extends GraphError {
  static readonly codes: readonly GraphErrorCode[] | undefined = undefined
  constructor(message: string, options?: { cause?: unknown; code?: GraphErrorCode }) {
    super(options?.code ?? 'runtime', message, options)
  }
}

/** Written down, because what the compiler infers repeats everything `Error` has in Node, which browsers have not. */
type RuntimeErrorClass = Pick<typeof GraphRuntimeError, 'prototype' | 'codes' | 'isInstance'> & {
  new (message: string, options?: { cause?: unknown }): GraphRuntimeError
}

const runtimeError = (code: GraphErrorCode): RuntimeErrorClass =>
  class extends GraphRuntimeError {
    static override readonly codes: readonly GraphErrorCode[] = [code]
    constructor(message: string, options?: { cause?: unknown }) {
      super(message, { ...options, code })
    }
  }

/** A task is not in the status this needs: answered twice, overridden after it ran. */
export class GraphNodeStatusError extends runtimeError('node-status') {}
/** A node went to a node it does not declare in `next`. */
export class UndeclaredEdgeError extends runtimeError('undeclared-edge') {}
/** No branch of a decision fits the value. */
export class NoBranchError extends runtimeError('no-branch') {}
/** Two parallel branches wrote the same place of the state and no reducer says how to combine them. */
export class ConcurrentUpdateError extends runtimeError('concurrent-update') {}
/** A value that must be stored is not JSON (a Map, a Date, a function, NaN, a cycle …). */
export class NotJsonError extends runtimeError('not-json') {}
/** A value does not fit the schema of the node, the state or the interrupt that receives it. */
export class GraphInputError extends runtimeError('input') {}
/** The run took more steps than `maxSteps`. */
export class StepLimitError extends runtimeError('step-limit') {}
/** One attempt of a node took longer than its `timeoutMs`. */
export class NodeTimeoutError extends runtimeError('timeout') {}
/** The run was cancelled through its AbortSignal; `cause` is the signal's reason. */
export class RunCancelledError extends runtimeError('cancelled') {}
/** Nobody answered an interrupt before its deadline and it has no default. */
export class InterruptExpiredError extends runtimeError('interrupt-expired') {}
/** A `once` call was under way when the process died or the run was stopped, so nobody knows whether it happened. */
export class OnceUncertainError extends runtimeError('once-uncertain') {}
/** The store has no run with this id. */
export class RunNotFoundError extends runtimeError('run-not-found') {}
/** The store already has a run with this id. */
export class RunExistsError extends runtimeError('run-exists') {}
/** Another owner holds the run. */
export class RunLockedError extends runtimeError('run-locked') {}
/** Another owner took the run over, or its lease ran out and could not be renewed (`cause` says why); nothing this process does to it counts
 *  any more. */
export class LeaseLostError extends runtimeError('lease-lost') {}
/** The run's journal has moved on since it was read. */
export class SeqConflictError extends runtimeError('seq-conflict') {}
/** The run was started by another version of the graph and no `migrate` was given. */
export class VersionMismatchError extends runtimeError('version-mismatch') {}
/** The journal is damaged in the middle (a torn last record is normal and ignored). */
export class StoreCorruptError extends runtimeError('store-corrupt') {}
/** No node, task or snapshot has this name. */
export class GraphLookupError extends runtimeError('lookup') {}
