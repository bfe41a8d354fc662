import type { ContentBlock, ToolResultBlock, ToolResultContentBlock } from '@aws-sdk/client-bedrock-runtime'
import type { MultiModalContent } from '../../messages/content.ts'
import type { RetryPromptPart, ToolReturnPart } from '../../messages/part.ts'
import { isMultiModalContent } from '../../messages/content-codec.ts'
import { retryPromptText } from '../../messages/retry-prompt-text.ts'
import { fileIntroduction, filePlaceholder, valueText } from '../../messages/tool-return-text.ts'
import { toJsonValue } from '../../messages/json-value.ts'
import { isPlainObject } from '../../util/json.ts'
import { formatOfSentDocument, kindOfFile, mapFile, type MediaScope } from './content.ts'
import type { ResolvedBedrockFacts } from './facts.ts'
import type { MediaKind } from './media-format.ts'
import { isSearchResult } from './search-result.ts'
import { wellFormed, wellFormedJson } from './well-formed.ts'

export interface ToolResultScope extends MediaScope {
  readonly facts: ResolvedBedrockFacts
}

/** A tool's result on the wire. Files the family takes neither inside nor beside a result go to a later user turn. */
export interface MappedToolResult {
  readonly result: ToolResultBlock
  /** May stand in the same turn, after the result: each file with the text that names it. */
  readonly beside: readonly ContentBlock[][]
  /** Must wait for a turn without results. */
  readonly later: readonly ContentBlock[][]
}

/** Maps what a tool returned: one block per item of a list, files inside where the family takes them. */
export function mapToolReturn(part: ToolReturnPart, toolUseId: string, scope: ToolResultScope): MappedToolResult {
  const content: ToolResultContentBlock[] = []
  const beside: ContentBlock[][] = []
  const later: ContentBlock[][] = []
  const { facts } = scope
  for (const item of itemsOf(part.content)) {
    if (!isMultiModalContent(item)) {
      content.push(valueBlock(item, facts.bedrockToolResultFormat))
      continue
    }
    if (goesInside(item, scope)) {
      content.push(mapFile(item, scope) as ToolResultContentBlock)
      continue
    }
    content.push({ text: filePlaceholder(item) })
    const kind = kindOfFile(item)
    const sibling = isColocatable(kind, facts) ? beside : later
    sibling.push([{ text: fileIntroduction(item) }, mapFile(item, scope)])
  }
  if (content.length === 0) content.push(valueBlock(part.content ?? '', facts.bedrockToolResultFormat))
  return { result: { toolUseId, ...withOutcome(part, content, facts) }, beside, later }
}

/** A retry prompt that answers a call: the model sees it as the failed result of that call. */
export function mapToolRetry(part: RetryPromptPart, toolUseId: string, facts: ResolvedBedrockFacts): ToolResultBlock {
  const content = [{ text: wellFormed(retryPromptText(part)) }]
  return { toolUseId, content, ...(facts.bedrockSupportsToolResultStatus && { status: 'error' as const }) }
}

function withOutcome(part: ToolReturnPart, content: ToolResultContentBlock[], facts: ResolvedBedrockFacts) {
  const failed = part.outcome === 'failed'
  if (facts.bedrockSupportsToolResultStatus)
    return { content, status: failed ? ('error' as const) : ('success' as const) }
  if (!failed) return { content }
  const text = content.map(block => block.text ?? JSON.stringify(block.json)).join('\n')
  return { content: [{ text: JSON.stringify({ error: text }) }] }
}

function itemsOf(content: unknown): readonly unknown[] {
  if (Array.isArray(content)) return content
  return content === null || content === undefined ? [] : [content]
}

/** Blank text is refused, so a tool that had nothing to say is said to. */
function valueBlock(value: unknown, format: 'text' | 'json'): ToolResultContentBlock {
  if (value === null || value === undefined || (typeof value === 'string' && value.trim() === ''))
    return { text: '(no output)' }
  if (typeof value === 'string') return { text: wellFormed(value) }
  if (format === 'json') {
    const json = toJsonValue(value)
    // for anything else Bedrock asks to "provide a json object" (as several projects report; 2026-11-23)
    if (isPlainObject(json)) return { json: wellFormedJson(json) as ToolResultContentBlock.JsonMember['json'] }
  }
  return { text: typeof value === 'object' ? textOf(value) : valueText(value) }
}

const texts = new WeakMap<object, string>()

/** The text of a value, made once: a history sends the same results with every request, and nobody changes them. */
function textOf(value: object): string {
  let text = texts.get(value)
  if (text === undefined) texts.set(value, (text = valueText(value)))
  return text
}

/** A file in S3 always goes inside: it cannot be told apart which family reads it where. */
function goesInside(item: MultiModalContent, { facts, files }: ToolResultScope): boolean {
  // a search result is text at worst
  if (item.kind === 'uploaded-file' || isSearchResult(item)) return true
  const kind = kindOfFile(item)
  if (kind === 'audio') return false
  if (facts.bedrockSupportedMediaKindsInToolReturns.includes(kind)) return true
  const formats = facts.bedrockDocumentFormatsInToolReturns
  if (kind !== 'document' || formats.length === 0) return false
  const format = formatOfSentDocument(item, files)
  return format !== undefined && formats.includes(format)
}

function isColocatable(kind: MediaKind, facts: ResolvedBedrockFacts): boolean {
  const allowed = facts.bedrockToolResultColocatableContent
  return kind !== 'audio' && allowed.includes(kind) && allowed.includes('text')
}
