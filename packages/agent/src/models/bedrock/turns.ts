import type { ContentBlock, Message } from '@aws-sdk/client-bedrock-runtime'
import { filesPerMessage, type BedrockContentKind } from './families.ts'

/** Synthetic turns say this: several models refuse whitespace. */
const filler: ContentBlock.TextMember = { text: '.' }

/** Joins neighbouring user turns. Where the family cannot have a tool result beside what would come next to it, or the files
 *  would be too many for one message, an assistant turn goes between: Bedrock itself joins turns of one role again, so leaving
 *  them apart would not help. */
export function mergeTurns(messages: readonly Message[], beside: readonly BedrockContentKind[]): Message[] {
  const merged: Message[] = []
  for (const message of messages) {
    const last = merged.at(-1)
    if (last?.role !== 'user' || message.role !== 'user') {
      merged.push(message)
    } else if (mayStandTogether(last.content!, message.content!, beside) && hasRoom(last.content!, message.content!)) {
      last.content!.push(...message.content!)
    } else {
      merged.push({ role: 'assistant', content: [{ ...filler }] }, message)
    }
  }
  return merged
}

const limitedKinds = Object.keys(filesPerMessage) as (keyof typeof filesPerMessage)[]

/** Whether one message may hold the files of both. */
export function hasRoom(a: readonly ContentBlock[], b: readonly ContentBlock[]): boolean {
  return limitedKinds.every(kind => {
    const added = countOf(kind, b)
    return added === 0 || countOf(kind, a) + added <= filesPerMessage[kind]
  })
}

function countOf(kind: keyof typeof filesPerMessage, blocks: readonly ContentBlock[]): number {
  let count = 0
  for (const block of blocks) if (block[kind] !== undefined) count++
  return count
}

/** A conversation needs a turn, and most families need it to be the user's. */
export function ensureUserTurnFirst(messages: Message[], mayLeadWithAssistant: boolean): void {
  const first = messages[0]
  if (first === undefined || (first.role !== 'user' && !mayLeadWithAssistant)) {
    messages.unshift({ role: 'user', content: [{ ...filler }] })
  }
}

/** An answer at the very end is one to go on with. Its text may not end in blanks, and models that do not go on with answers need
 *  a turn of the user's.
 *  @see https://github.com/langchain-ai/langchain-aws/pull/599 (read 2026-11-23) */
export function finishLastTurn(messages: Message[], mayEndWithAssistant: boolean): void {
  const last = messages.at(-1)
  if (last?.role !== 'assistant') return
  // calls want results, and nothing else will do
  if (last.content!.some(block => block.toolUse !== undefined && block.toolUse.type === undefined)) return
  const text = last.content!.at(-1)?.text
  if (!mayEndWithAssistant) messages.push({ role: 'user', content: [{ ...filler }] })
  else if (text !== undefined && text !== text.trimEnd())
    last.content!.splice(-1, 1, { text: text.trimEnd() || filler.text })
}

/** Answers stand in the order of the calls, and before anything else of their turn: Bedrock looks for them there,
 *  and an order that depends on which tool was faster defeats the prompt cache. */
export function orderToolResults(messages: readonly Message[]): void {
  for (let turn = 1; turn < messages.length; turn++) {
    const content = messages[turn]!.content!
    if (messages[turn]!.role !== 'user' || content.length < 2 || !content.some(isResult)) continue
    const order = callOrder(messages[turn - 1]!.content!)
    const rank = (block: ContentBlock) =>
      isResult(block) ? (order.get(block.toolResult!.toolUseId!) ?? order.size) : Number.MAX_SAFE_INTEGER
    if (content.every((block, index) => index === 0 || rank(content[index - 1]!) <= rank(block))) continue
    content.sort((a, b) => rank(a) - rank(b))
  }
}

function callOrder(content: readonly ContentBlock[]): ReadonlyMap<string, number> {
  return new Map(content.flatMap(block => block.toolUse?.toolUseId ?? []).map((id, index) => [id, index]))
}

function isResult(block: ContentBlock): boolean {
  return block.toolResult !== undefined
}

function mayStandTogether(
  a: readonly ContentBlock[],
  b: readonly ContentBlock[],
  beside: readonly BedrockContentKind[],
) {
  const hasResult = a.some(isResult) || b.some(isResult)
  return !hasResult || (a.every(block => fits(block, beside)) && b.every(block => fits(block, beside)))
}

function fits(block: ContentBlock, beside: readonly BedrockContentKind[]): boolean {
  if (isResult(block) || block.cachePoint !== undefined) return true
  // marked text and search results are more than text: only families that take everything take them there
  if (block.guardContent !== undefined || block.searchResult !== undefined) return beside.includes('document')
  const kind = (['text', 'image', 'document', 'video'] as const).find(key => block[key] !== undefined)
  return kind === undefined || beside.includes(kind)
}
