import { validate } from '../schema.ts'
import { cloneJson, type Json } from '../util/json.ts'
import type { Task } from './model.ts'

/** The live value of a task's input: read back from JSON when the run is stored, so that every attempt gets its own. */
export const inputOf = (task: Task, isStored: boolean): unknown => {
  if (!isStored) return task.input
  const { node } = task
  // tasks of a stored run hold JSON
  const json = cloneJson(task.input as Json)
  if (node.decode !== undefined) return node.decode(json)
  return node.input === undefined || !task.isRecovered ? json : validate(node.input, json, `input of "${node.id}"`)
}
