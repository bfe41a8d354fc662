import type { ContentBlock, Message, SystemContentBlock, Tool } from '@aws-sdk/client-bedrock-runtime'
import { UserError } from '../../errors/user-error.ts'
import type { BedrockCacheSetting } from './settings.ts'

/** A request may hold this many cache points, wherever they stand.
 *  @see https://docs.aws.amazon.com/bedrock/latest/userguide/prompt-caching.html (read 2026-08-22) */
const maxCachePoints = 4

export type CachePointBlock = ContentBlock.CachePointMember

export function cachePointBlock(setting: BedrockCacheSetting | undefined): CachePointBlock {
  return { cachePoint: { type: 'default', ...(typeof setting === 'string' && { ttl: setting }) } }
}

/** Where a cache point may go: Bedrock refuses one right after a document or a video, so it stands before those that
 *  end the message. 0: the message is nothing but documents and videos. */
function cachePointIndex(blocks: readonly ContentBlock[]): number {
  let index = blocks.length
  while (index > 0 && isUncacheableEnd(blocks[index - 1]!)) index--
  return index
}

/** Puts a point into a message that is being written. Two points with only documents between them become one.
 *  @throws {UserError} for two points in a row, and for a message that has nothing but documents and videos */
export function addCachePoint(blocks: ContentBlock[], point: CachePointBlock): void {
  if (blocks.at(-1)?.cachePoint !== undefined) {
    throw new UserError('Two cache points in a row: remove one, the second would cache nothing.')
  }
  if (cachePointIndex(blocks) === 0) {
    throw new UserError(
      'A cache point needs text or an image before it: Bedrock caches no message that is only documents or videos.',
    )
  }
  replaceCachePoint(blocks, point)
}

/** Puts a point at the end of a finished turn, replacing one that stands there already. Does nothing where none can stand. */
export function replaceCachePoint(blocks: ContentBlock[], point: CachePointBlock): void {
  const index = cachePointIndex(blocks)
  if (index === 0) return
  if (blocks[index - 1]!.cachePoint === undefined) blocks.splice(index, 0, point)
  else blocks[index - 1] = point
}

/** The `bedrockCacheMessages` setting: a point at the end of the newest user turn, unless it ends in one. */
export function cacheNewestUserTurn(messages: readonly Message[], setting: BedrockCacheSetting): void {
  const content = messages.findLast(message => message.role === 'user')?.content
  if (content === undefined) return
  const index = cachePointIndex(content)
  if (index > 0 && content[index - 1]!.cachePoint === undefined) content.splice(index, 0, cachePointBlock(setting))
}

export interface CacheableParts {
  readonly messages: readonly Message[]
  readonly system: readonly SystemContentBlock[]
  readonly tools: readonly Tool[]
}

/** Keeps the four points that save most: those of tools and system first, then those of the newest turns.
 *  @throws {UserError} when tools and system alone hold more than four */
export function limitCachePoints({ messages, system, tools }: CacheableParts): void {
  const fixed = count(system) + count(tools)
  if (fixed > maxCachePoints) {
    throw new UserError(`Bedrock takes ${maxCachePoints} cache points at most; tools and system prompt hold ${fixed}.`)
  }
  let left = maxCachePoints - fixed
  for (let turn = messages.length - 1; turn >= 0; turn--) {
    const content = messages[turn]!.content!
    for (let index = content.length - 1; index >= 0; index--) {
      if (content[index]!.cachePoint === undefined) continue
      if (left > 0) left--
      else content.splice(index, 1)
    }
  }
}

/** Bedrock refuses a point of an hour behind a shorter one, in the order tools, system, messages: such a point becomes short.
 *  So does every one for a model that has no hours.
 *  @see https://platform.claude.com/docs/en/build-with-claude/prompt-caching (read 2026-08-22) */
export function fitCacheTimes({ messages, system, tools }: CacheableParts, hasHours: boolean): void {
  let isShort = false
  for (const blocks of [tools, system, ...messages.map(message => message.content!)]) {
    for (const { cachePoint } of blocks) {
      if (cachePoint === undefined) continue
      if (cachePoint.ttl === '1h') {
        if (!hasHours) delete cachePoint.ttl
        else if (isShort) cachePoint.ttl = '5m'
      }
      isShort ||= cachePoint.ttl !== '1h'
    }
  }
}

function count(blocks: readonly (SystemContentBlock | Tool)[]): number {
  return blocks.filter(block => block.cachePoint !== undefined).length
}

function isUncacheableEnd(block: ContentBlock): boolean {
  return block.document !== undefined || block.video !== undefined
}
