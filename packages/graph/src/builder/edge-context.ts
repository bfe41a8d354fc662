import type { TaskContext } from '../kernel/context.ts'

/** The context as code on an edge sees it: the value that passes is its input. */
export const withInput = (context: TaskContext, value: unknown): unknown => {
  const view: object = Object.create(null, {
    input: { value, enumerable: true },
    inputs: { value },
    state: { get: () => context.state, enumerable: true },
    deps: { value: context.deps, enumerable: true },
    runId: { value: context.runId, enumerable: true },
    forkPath: { get: () => context.forkPath },
  })
  return view
}
