import { cloneJson } from '../util/json.ts'
import type { Task } from './model.ts'

/** The live value of a task's input, made from what is kept of it: every attempt gets its own. */
export const inputOf = ({ node, input }: Task): unknown => {
  const own = cloneJson(input)
  return own === undefined || node.decode === undefined ? own : node.decode(own)
}
