import { isJsonObject } from '../wire.ts'
import type { ContentBlock, Message } from '../wire.ts'
import { constraint, firstOf, fromModel } from './rule.ts'
import type { LocatedBlock, Rule } from './rule.ts'

/** Blocks of tools the service itself runs stand in the assistant turn and need no answer. */
const clientCalls = (content: readonly ContentBlock[] = []) =>
  content.flatMap(({ toolUse }) => (toolUse && toolUse.type === undefined ? toolUse : []))
const clientResults = (content: readonly ContentBlock[] = []) =>
  content.flatMap(({ toolResult }) => (toolResult && toolResult.type === undefined ? toolResult : []))

/** Turns of one role in a row are joined before the model sees them. */
function joinedTurns(messages: readonly Message[]): { role: string; content: ContentBlock[]; lastIndex: number }[] {
  const turns: { role: string; content: ContentBlock[]; lastIndex: number }[] = []
  for (const [index, { role, content }] of messages.entries()) {
    const last = turns.at(-1)
    if (last?.role === role) {
      last.content.push(...content)
      last.lastIndex = index
    } else turns.push({ role, content: [...content], lastIndex: index })
  }
  return turns
}

const idPaths = ({ block, memberPath }: LocatedBlock): [string, string][] => [
  ...(block.toolUse ? [[block.toolUse.toolUseId, `${memberPath}.toolUse.toolUseId`] as [string, string]] : []),
  ...(block.toolResult ? [[block.toolResult.toolUseId, `${memberPath}.toolResult.toolUseId`] as [string, string]] : []),
]

/** Ids that Bedrock made itself come back unchanged and are taken. */
const shortId = /^(?:[a-zA-Z0-9]{9}|tooluse_[\w-]{22})$/

const resultContentKeys = ['text', 'json', 'image', 'document', 'video', 'searchResult']

/** How calls and results pair up, and what may stand with a result. */
export const toolResultRules: readonly Rule[] = [
  {
    id: 'tool-use-id',
    refuses: 'a tool use id that is empty, longer than 64 or has other characters',
    source: 'https://github.com/run-llama/llama_index/pull/22775',
    check: ({ blocks }) =>
      firstOf(blocks.flatMap(idPaths), ([id, path]) => {
        if (id.length < 1) return constraint(id, path, 'have length greater than or equal to 1')
        if (id.length > 64) return constraint(id, path, 'have length less than or equal to 64')
        const isFine = /^[a-zA-Z0-9_.:-]+$/.test(id)
        return isFine ? undefined : constraint(id, path, 'satisfy regular expression pattern: [a-zA-Z0-9_.:-]+')
      }),
  },
  {
    id: 'tool-use-id-family',
    refuses: 'an id that the family of the model does not take (Mistral: 9 letters or digits)',
    source: 'https://github.com/vercel/ai/issues/11802',
    check: ({ blocks, family: { toolCallIds } }) =>
      firstOf(blocks.flatMap(idPaths), ([id]) =>
        toolCallIds === 'any' || shortId.test(id)
          ? undefined
          : fromModel(`Tool call id was ${id} but must be a-z, A-Z, 0-9, with a length of 9.`),
      ),
  },
  {
    id: 'tool-use-input',
    refuses: 'tool input that is not a JSON object',
    source: 'https://github.com/vercel/ai/pull/16561',
    check: ({ blocks }) =>
      firstOf(blocks, ({ block: { toolUse }, path }) =>
        toolUse === undefined ||
        (typeof toolUse.input === 'object' && toolUse.input !== null && !Array.isArray(toolUse.input))
          ? undefined
          : `The format of the value at ${path}.toolUse.input is invalid. Provide a json object for the field and try again.`,
      ),
  },
  {
    id: 'tool-use-ids-unique',
    refuses: 'two calls with one id in a turn (Claude)',
    source: 'own',
    check: ({ request, isClaude }) =>
      isClaude
        ? firstOf(request.messages.entries(), ([index, { content }]) => {
            const ids = clientCalls(content).map(({ toolUseId }) => toolUseId)
            const isUnique = new Set(ids).size === ids.length
            return isUnique ? undefined : fromModel(`messages.${index}.content: \`tool_use\` ids must be unique`)
          })
        : undefined,
  },
  {
    id: 'tool-result-missing',
    refuses: 'calls that are not all answered in the very next message',
    source: 'https://github.com/agno-agi/agno/issues/6698',
    check: ({ request: { messages } }) =>
      firstOf(messages.entries(), ([index, { content }]) => {
        const answered = new Set(clientResults(messages[index + 1]?.content).map(({ toolUseId }) => toolUseId))
        const missing = clientCalls(content).filter(({ toolUseId }) => !answered.has(toolUseId))
        if (!missing.length) return undefined
        const ids = missing.map(({ toolUseId }) => toolUseId).join(', ')
        return `Expected toolResult blocks at messages.${index + 1}.content for the following Ids: ${ids}`
      }),
  },
  {
    id: 'tool-result-surplus',
    refuses: 'results nobody asked for, or two for one call',
    source: 'https://github.com/pydantic/pydantic-ai/issues/2327',
    check: ({ request: { messages } }) =>
      firstOf(messages.entries(), ([index, { content }]) =>
        clientResults(content).length <= clientCalls(messages[index - 1]?.content).length
          ? undefined
          : `The number of toolResult blocks at messages.${index}.content exceeds the number of toolUse blocks of previous turn.`,
      ),
  },
  {
    id: 'tool-results-first',
    refuses: 'anything before the results in their turn (Claude)',
    source: 'https://github.com/langchain-ai/langchain-aws/issues/451',
    check: ({ request, isClaude }) =>
      isClaude
        ? firstOf(joinedTurns(request.messages), ({ content, lastIndex }) => {
            const count = clientResults(content).length
            const leading = content.findIndex(item => item.toolResult === undefined)
            if (leading === -1 || leading >= count) return undefined
            return fromModel(
              `messages.${lastIndex}: Did not find ${count} tool_result block(s) at the beginning of this message. Messages following tool_use blocks must begin with a matching number of tool_result blocks.`,
            )
          })
        : undefined,
  },
  {
    id: 'tool-result-company',
    refuses: 'blocks in one turn with results that the family does not take there',
    source: 'https://github.com/browser-use/browser-use/issues/710',
    check: ({ request, family: { besideToolResult } }) =>
      firstOf(joinedTurns(request.messages), ({ content, lastIndex }) => {
        if (besideToolResult === 'all' || !clientResults(content).length) return undefined
        const others = content.filter(item => item.toolResult === undefined && item.cachePoint === undefined)
        const isFine = others.every(item => besideToolResult.some(kind => item[kind] !== undefined))
        if (isFine) return undefined
        return `messages.${lastIndex}.content: Conversation blocks and tool result blocks cannot be provided in the same turn.`
      }),
  },
  {
    id: 'tool-result-role',
    refuses: 'a result of a client tool in an assistant turn, or a call in a user turn',
    source: 'own',
    check: ({ request: { messages } }) =>
      firstOf(messages.entries(), ([index, { role, content }]) => {
        const isWrong = role === 'assistant' ? clientResults(content).length : clientCalls(content).length
        if (!isWrong) return undefined
        const [kind, where] = role === 'assistant' ? ['toolResult', 'user'] : ['toolUse', 'assistant']
        return `The ${kind} block at messages.${index}.content is only allowed in a message with the ${where} role.`
      }),
  },
  {
    id: 'server-tool-pairs',
    refuses: 'a call of a tool that the service ran without its result in the same turn, or a result without its call',
    source: 'own',
    check: ({ request: { messages } }) =>
      firstOf(messages.entries(), ([index, { content }]) => {
        const calls = content.flatMap(({ toolUse }) => (toolUse?.type === undefined ? [] : toolUse.toolUseId))
        const results = content.flatMap(({ toolResult }) =>
          toolResult?.type === undefined ? [] : toolResult.toolUseId,
        )
        const lonely = calls.find(id => !results.includes(id)) ?? results.find(id => !calls.includes(id))
        return lonely && `The server tool use ${lonely} at messages.${index}.content must have a call and a result.`
      }),
  },
  {
    id: 'tool-result-content-key',
    refuses: 'an unknown block inside a result, such as a cache point',
    source: 'https://github.com/Portkey-AI/gateway/issues/1762',
    check: ({ blocks }) =>
      firstOf(blocks, ({ block, path }) =>
        firstOf((block.toolResult?.content ?? []).entries(), ([index, part]) =>
          Object.keys(part).length === 1 && resultContentKeys.includes(Object.keys(part)[0]!)
            ? undefined
            : `ToolResultContentBlock object at ${path}.toolResult.content.${index} must set one of the following keys: ${resultContentKeys.join(', ')}.`,
        ),
      ),
  },
  {
    id: 'tool-result-json',
    refuses: 'JSON inside a result that is not an object',
    source: 'reports of several projects, with the message of the service (read 2026-11-23)',
    check: ({ blocks }) =>
      firstOf(blocks, ({ block, path }) =>
        firstOf((block.toolResult?.content ?? []).entries(), ([index, { json }]) =>
          json === undefined || isJsonObject(json)
            ? undefined
            : `The format of the value at ${path}.toolResult.content.${index}.json is invalid. Provide a json object for the field and try again.`,
        ),
      ),
  },
  {
    id: 'tool-result-content-empty',
    refuses: 'a result without content',
    source: 'https://github.com/aws-samples/sample-multi-agent-orchestration-chat-on-agentcore/issues/15',
    check: ({ blocks }) =>
      firstOf(blocks, ({ block: { toolResult }, path }) => {
        if (toolResult === undefined || toolResult.content.length) return undefined
        const when = toolResult.status === 'error' ? ' when status value is error' : ''
        return `The content field at ${path}.toolResult cannot be empty${when}.`
      }),
  },
  {
    id: 'tool-result-text-blank',
    refuses: 'blank text inside a result',
    source: 'https://github.com/NousResearch/hermes-agent/issues/55092',
    isOptional: true,
    check: ({ blocks }) =>
      blocks.some(({ block }) => block.toolResult?.content.some(part => part.text?.trim() === ''))
        ? fromModel('messages: text content blocks must be non-empty')
        : undefined,
  },
  {
    id: 'tool-result-media',
    refuses: 'media inside a result that the family does not take there',
    source: 'https://github.com/pydantic/pydantic-ai/pull/6259',
    check: ({ blocks, family: { mediaInToolResult, documentFormatsInToolResult } }) =>
      firstOf(blocks, ({ block, path }) =>
        firstOf((block.toolResult?.content ?? []).entries(), ([index, part]) => {
          const kind = (['image', 'document', 'video'] as const).find(key => part[key] !== undefined)
          if (kind === undefined || mediaInToolResult.includes(kind)) return undefined
          const format = kind === 'document' && isJsonObject(part.document) ? part.document['format'] : undefined
          if (documentFormatsInToolResult.some(item => item === format)) return undefined
          return `This model doesn't support the ${kind} content block at ${path}.toolResult.content.${index}. Remove it and try again.`
        }),
      ),
  },
  {
    id: 'tool-result-status',
    refuses: '`status` for models without it',
    source: 'own',
    check: ({ blocks, family }) =>
      !family.hasToolResultStatus && blocks.some(({ block }) => block.toolResult?.status !== undefined)
        ? `This model doesn't support the status field. Remove status and try again.`
        : undefined,
  },
]
