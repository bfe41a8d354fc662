import { isJsonObject } from '../wire.ts'
import type { JsonObject } from '../wire.ts'
import type { SeenResult } from './conversation.ts'

/** A piece of text some tool returned, and where it says it is from. */
export interface Passage {
  text: string
  source: string
  title?: string
}

const textKeys = ['text', 'content', 'body', 'snippet', 'passage', 'excerpt', 'markdown', 'description', 'summary']
const sourceKeys = ['source', 'path', 'url', 'uri', 'link', 'file', 'filename', 'id']
const titleKeys = ['title', 'heading', 'section', 'name']

/** All passages of the results, in their order. A result that names no source has its tool as the source. */
export function passagesOf(results: readonly SeenResult[]): Passage[] {
  return results
    .filter(({ result }) => result.status !== 'error')
    .flatMap(({ toolName, result }) =>
      result.content.flatMap(part => {
        if (part.json !== undefined) return fromValue(part.json, { source: toolName })
        return typeof part.text === 'string' ? fromText(part.text, { source: toolName }) : []
      }),
    )
}

type Origin = Omit<Passage, 'text'>

function fromText(text: string, origin: Origin): Passage[] {
  const trimmed = text.trim()
  if (/^[[{"]/.test(trimmed)) {
    try {
      return fromValue(JSON.parse(trimmed), origin)
    } catch {
      // not JSON after all: quote it as prose
    }
  }
  return fromProse(trimmed, origin)
}

/** Prose may carry lines such as `Source: docs/a.md` or `Title: Streaming` above each passage. */
function fromProse(text: string, origin: Origin): Passage[] {
  const passages: Passage[] = []
  let current = origin
  let lines: string[] = []
  const flush = () => {
    const body = lines.join('\n').trim()
    if (body) passages.push({ ...current, text: body })
    lines = []
  }
  for (const line of text.split('\n')) {
    const label = /^\s*(source|path|url|file|title)\s*:\s*(\S.*)$/i.exec(line)
    if (!label) lines.push(line)
    else {
      flush()
      const value = label[2]!.trim()
      current = label[1]!.toLowerCase() === 'title' ? { ...current, title: value } : { ...current, source: value }
    }
  }
  flush()
  return passages
}

function fromValue(value: unknown, origin: Origin): Passage[] {
  if (typeof value === 'string') return fromProse(value, origin)
  if (Array.isArray(value)) return value.flatMap(item => fromValue(item, origin))
  if (!isJsonObject(value)) return []
  const source = firstString(value, sourceKeys)
  const title = firstString(value, titleKeys)
  const here = { ...origin, ...(source && { source }), ...(title && { title }) }
  const text = firstString(value, textKeys)
  if (text) return [{ ...here, text }]
  return Object.values(value)
    .filter(item => typeof item === 'object')
    .flatMap(item => fromValue(item, here))
}

function firstString(value: JsonObject, keys: readonly string[]): string | undefined {
  for (const key of keys) {
    const item = Object.hasOwn(value, key) ? value[key] : undefined
    if (typeof item === 'string' && item.trim()) return item.trim()
  }
  return undefined
}
