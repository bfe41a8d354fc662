import { fork, type ChildProcess } from 'node:child_process'
import process from 'node:process'
import type { Answer, Order } from './worker.ts'

/** Warnings about the version of Node belong to no table. */
export const quietly = { ...process.env, NODE_NO_WARNINGS: '1' }

/** A contestant's process, seen from outside. */
export class WorkerProcess {
  readonly #child: ChildProcess
  readonly #exit: Promise<number>
  #settle: { resolve(value: number): void; reject(error: Error): void } | undefined

  /** @param file the worker's built program */
  constructor(file: string, nodeArguments: readonly string[] = []) {
    this.#child = fork(file, { execArgv: [...nodeArguments], env: quietly })
    this.#child.on('message', message => this.#answered(message as Answer))
    this.#exit = new Promise(resolve => {
      this.#child.on('exit', code => {
        this.#settle?.reject(new Error(`The process of a contestant ended with exit code ${code}.`))
        resolve(code ?? 1)
      })
    })
  }

  /** @throws {Error} what went wrong in the process, with its stack */
  ask(order: Order): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#settle = { resolve, reject }
      this.#child.send(order)
    })
  }

  async end(): Promise<void> {
    this.#settle = undefined
    this.#child.kill()
    await this.#exit
  }

  #answered(answer: Answer): void {
    const settle = this.#settle
    this.#settle = undefined
    if ('error' in answer) settle?.reject(new Error(answer.error))
    else settle?.resolve(answer.value)
  }
}
