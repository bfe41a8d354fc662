import { setKey } from '../../messages/json-value.ts'
import { isPlainObject } from '../../util/json.ts'

/** Half a character, as it is left when text is cut in the middle of an emoji, becomes U+FFFD: Bedrock refuses a request that holds
 *  one, and with it every later request of the conversation.
 *  @see https://github.com/latitude-dev/latitude-llm/pull/3310 (read 2026-11-23) */
export function wellFormed(text: string): string {
  // ES2024, in Node since 20: the compiler's library is a year older
  return (text as unknown as { toWellFormed(): string }).toWellFormed()
}

/** The same for every text in a JSON value. Returns the value itself where nothing is wrong with it. */
export function wellFormedJson(value: unknown): unknown {
  if (typeof value === 'string') return wellFormed(value)
  if (Array.isArray(value)) {
    const items = value.map(wellFormedJson)
    return items.every((item, index) => item === value[index]) ? value : items
  }
  if (!isPlainObject(value)) return value
  const entries = Object.entries(value).map(
    ([key, item]) => [key, item, wellFormed(key), wellFormedJson(item)] as const,
  )
  if (entries.every(([key, item, newKey, newItem]) => key === newKey && item === newItem)) return value
  const copy = {}
  for (const [, , key, item] of entries) setKey(copy, key, item)
  return copy
}
