import { UserError } from '../errors/user-error.ts'

/** The part of `AsyncLocalStorage` that is used. */
interface Storage<T> {
  getStore(): T | undefined
  run<R>(store: T, fn: () => R): R
}

interface Host {
  readonly process?: { getBuiltinModule?(name: string): { AsyncLocalStorage: new () => Storage<unknown> } | undefined }
  readonly AsyncLocalStorage?: new () => Storage<unknown>
}

/** A value that everything called inside a scope can see. Costs nothing until a scope is opened for the first time.
 *  Needs `AsyncLocalStorage`: Node, Bun, Deno, and workers that offer it. */
export class Ambient<T> {
  readonly #purpose: string
  #storage: Storage<T> | undefined

  /** @param purpose what it is needed for, as the error says it */
  constructor(purpose: string) {
    this.#purpose = purpose
  }

  get current(): T | undefined {
    return this.#storage?.getStore()
  }

  /** @throws {UserError} the host has no `AsyncLocalStorage` */
  run<R>(value: T, fn: () => R): R {
    this.#storage ??= this.#open()
    return this.#storage.run(value, fn)
  }

  #open(): Storage<T> {
    const host = globalThis as Host
    const AsyncLocalStorage =
      host.process?.getBuiltinModule?.('node:async_hooks')?.AsyncLocalStorage ?? host.AsyncLocalStorage
    if (AsyncLocalStorage === undefined) {
      throw new UserError(`${this.#purpose} needs \`AsyncLocalStorage\`, which this JavaScript host does not have.`)
    }
    return new AsyncLocalStorage() as Storage<T>
  }
}
