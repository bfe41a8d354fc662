import type {
  ChatCompletionContentPart,
  ChatCompletionMessageParam,
} from 'openai/resources/chat/completions/completions'
import type { ModelMessage, ModelRequest } from '../../../messages/message.ts'
import type { InstructionPart, RequestPart, ToolReturnPart } from '../../../messages/part.ts'
import { retryPromptText } from '../../../messages/retry-prompt-text.ts'
import { fileIntroduction, toolReturnFiles, toolReturnText } from '../../../messages/tool-return-text.ts'
import { mapResponse } from './assistant.ts'
import { mapFile, userMessage, type ContentScope } from './content.ts'

/** A conversation as the API takes it; instructions stand behind the system prompts that lead it. */
export function mapMessages(
  messages: readonly ModelMessage[],
  instructions: readonly InstructionPart[],
  scope: ContentScope,
): ChatCompletionMessageParam[] {
  const mapped = messages.flatMap((message): ChatCompletionMessageParam[] => {
    if (message.kind === 'request') return mapRequest(message, scope)
    const answer = mapResponse(message, scope)
    return answer === undefined ? [] : [answer]
  })
  const { profile } = scope
  const role = profile.openaiSystemPromptRole ?? 'system'
  const leading = mapped.findIndex(message => message.role !== 'system' && message.role !== 'developer')
  const texts = instructions.map(part => part.content).filter(text => text !== '')
  mapped.splice(leading < 0 ? mapped.length : leading, 0, ...texts.map(content => ({ role, content })))
  return profile.openaiChatSupportsMultipleSystemMessages ? mapped : withOneSystemMessage(mapped)
}

/** Files may not stand in a tool's message: they follow in a message of the user, after all results of the request. */
function mapRequest(request: ModelRequest, scope: ContentScope): ChatCompletionMessageParam[] {
  const messages = request.parts.flatMap(part => mapPart(part, scope))
  const content = request.parts.flatMap(part => (part.kind === 'tool-return' ? filesOf(part, scope) : []))
  if (content.length === 0) return messages
  const lastResult = messages.findLastIndex(message => message.role === 'tool')
  return messages.toSpliced(lastResult + 1, 0, { role: 'user', content })
}

function filesOf(part: ToolReturnPart, scope: ContentScope): ChatCompletionContentPart[] {
  return toolReturnFiles(part).flatMap(file => [
    { type: 'text' as const, text: fileIntroduction(file) },
    mapFile(file, scope),
  ])
}

function mapPart(part: RequestPart, scope: ContentScope): ChatCompletionMessageParam[] {
  switch (part.kind) {
    case 'system-prompt':
      return [{ role: scope.profile.openaiSystemPromptRole ?? 'system', content: part.content }]
    case 'user-prompt':
      return [userMessage(part.content, scope)]
    case 'tool-return':
      return [{ role: 'tool', tool_call_id: part.toolCallId, content: toolReturnText(part) }]
    case 'retry-prompt': {
      const content = retryPromptText(part)
      if (part.toolName === undefined) return [{ role: 'user', content }]
      return [{ role: 'tool', tool_call_id: part.toolCallId, content }]
    }
    case 'speech':
      return part.transcript === undefined ? [] : [{ role: 'user', content: part.transcript }]
    // rendered as text or tools before the request is mapped
    case 'tool-availability-delta':
      return []
  }
}

function withOneSystemMessage(messages: ChatCompletionMessageParam[]): ChatCompletionMessageParam[] {
  const end = messages.findIndex(message => message.role !== 'system')
  const leading = messages.slice(0, end < 0 ? messages.length : end)
  if (leading.length < 2) return messages
  const content = leading.map(message => (typeof message.content === 'string' ? message.content : '')).join('\n\n')
  return [{ role: 'system', content }, ...messages.slice(leading.length)]
}
