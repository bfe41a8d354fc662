import { argsAsJson } from '../messages/call-args.ts'
import type { UserPrompt } from '../messages/content.ts'
import type { ModelMessage } from '../messages/message.ts'
import type { RequestPart, ResponsePart } from '../messages/part.ts'
import { retryPromptText } from '../messages/retry-prompt-text.ts'
import { toolReturnText } from '../messages/tool-return-text.ts'
import { requestUsage, type RequestUsage } from '../usage/usage.ts'

/** Input tokens of any request, before its parts are counted. */
const requestOverhead = 50

/** A made-up but stable count of tokens for test models: the words and figures of all prompts, results and answers.
 *  Costs as much as was added since the last call with the same array. */
export function estimateUsage(messages: readonly ModelMessage[]): RequestUsage {
  const { input, output } = historyTokens(messages)
  return requestUsage({ inputTokens: requestOverhead + input, outputTokens: output })
}

/** Pieces of a text cut at blanks, double quotes, commas, dots and colons. */
export function estimateTokens(text: string): number {
  const trimmed = text.trim()
  return trimmed === '' ? 0 : trimmed.split(separators).length
}

const separators = /[\s",.:]+/

/** What the parts of an answer count for. */
export function estimateOutputTokens(parts: readonly ResponsePart[]): number {
  return parts.reduce((sum, part) => sum + responsePartTokens(part), 0)
}

interface Counted {
  readonly input: number
  readonly output: number
}

/** Sums of the messages before the last one, which may still be replaced. */
const counted = new WeakMap<readonly ModelMessage[], Counted & { count: number; last: ModelMessage | undefined }>()

function historyTokens(messages: readonly ModelMessage[]): Counted {
  const known = counted.get(messages)
  const holds = known !== undefined && known.count < messages.length && messages[known.count - 1] === known.last
  let { input, output } = holds ? known : { input: 0, output: 0 }
  for (let i = holds ? known.count : 0; i < messages.length; i += 1) {
    if (i === messages.length - 1) counted.set(messages, { input, output, count: i, last: messages[i - 1] })
    const message = messages[i]!
    if (message.kind === 'request') input += message.parts.reduce((sum, part) => sum + requestPartTokens(part), 0)
    else output += estimateOutputTokens(message.parts)
  }
  return { input, output }
}

function requestPartTokens(part: RequestPart): number {
  switch (part.kind) {
    case 'system-prompt':
      return estimateTokens(part.content)
    case 'user-prompt':
      return promptTokens(part.content)
    case 'tool-return':
      return estimateTokens(toolReturnText(part))
    case 'retry-prompt':
      return estimateTokens(retryPromptText(part))
    case 'tool-availability-delta':
      return part.toolsAdded.reduce((sum, name) => sum + estimateTokens(name), 0)
    case 'speech':
      return estimateTokens(part.transcript ?? '')
  }
}

function promptTokens(prompt: UserPrompt): number {
  if (typeof prompt === 'string') return estimateTokens(prompt)
  return prompt.reduce((sum, item) => {
    if (typeof item === 'string') return sum + estimateTokens(item)
    if (item.kind === 'text-content') return sum + estimateTokens(item.content)
    // base64 holds three bytes in four characters
    if (item.kind === 'binary') return sum + Math.floor((item.data.replace(/=+$/, '').length * 3) / 4)
    return sum
  }, 0)
}

function responsePartTokens(part: ResponsePart): number {
  switch (part.kind) {
    case 'text':
    case 'thinking':
      return estimateTokens(part.content)
    case 'tool-call':
    case 'builtin-tool-call':
      return 1 + estimateTokens(argsAsJson(part))
    case 'builtin-tool-return':
      return estimateTokens(toolReturnText(part))
    case 'speech':
      return estimateTokens(part.transcript ?? '')
    case 'file':
    case 'compaction':
      return 0
  }
}
