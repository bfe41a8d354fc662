import { GraphLookupError, GraphNodeStatusError } from '../errors.ts'
import { interruptIdOf } from '../events/event.ts'
import { keptAnswer, readAnswer, type InterruptAnswer, type OpenInterrupt } from '../interrupt.ts'
import { cloneJson, type Json } from '../util/json.ts'
import { expiredAnswer } from './questions.ts'
import { answerSchemaKey, type Task } from './model.ts'
import type { RunState } from './run-state.ts'

interface Matched {
  readonly task: Task
  readonly key: string
  readonly value: Json
}

/** The questions nobody has answered, oldest task first. */
export const openInterrupts = (state: RunState): OpenInterrupt[] => {
  const open: OpenInterrupt[] = []
  for (const task of state.tasks.values())
    for (const { key, point, payload, deadlineAt } of task.waits?.values() ?? [])
      open.push({
        id: interruptIdOf(task.id, key),
        point,
        nodeId: task.node.id,
        taskId: task.id,
        payload: cloneJson(payload),
        ...(deadlineAt === undefined ? {} : { deadlineAt }),
      })
  return open.sort((a, b) => a.taskId - b.taskId)
}

/** Finds the question each answer is for, and answers those whose deadline has passed.
 *  @throws {GraphLookupError} no open interrupt fits an answer
 *  @throws {GraphInputError} an answer does not fit the schema of its point
 *  @throws {GraphNodeStatusError} an answer fits several, or one is answered twice */
export const matchAnswers = (
  state: RunState,
  answers: readonly InterruptAnswer[],
  run: { readonly runId: string; readonly now: number },
): Matched[] => {
  const given = new Map<string, Matched>()
  for (const answer of answers) {
    const { task, key } = findOpen(state, answer, run.runId)
    const id = interruptIdOf(task.id, key)
    if (given.has(id)) throw new GraphNodeStatusError(`Interrupt "${id}" is answered twice in one call.`)
    const where = `answer to interrupt "${answer.point}"`
    const value = keptAnswer(answer.value, where)
    const schema = state.program.answerSchemas.get(answerSchemaKey(task, answer.point))
    if (schema !== undefined) readAnswer(schema, value, where)
    given.set(id, { task, key, value })
  }
  for (const task of state.tasks.values())
    for (const wait of task.waits?.values() ?? []) {
      const id = interruptIdOf(task.id, wait.key)
      if (given.has(id) || wait.deadlineAt === undefined || wait.deadlineAt > run.now) continue
      given.set(id, { task, key: wait.key, value: wait.default === undefined ? expiredAnswer : wait.default.value })
    }
  return [...given.values()]
}

const findOpen = (state: RunState, answer: InterruptAnswer, runId: string): { task: Task; key: string } => {
  const found: { task: Task; key: string }[] = []
  for (const task of state.tasks.values())
    for (const { key, point } of task.waits?.values() ?? [])
      if (
        point === answer.point &&
        (answer.interruptId === undefined || answer.interruptId === interruptIdOf(task.id, key))
      )
        found.push({ task, key })
  if (found.length === 1) return found[0]!
  const open = openInterrupts(state).map(({ id }) => id)
  if (found.length > 1)
    throw new GraphNodeStatusError(
      `Several interrupts wait at "${answer.point}" (${open.join(', ')}); name one: point.answer(value, id).`,
    )
  throw new GraphLookupError(
    `No interrupt of run "${runId}" waits for "${answer.interruptId ?? answer.point}"${open.length === 0 ? '' : ` (open: ${open.join(', ')})`}.`,
  )
}
