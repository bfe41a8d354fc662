import type { ModelMessage } from '../../messages/message.ts'
import type { SystemPromptPart } from '../../messages/part.ts'
import type { SystemPrompt } from '../agent-config.ts'
import type { Run } from '../run.ts'

/** The system prompts of a new conversation, in the order they were given. */
export async function systemPromptParts(run: Run): Promise<readonly SystemPromptPart[]> {
  const parts: SystemPromptPart[] = []
  for (const prompt of run.config.systemPrompts) {
    const part: SystemPromptPart = { kind: 'system-prompt', content: await textOf(prompt, run), timestamp: run.now() }
    parts.push(prompt.dynamic === true && prompt.id !== undefined ? { ...part, dynamicRef: prompt.id } : part)
  }
  return parts
}

/** Writes the dynamic system prompts of an old history anew. Returns the same array when there are none. */
export async function refreshDynamicPrompts(
  run: Run,
  history: readonly ModelMessage[],
): Promise<readonly ModelMessage[]> {
  const dynamic = new Map(run.config.systemPrompts.flatMap(prompt => (prompt.dynamic ? [[prompt.id, prompt]] : [])))
  if (dynamic.size === 0) return history
  return Promise.all(
    history.map(async message => (message.kind === 'request' ? refreshed(message, dynamic, run) : message)),
  )
}

async function refreshed<M extends Extract<ModelMessage, { kind: 'request' }>>(
  request: M,
  dynamic: ReadonlyMap<string | undefined, SystemPrompt>,
  run: Run,
): Promise<M> {
  if (!request.parts.some(part => part.kind === 'system-prompt' && dynamic.has(part.dynamicRef))) return request
  const parts = await Promise.all(
    request.parts.map(async part => {
      if (part.kind !== 'system-prompt' || part.dynamicRef === undefined) return part
      const prompt = dynamic.get(part.dynamicRef)
      return prompt === undefined ? part : { ...part, content: await textOf(prompt, run) }
    }),
  )
  return { ...request, parts }
}

async function textOf(prompt: SystemPrompt, run: Run): Promise<string> {
  return typeof prompt.content === 'string' ? prompt.content : prompt.content(run.context())
}
