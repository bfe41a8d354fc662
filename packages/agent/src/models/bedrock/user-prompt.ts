import type { ContentBlock, Message } from '@aws-sdk/client-bedrock-runtime'
import { UserError } from '../../errors/user-error.ts'
import type { CachePoint, UserContent, UserPrompt } from '../../messages/content.ts'
import { addCachePoint, cachePointBlock, replaceCachePoint } from './cache-points.ts'
import { mapFile, type MediaScope } from './content.ts'
import { wellFormed } from './well-formed.ts'

/** Stands beside a document that nobody wrote anything to. */
export const documentText = 'See attached document(s).'

export interface UserPromptScope extends MediaScope {
  readonly supportsPromptCaching: boolean
}

/** The blocks of one user prompt. A document needs text beside it, so one is added where there is none.
 *  @param before the turns written so far: a leading cache point belongs to the last of them that is the user's */
export function mapUserPrompt(prompt: UserPrompt, scope: UserPromptScope, before: readonly Message[]): ContentBlock[] {
  if (typeof prompt === 'string') return [{ text: isBlank(prompt) ? blankStandIn : wellFormed(prompt) }]
  const blocks: ContentBlock[] = []
  for (const item of prompt) addItem(blocks, item, scope, before)
  if (blocks.length === 0 && prompt.some(isBlankItem)) return [{ text: blankStandIn }]
  if (blocks.some(block => block.document !== undefined) && !blocks.some(block => block.text !== undefined)) {
    blocks.unshift({ text: documentText })
  }
  return blocks
}

function addItem(blocks: ContentBlock[], item: UserContent, scope: UserPromptScope, before: readonly Message[]): void {
  if (isBlankItem(item)) return
  if (typeof item === 'string') blocks.push({ text: wellFormed(item) })
  else if (item.kind === 'text-content') blocks.push({ text: wellFormed(item.content) })
  else if (item.kind !== 'cache-point') blocks.push(mapFile(item, scope))
  else if (scope.supportsPromptCaching) cacheHere(blocks, item, before)
}

/** Blank text is refused; a prompt that is nothing else says this. */
const blankStandIn = '.'

function isBlankItem(item: UserContent): boolean {
  if (typeof item === 'string') return isBlank(item)
  return item.kind === 'text-content' && isBlank(item.content)
}

function isBlank(text: string): boolean {
  return text.trim() === ''
}

function cacheHere(blocks: ContentBlock[], item: CachePoint, before: readonly Message[]): void {
  const point = cachePointBlock(item.ttl ?? '5m')
  if (blocks.length > 0) return addCachePoint(blocks, point)
  const last = before.findLast(message => message.role === 'user')
  if (last === undefined) throw new UserError('A cache point at the very start caches nothing: put content before it.')
  replaceCachePoint(last.content!, point)
}
