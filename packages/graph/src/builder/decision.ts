import type { FlowNode } from './flow.ts'
import type { Tail } from './parts.ts'

/** A step to go to, or what to do there. */
export type BranchArgument = { readonly id: string } | ((flow: FlowNode) => FlowNode | undefined)

/** A decision under construction: tests in order, the first that holds wins. */
export class Decision {
  readonly #flow: FlowNode
  readonly #part: Tail['part']
  readonly #tests: ((value: never) => boolean)[] = []
  #tails: Tail[] = []

  constructor(flow: FlowNode, options: { id?: string; note?: string }) {
    this.#flow = flow
    this.#part = flow.decide(options.id, {
      choose: (_context, value) => this.#tests.findIndex(test => test(value as never)),
      ...(options.note === undefined ? {} : { note: options.note }),
    })
  }

  branch(test: (value: never) => boolean, branch: BranchArgument, label: string | undefined): void {
    this.#tests.push(test)
    this.#part.ports.push({ label, to: [] })
    const tail: Tail = { part: this.#part, port: this.#part.ports.length - 1, label: undefined }
    const { list } = this.#flow
    if (typeof branch !== 'function') {
      list.connect([tail], branch.id)
      return
    }
    const rest = branch(this.#flow.at([tail]))
    if (rest !== undefined) this.#tails = [...this.#tails, ...rest.tails]
  }

  when(test: (value: never) => boolean, branch: BranchArgument, label?: string): this {
    this.branch(test, branch, label)
    return this
  }

  otherwise(branch: BranchArgument, label?: string): FlowNode {
    this.branch(() => true, branch, label)
    return this.finish()
  }

  exhaustive(): FlowNode {
    return this.finish()
  }

  finish(): FlowNode {
    return this.#flow.at(this.#tails)
  }
}
