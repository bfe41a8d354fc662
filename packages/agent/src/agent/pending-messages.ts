import { UserError } from '../errors/user-error.ts'
import type { EnqueuedMessagesEvent } from '../messages/event.ts'
import type { UserPrompt } from '../messages/content.ts'
import type { ModelMessage } from '../messages/message.ts'
import type { EnqueuePriority } from '../tools/run-context.ts'

interface Pending {
  readonly id: string
  readonly messages: readonly ModelMessage[]
  readonly priority: EnqueuePriority
}

/** What was enqueued during a run and is not in its history yet. */
export class PendingMessages {
  #items: Pending[] = []

  get isEmpty(): boolean {
    return this.#items.length === 0
  }

  add(id: string, content: UserPrompt | readonly ModelMessage[], priority: EnqueuePriority): void {
    this.#items.push({ id, messages: toMessages(content), priority })
  }

  /** Takes out what is due before a model request (`asap`), or when the run would end (everything). */
  take(when: 'before-request' | 'at-end'): readonly EnqueuedMessagesEvent[] {
    if (this.#items.length === 0) return []
    const isDue = (item: Pending) => when === 'at-end' || item.priority === 'asap'
    const due = this.#items.filter(isDue)
    this.#items = this.#items.filter(item => !isDue(item))
    return due.map(({ id, messages }) => ({ kind: 'enqueued-messages', enqueueId: id, messages }))
  }
}

/** @throws {UserError} messages that ask nothing of the model */
function toMessages(content: UserPrompt | readonly ModelMessage[]): readonly ModelMessage[] {
  if (isMessages(content)) {
    if (content.at(-1)?.kind === 'request') return content
    throw new UserError('The messages given to `enqueue()` end with a response. End them with a request to the model.')
  }
  return [{ kind: 'request', parts: [{ kind: 'user-prompt', content }] }]
}

function isMessages(content: UserPrompt | readonly ModelMessage[]): content is readonly ModelMessage[] {
  const first = typeof content === 'string' ? undefined : content[0]
  return typeof first === 'object' && (first.kind === 'request' || first.kind === 'response')
}
