import type { ContentBlock, Message } from '@aws-sdk/client-bedrock-runtime'
import { retryPromptText } from '../../messages/retry-prompt-text.ts'
import type { ModelMessage, ModelRequest } from '../../messages/message.ts'
import type { RequestPart, RetryPromptPart, ToolReturnPart } from '../../messages/part.ts'
import type { FetchedFiles } from '../fetch-files.ts'
import { mapResponse } from './assistant-turn.ts'
import { DocumentNames } from './content.ts'
import type { BedrockProfile } from './facts.ts'
import { guardUserText } from './guard-content.ts'
import { ToolCallIds, type ToolNames } from './tool-names.ts'
import { tellToolsAsText } from './tools-as-text.ts'
import { mapToolRetry, mapToolReturn, type ToolResultScope } from './tool-result.ts'
import { ensureUserTurnFirst, finishLastTurn, hasRoom, mergeTurns, orderToolResults } from './turns.ts'
import { mapUserPrompt, type UserPromptScope } from './user-prompt.ts'
import { wellFormed } from './well-formed.ts'

export interface ConversationScope {
  readonly profile: BedrockProfile
  readonly system: string
  /** The model that is asked. */
  readonly modelName: string
  readonly names: ToolNames
  readonly files: FetchedFiles
  /** Which user text a guardrail is to look at. */
  readonly guard?: 'last' | 'all'
}

export interface MappedConversation {
  readonly messages: Message[]
  /** Texts of the system parts, in order. */
  readonly systemPrompts: readonly string[]
}

/** The turns of a conversation as Converse takes them: alternating, results first, no empty turn, the user's first. */
export function mapConversation(history: readonly ModelMessage[], scope: ConversationScope): MappedConversation {
  const writer = new ConversationWriter(scope)
  const answers = {
    profile: scope.profile,
    system: scope.system,
    modelName: scope.modelName,
    names: scope.names,
    ids: writer.ids,
  }
  for (const message of history) {
    if (message.kind === 'request') writer.addRequest(message)
    else writer.addResponse(mapResponse(message, answers))
  }
  writer.flush()
  if (scope.guard !== undefined) guardUserText(writer.prompts, scope.guard)
  if (!scope.profile.supportsTools) tellToolsAsText(writer.messages)
  const messages = mergeTurns(writer.messages, scope.profile.bedrockToolResultColocatableContent)
  orderToolResults(messages)
  finishLastTurn(messages, scope.profile.bedrockSupportsPrefill)
  ensureUserTurnFirst(messages, scope.profile.bedrockSupportsLeadingAssistantMessage)
  return { messages, systemPrompts: writer.systemPrompts }
}

/** Writes turn by turn. Files that may not stand beside a tool result, or find no room there, wait until the run of results is over. */
class ConversationWriter {
  readonly messages: Message[] = []
  /** Those of the messages that the user wrote. */
  readonly prompts: Message[] = []
  readonly systemPrompts: string[] = []
  readonly ids: ToolCallIds
  readonly #scope: UserPromptScope & ToolResultScope
  #beside: ContentBlock[] = []
  #waiting: ContentBlock[][] = []

  constructor({ profile, files }: ConversationScope) {
    this.ids = new ToolCallIds(profile.bedrockToolCallIds)
    this.#scope = {
      files,
      facts: profile,
      documentNames: new DocumentNames(),
      supportsAudio: profile.bedrockSupportsAudio,
      supportsSearchResults: profile.bedrockSupportsSearchResults,
      supportsPromptCaching: profile.bedrockSupportsPromptCaching,
    }
  }

  addRequest(request: ModelRequest): void {
    // results answer the turn before and must come right after it, whatever else the request says
    for (const part of request.parts) if (isResult(part)) this.#addPart(part)
    for (const part of request.parts) if (!isResult(part)) this.#addPart(part)
  }

  addResponse(blocks: ContentBlock[]): void {
    this.flush()
    if (blocks.length > 0) this.messages.push({ role: 'assistant', content: blocks })
  }

  /** Ends a run of tool results. */
  flush(): void {
    for (const content of this.#waiting) this.#addUser(content)
    this.#waiting = []
    this.#beside = []
  }

  #addPart(part: RequestPart): void {
    switch (part.kind) {
      case 'system-prompt':
        if (part.content.trim() !== '') this.systemPrompts.push(part.content)
        return
      case 'user-prompt':
        this.flush()
        return this.#addPrompt(mapUserPrompt(part.content, this.#scope, this.messages))
      case 'tool-return':
        return this.#addReturn(part)
      case 'retry-prompt':
        return this.#addRetry(part)
      case 'speech':
        if (part.transcript) this.#addPrompt([{ text: wellFormed(part.transcript) }])
        return
      // rendered as text or tools before the request is mapped
      case 'tool-availability-delta':
        return
    }
  }

  #addReturn(part: ToolReturnPart): void {
    const { result, beside, later } = mapToolReturn(part, this.ids.forResult(part.toolCallId), this.#scope)
    const blocks: ContentBlock[] = [{ toolResult: result }]
    for (const file of beside) {
      if (hasRoom(this.#beside, file)) {
        blocks.push(...file)
        this.#beside.push(...file)
      } else this.#waiting.push(file)
    }
    this.#addUser(blocks)
    this.#waiting.push(...later)
  }

  #addRetry(part: RetryPromptPart): void {
    if (part.toolName !== undefined) {
      return this.#addUser([{ toolResult: mapToolRetry(part, this.ids.forResult(part.toolCallId), this.#scope.facts) }])
    }
    this.flush()
    this.#addUser([{ text: wellFormed(retryPromptText(part)) }])
  }

  #addPrompt(content: ContentBlock[]): void {
    const count = this.messages.length
    this.#addUser(content)
    this.prompts.push(...this.messages.slice(count))
  }

  #addUser(content: ContentBlock[]): void {
    if (content.length > 0) this.messages.push({ role: 'user', content })
  }
}

function isResult(part: RequestPart): boolean {
  return part.kind === 'tool-return' || (part.kind === 'retry-prompt' && part.toolName !== undefined)
}
