import { GraphRuntimeError, NodeTimeoutError } from '../errors.ts'
import type { CachePolicy, CacheStore } from '../policy.ts'
import type { Program } from '../program.ts'
import type { Json } from '../util/json.ts'
import { delayOf } from '../util/timers.ts'
import { cachedOutput, cacheOutput } from './cached-output.ts'
import type { TaskContext } from './context.ts'
import type { Task } from './model.ts'
import { encodeInput } from './route.ts'

/** What a guarded node needs of the run it is in. */
export interface GuardPort {
  readonly program: Program
  readonly cacheOf: (nodeId: string) => CacheStore
  /** stores that the task is about to run */
  readonly announce: (context: TaskContext) => Promise<void>
  readonly isParked: (context: TaskContext) => boolean
  readonly fail: (context: TaskContext, error: unknown) => void
  /** the node has done its work, but nothing can be done with what it returned */
  readonly failOutput: (context: TaskContext, error: unknown) => void
}

/** Runs a node under its policy: crash policy first, then cache, then the timeout of the attempt. */
export const guard = async (context: TaskContext, run: () => unknown, port: GuardPort): Promise<unknown> => {
  const { task } = context
  const { cache, onCrash, timeoutMs } = task.node.policy ?? {}
  if (onCrash === 'fail') {
    refuseSecondRun(task)
    await port.announce(context)
  }
  const key = cache === undefined ? undefined : cacheKey(context, cache)
  const store = cache?.store ?? port.cacheOf(task.node.id)
  if (key !== undefined) {
    const hit = await store.get(key)
    const cached = hit === undefined ? undefined : cachedOutput(port.program, task.node, hit)
    if (cached !== undefined) return cached.value
  }
  const output = await (timeoutMs === undefined ? run() : withTimeout(context, { run, timeoutMs, port }))
  if (key === undefined) return output
  let json: Json | undefined
  try {
    json = cacheOutput(port.program, task.node, output)
  } catch (error) {
    port.failOutput(context, error)
    throw error
  }
  if (json !== undefined) await store.set(key, json, cache!.ttlMs)
  return output
}

const cacheKey = (context: TaskContext, { key }: CachePolicy<never>): string => {
  const { node } = context.task
  // only JSON is its own name: two different maps have the same text
  const name = key === undefined ? JSON.stringify(encodeInput(node, context.input)) : key(context.input as never)
  return `${node.id}:${name}`
}

const refuseSecondRun = (task: Task): void => {
  if (!task.isLost) return
  throw new GraphRuntimeError(
    `Node "${task.node.id}" was running when the process died or the run was stopped, and its onCrash is 'fail'. ` +
      'Override the task, or fork the run before it.',
  )
}

const withTimeout = (
  context: TaskContext,
  { run, timeoutMs, port }: { run: () => unknown; timeoutMs: number; port: GuardPort },
): Promise<unknown> => {
  const timer = setTimeout(() => {
    // a node that waits for a person takes as long as the person
    if (!port.isParked(context))
      port.fail(context, new NodeTimeoutError(`Node "${context.nodeId}" took longer than ${timeoutMs} ms.`))
  }, delayOf(timeoutMs))
  const forget = context.onKill(() => clearTimeout(timer))
  return (async () => run())().finally(() => {
    clearTimeout(timer)
    forget()
  })
}
