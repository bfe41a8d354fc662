import { End } from '../end.ts'
import { hand, nodeIdOf } from '../nodes/handle.ts'
import type { Program, ProgramNode } from '../program.ts'
import { cloneJson, toJson, toKept, type Json } from '../util/json.ts'
import { encodeInput } from './route.ts'

/** What a cache keeps of the output of a class node: where it went, and with what. */
type Sent = { readonly to: string; readonly input?: Json } | { readonly to?: never; readonly end?: Json }

const targetOf = (program: Program, node: ProgramNode, id: string): ProgramNode | undefined =>
  program.nodes.get(node.parent === undefined ? id : `${node.parent}/${id}`)

/** The form a cache keeps; undefined for none: no output, or that of a class node that leads nowhere.
 *  @throws {NotJsonError} it has none */
export const cacheOutput = (program: Program, node: ProgramNode, output: unknown): Json | undefined => {
  const where = `cached output of "${node.id}"`
  if (!node.isDispatch) return toKept(output, where)
  if (output instanceof End) return output.data === undefined ? {} : { end: toJson(output.data, where) }
  const sent = nodeIdOf(output)
  const target = sent && targetOf(program, node, sent.id)
  if (target === undefined) return undefined
  const { id, value } = sent!
  if (target.kind === 'class') return { to: id, input: encodeInput(target, value) }
  // what is handed to a step is parsed there, so it is kept as it is
  return value === undefined ? { to: id } : { to: id, input: toJson(value, where) }
}

/** An output from that form; undefined when the node it went to is gone. */
export const cachedOutput = (
  program: Program,
  node: ProgramNode,
  hit: Json,
): { readonly value: unknown } | undefined => {
  const json = cloneJson(hit)
  if (!node.isDispatch) return { value: json }
  // `cacheOutput` made it
  const sent = json as Sent
  if (sent.to === undefined) return { value: new End(sent.end) }
  const target = targetOf(program, node, sent.to)
  if (target === undefined) return undefined
  return { value: hand(sent.to, target.kind === 'class' ? target.decode!(sent.input!) : sent.input) }
}
