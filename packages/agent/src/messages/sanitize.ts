import type { MultiModalContent, UserContent, UserPrompt } from './content.ts'
import { isMultiModalContent } from './content-codec.ts'
import { setKey } from './json-value.ts'
import type { ModelMessage, ModelRequest, ModelResponse } from './message.ts'
import { reservedMetadataKey } from './merge-messages.ts'
import { pairCalls } from './pair-calls.ts'
import type { RequestPart, ResponsePart } from './part.ts'
import { isFileUrl, isMultiModalKind } from './user-content.ts'

export interface SanitizeOptions {
  /** System prompts, and the instructions stored with requests. Default `true`. */
  readonly stripSystemPrompts?: boolean
  /** Default `false`. */
  readonly stripCompactionParts?: boolean
  /** Without the colon. Default `http` and `https`. */
  readonly allowedFileUrlSchemes?: readonly string[]
  /** Values of `forceDownload` that are kept; others are taken off their URLs. Default none. */
  readonly allowedFileUrlForceDownload?: readonly (true | 'allow-local')[]
  /** Files that lie with a provider are reached with your key. Default `false`. */
  readonly allowUploadedFiles?: boolean
  /** Open calls at the end that you are about to answer. All other open calls there are stripped, or the run would execute them. */
  readonly resolvedToolCallIds?: readonly string[]
  /** Called once for everything that is taken away, with a sentence for a log. */
  readonly onStripped?: (what: string) => void
}

/** A history that came from outside, for example from a browser, without what its sender must not decide: system prompts,
 *  calls to execute, files fetched with your credentials, marks that only the framework sets.
 *
 *  @example agent.run(prompt, { messageHistory: sanitizeMessages(messagesFromWire(body.messages)) }) */
export function sanitizeMessages(messages: readonly ModelMessage[], options: SanitizeOptions = {}): ModelMessage[] {
  const rules = new Rules(options)
  const closed = stripOpenCalls(messages, rules)
  return closed
    .map(message => (message.kind === 'request' ? sanitizeRequest(message, rules) : sanitizeResponse(message, rules)))
    .filter((message, index) => message.parts.length > 0 || closed[index]?.parts.length === 0)
}

class Rules {
  readonly stripSystemPrompts: boolean
  readonly stripCompactionParts: boolean
  readonly resolved: ReadonlySet<string>
  readonly stripped: (what: string) => void
  readonly #schemes: ReadonlySet<string>
  readonly #forceDownload: ReadonlySet<unknown>
  readonly #allowUploadedFiles: boolean

  constructor(options: SanitizeOptions) {
    this.stripSystemPrompts = options.stripSystemPrompts ?? true
    this.stripCompactionParts = options.stripCompactionParts ?? false
    this.resolved = new Set(options.resolvedToolCallIds)
    this.stripped = options.onStripped ?? (() => {})
    this.#schemes = new Set((options.allowedFileUrlSchemes ?? ['http', 'https']).map(scheme => scheme.toLowerCase()))
    this.#forceDownload = new Set(options.allowedFileUrlForceDownload)
    this.#allowUploadedFiles = options.allowUploadedFiles ?? false
  }

  /** The file as far as it is allowed; `undefined`: not at all. */
  file<T extends MultiModalContent>(file: T): T | undefined {
    if (file.kind === 'uploaded-file') {
      if (this.#allowUploadedFiles) return file
      this.stripped(`A reference to the uploaded file ${JSON.stringify(file.fileId)} was stripped.`)
      return undefined
    }
    if (!isFileUrl(file)) return file
    const scheme = schemeOf(file.url)
    if (scheme === undefined || !this.#schemes.has(scheme)) {
      this.stripped(`A file URL with the scheme ${JSON.stringify(scheme ?? '')} was stripped.`)
      return undefined
    }
    if (!file.forceDownload || this.#forceDownload.has(file.forceDownload)) return file
    this.stripped(`\`forceDownload\` was taken off a file URL.`)
    const { forceDownload: _, ...rest } = file
    return rest as T
  }
}

/** As a URL parser sees it, which forgives blanks and control characters in front. */
function schemeOf(url: string): string | undefined {
  return URL.canParse(url) ? new URL(url).protocol.slice(0, -1).toLowerCase() : undefined
}

function stripOpenCalls(messages: readonly ModelMessage[], rules: Rules): readonly ModelMessage[] {
  const { dangling, lastResponse } = pairCalls(messages, new Set())
  const open = new Set(dangling.get(lastResponse))
  const response = messages[lastResponse]
  if (open.size === 0 || response?.kind !== 'response') return messages
  const parts = response.parts.filter((part, index) => {
    if (!open.has(index) || part.kind !== 'tool-call' || rules.resolved.has(part.toolCallId)) return true
    rules.stripped(`An unanswered call of the tool ${JSON.stringify(part.toolName)} was stripped.`)
    return false
  })
  if (parts.length === response.parts.length) return messages
  const rest: readonly ModelMessage[] = parts.length === 0 ? [] : [{ ...response, parts }]
  return [...messages.slice(0, lastResponse), ...rest, ...messages.slice(lastResponse + 1)]
}

function sanitizeRequest(request: ModelRequest, rules: Rules): ModelRequest {
  const parts = request.parts.flatMap(part => sanitizeRequestPart(part, rules))
  const clean = withoutReserved({ ...request, parts }, rules)
  if (!rules.stripSystemPrompts || clean.instructions === undefined) return clean
  rules.stripped('Stored instructions were stripped.')
  const { instructions: _, ...rest } = clean
  return rest
}

function sanitizeRequestPart(part: RequestPart, rules: Rules): RequestPart[] {
  switch (part.kind) {
    case 'system-prompt':
      if (!rules.stripSystemPrompts) return [part]
      rules.stripped('A system prompt was stripped.')
      return []
    case 'user-prompt': {
      const content = sanitizePrompt(part.content, rules)
      return content.length === 0 && part.content.length > 0 ? [] : [{ ...part, content }]
    }
    case 'tool-return':
      return [{ ...part, content: sanitizeValue(part.content, rules) ?? null }]
    default:
      return [part]
  }
}

function sanitizePrompt(prompt: UserPrompt, rules: Rules): UserPrompt {
  if (typeof prompt === 'string') return prompt
  return prompt.flatMap((item): UserContent[] => {
    if (typeof item === 'string' || !isFile(item)) return [item]
    const file = rules.file(item)
    return file === undefined ? [] : [file]
  })
}

/** By its kind alone: whatever else it holds, a provider would take it for a file. */
function isFile(item: Exclude<UserContent, string>): item is MultiModalContent {
  return isMultiModalKind(item.kind)
}

function sanitizeResponse(response: ModelResponse, rules: Rules): ModelResponse {
  const parts = response.parts.flatMap((part): ResponsePart[] => {
    if (part.kind === 'builtin-tool-return') {
      return [{ ...part, content: sanitizeValue(part.content, rules) ?? null }]
    }
    if (part.kind !== 'compaction' || !rules.stripCompactionParts) return [part]
    rules.stripped('A compaction part was stripped.')
    return []
  })
  return withoutReserved({ ...response, parts }, rules)
}

const maxDepth = 400

/** The value without files that are not allowed; `undefined` for such a file itself. Deeper values are taken away. */
function sanitizeValue(value: unknown, rules: Rules, depth = 0): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (depth > maxDepth) return undefined
  if (isMultiModalContent(value)) return rules.file(value)
  if (Array.isArray(value)) {
    return value.map(item => sanitizeValue(item, rules, depth + 1)).filter(item => item !== undefined)
  }
  if (!isRecord(value)) return value
  const clean = {}
  for (const [key, item] of Object.entries(value)) {
    const kept = sanitizeValue(item, rules, depth + 1)
    if (kept !== undefined) setKey(clean, key, kept)
  }
  return clean
}

/** Dates, bytes and the like hold no files. */
function isRecord(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === null || prototype === Object.prototype
}

function withoutReserved<T extends ModelMessage>(message: T, rules: Rules): T {
  if (message.metadata === undefined || !Object.hasOwn(message.metadata, reservedMetadataKey)) return message
  rules.stripped('Metadata reserved for the framework was stripped.')
  const metadata = Object.entries(message.metadata).filter(([key]) => key !== reservedMetadataKey)
  return { ...message, metadata: Object.fromEntries(metadata) }
}
