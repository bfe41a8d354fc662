import type { Goto } from './flow-types.ts'

const GOTO = Symbol.for('tenon.graph.goto')

/** For error handlers: go to another step instead of giving an output.
 *  @example onError: error => goto(apologise, { reason: String(error) }) */
export const goto = <TInput>(
  destination: { readonly id: string; readonly accept: (input: TInput) => void },
  input: TInput,
): Goto => Object.defineProperty({ goto: { to: destination.id, input } }, GOTO, { value: true })

export const isGoto = (value: unknown): value is Goto => typeof value === 'object' && value !== null && GOTO in value
