import type { AgentNode } from '../../capabilities/capability.ts'
import { UserError } from '../../errors/user-error.ts'
import { cleanHistory } from '../../messages/history.ts'
import type { UserPrompt } from '../../messages/content.ts'
import type { ModelMessage, ModelRequest, ModelResponse } from '../../messages/message.ts'
import type { RequestPart } from '../../messages/part.ts'
import type { MaybePromise } from '../../util/json.ts'
import type { Run } from '../run.ts'
import { resolveDeferredResults } from './deferred-results.ts'
import { refreshDynamicPrompts, systemPromptParts } from './system-prompts.ts'

/** Where a run begins: cleans the history it was given and decides whether to ask the model or to go on with its last answer. */
export function startFromPrompt(run: Run): MaybePromise<AgentNode> {
  run.checkCancelled()
  if (run.messages.length > 0) run.restart()
  const { history, deferredToolResults } = run.start
  const hasPast = history.length > 0 || deferredToolResults !== undefined
  return hasPast || run.config.systemPrompts.length > 0 ? startWithHistory(run) : ask([], run)
}

async function startWithHistory(run: Run): Promise<AgentNode> {
  refuseStored(run.start.history)
  const history = cleanHistory(run.start.history, { repairLastResponse: false })
  for (const message of await refreshDynamicPrompts(run, history)) run.appendOld(message)

  const { deferredToolResults } = run.start
  if (deferredToolResults !== undefined) {
    const { response, results } = resolveDeferredResults(run.messages, deferredToolResults)
    return { kind: 'call-tools', response, results, prompt: run.prompt }
  }

  const last = run.messages.at(-1)
  if (last === undefined) return ask(await systemPromptParts(run), run)
  return last.kind === 'request' ? continueRequest(run, last) : continueResponse(run, last)
}

/** A stored history that was parsed as any JSON would be sent as messages of parts that nobody knows.
 *  @throws {UserError} */
function refuseStored(history: readonly ModelMessage[]): void {
  if (history.every(({ parts }) => parts?.every(part => 'kind' in part))) return
  throw new UserError('`messageHistory` holds no messages. Read what is stored with `messagesFromJson()`.')
}

function ask(parts: readonly RequestPart[], run: Run): AgentNode {
  const { prompt } = run
  if (prompt === undefined) return { kind: 'model-request', parts }
  return { kind: 'model-request', parts: [...parts, { kind: 'user-prompt', content: prompt, timestamp: run.now() }] }
}

/** Without a prompt the trailing request is sent again; with one, the prompt follows it. */
function continueRequest(run: Run, last: ModelRequest): AgentNode {
  if (last.state === 'interrupted') closeOpenCalls(run)
  if (run.prompt !== undefined) return ask([], run)
  const again = run.messages.pop() as ModelRequest
  run.prompt = promptOf(again)
  return { kind: 'model-request', parts: again.parts, resend: again }
}

function continueResponse(run: Run, last: ModelResponse): AgentNode {
  const calls = last.parts.some(part => part.kind === 'tool-call')
  if (run.prompt !== undefined) {
    if (last.state === 'suspended') {
      throw new UserError('The message history ends in a suspended response. Run without a prompt to resume it.')
    }
    if (calls && last.state !== 'interrupted') {
      throw new UserError(
        'The message history ends in tool calls without results. ' +
          'Run without a prompt to execute them, or pass `deferredToolResults`.',
      )
    }
    if (calls) closeOpenCalls(run)
    return ask([], run)
  }
  if (last.state === 'suspended') return { kind: 'model-request', parts: [], resume: last }
  if (calls) return { kind: 'call-tools', response: last }
  const instructed = run.config.instructions.length > 0
  return instructed ? { kind: 'model-request', parts: [] } : { kind: 'call-tools', response: last }
}

/** Answers the calls that a cancelled run left open, for good. */
function closeOpenCalls(run: Run): void {
  const closed = cleanHistory(run.messages, { repairLastResponse: true, merge: false })
  run.messages.length = 0
  for (const message of closed) run.messages.push(message)
}

function promptOf(request: ModelRequest): UserPrompt | undefined {
  const prompts = request.parts.flatMap(part => (part.kind === 'user-prompt' ? [part.content] : []))
  return prompts.length === 1 ? prompts[0] : prompts.length === 0 ? undefined : prompts.flat()
}
