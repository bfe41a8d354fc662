import { isPlainObject, type JsonObject } from '../util/json.ts'
import type { MultiModalContent } from './content.ts'
import { isMultiModalContent, writeToolContent } from './content-codec.ts'
import type { NativeToolReturnPart, ToolReturnPart } from './part.ts'
import { identifierOf } from './user-content.ts'

type Result = Pick<ToolReturnPart | NativeToolReturnPart, 'content' | 'outcome'>

/** What a tool returned, one by one: the items of an array, else the value itself. */
export function toolReturnItems({ content }: Result): readonly unknown[] {
  return Array.isArray(content) ? (content as readonly unknown[]) : [content]
}

/** The files among the items. */
export function toolReturnFiles(part: Result): MultiModalContent[] {
  return toolReturnItems(part).filter(isMultiModalContent)
}

/** A tool's result as the text a model reads: text as it is, nothing for null, else compact JSON;
 *  `{"error":…}` around a failure. Files among the items become "See file …", for providers that take none in results:
 *  such a provider is sent the files afterwards, each after `fileIntroduction`.
 *
 *  @example toolReturnText({ content: { celsius: 7 } }) // '{"celsius":7}' */
export function toolReturnText(part: Result): string {
  const text = valueText(withoutFiles(part.content))
  return part.outcome === 'failed' ? JSON.stringify({ error: text }) : text
}

/** A tool's result as an object: an object as it is, nothing for null, `{"return_value":…}` around anything else,
 *  `{"error":…}` around a failure. */
export function toolReturnObject(part: Result): JsonObject {
  const content = withoutFiles(part.content)
  if (part.outcome === 'failed') return { error: valueText(content) }
  if (content === null || content === undefined) return {}
  const value = writeToolContent(content, {})
  return (isPlainObject(value) ? value : { return_value: value }) as JsonObject
}

/** One item of a result as text. */
export function valueText(value: unknown): string {
  if (typeof value === 'string') return value
  if (value === null || value === undefined) return ''
  return JSON.stringify(writeToolContent(value, {}))
}

/** Stands in a tool's result for a file that follows after it. */
export function filePlaceholder(file: MultiModalContent): string {
  return `See file ${identifierOf(file)}.`
}

/** Goes before a file that a tool's result refers to. */
export function fileIntroduction(file: MultiModalContent): string {
  return `This is file ${identifierOf(file)}:`
}

function withoutFiles(content: unknown): unknown {
  if (isMultiModalContent(content)) return filePlaceholder(content)
  if (!Array.isArray(content)) return content
  return content.map(item => (isMultiModalContent(item) ? filePlaceholder(item) : (item as unknown)))
}
