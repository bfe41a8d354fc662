import type { AgentEvent } from '../../messages/event.ts'

/** What a reader is shown of an event; `undefined`: nothing, he goes on waiting. */
export type View<T, TOutput = unknown> = (
  step: IteratorYieldResult<AgentEvent<TOutput>>,
) => IteratorYieldResult<T> | undefined
