import { cached } from '../util/cached.ts'
import type { ModelMessage, ModelRequest, ModelResponse } from '../messages/message.ts'
import type { RequestPart, ResponsePart } from '../messages/part.ts'
import type { Model, ModelRequestParameters } from './model.ts'
import type { ModelProfile } from './profile.ts'
import { isForeignSearch, splitForeignSearch } from './prepare-native-search.ts'
import { renderReveal, RevealedTools, type RenderedReveal } from './prepare-reveals.ts'
import { emptyUsage } from '../usage/usage.ts'

/** Rewrites what a model cannot express, for this request only; the history stays as it is:
 *  - speech becomes its transcript
 *  - a system prompt that is not at the start becomes user text in `<system>` tags, unless the model takes it inline
 *  - revealed tools (`tool-availability-delta`) become an announcement or a tool search, unless the model can add tools itself
 *  - another provider's tool search becomes a search by our own tool
 *
 *  Returns `messages` itself when there is nothing to rewrite. A history that only grows is looked at once: each call costs
 *  as much as was added since the last call with the same array and profile.
 *  @param parameters as prepared */
export function prepareMessages(
  model: Model,
  messages: readonly ModelMessage[],
  parameters: ModelRequestParameters,
): readonly ModelMessage[] {
  const rewrite = rewriteOf(model, messages)
  if (!rewrite.continues(messages, parameters)) rewrite.restart()
  return rewrite.advance(messages, parameters)
}

type Rewrites = WeakMap<readonly ModelMessage[], Rewrite>

const rewrites = new WeakMap<ModelProfile, Rewrites>()
const newRewrites = (): Rewrites => new WeakMap()

function rewriteOf(model: Model, messages: readonly ModelMessage[]): Rewrite {
  const ofProfile = cached(rewrites, model.profile, newRewrites)
  let rewrite = ofProfile.get(messages)
  if (rewrite === undefined) ofProfile.set(messages, (rewrite = new Rewrite(model.profile, model.system)))
  return rewrite
}

/** How far one history has been rewritten. The last message is done anew each time: it may have been replaced since. */
class Rewrite {
  readonly #profile: ModelProfile
  readonly #system: string
  /** Messages that are done for good, and the last of them. */
  #done = 0
  #lastDone: ModelMessage | undefined
  /** The result for the messages done; `undefined`: they are as they were. */
  #out: ModelMessage[] | undefined
  #outDone = 0
  /** Nothing but system prompts so far. */
  #leading = true
  #reveals: RevealedTools | undefined

  constructor(profile: ModelProfile, system: string) {
    this.#profile = profile
    this.#system = system
  }

  continues(messages: readonly ModelMessage[], parameters: ModelRequestParameters): boolean {
    if (this.#done === 0) return true
    return messages[this.#done - 1] === this.#lastDone && this.#reveals?.stillHold(parameters) !== false
  }

  restart(): void {
    this.#done = 0
    this.#lastDone = undefined
    this.#out = undefined
    this.#outDone = 0
    this.#leading = true
    this.#reveals = undefined
  }

  advance(messages: readonly ModelMessage[], parameters: ModelRequestParameters): readonly ModelMessage[] {
    if (this.#out !== undefined) this.#out.length = this.#outDone
    for (let i = this.#done; i < messages.length; i += 1) {
      if (i === messages.length - 1) this.#commit(messages, i)
      this.#append(messages, i, parameters)
    }
    return this.#out ?? messages
  }

  #commit(messages: readonly ModelMessage[], done: number): void {
    this.#done = done
    this.#lastDone = messages[done - 1]
    this.#outDone = this.#out?.length ?? 0
  }

  #append(messages: readonly ModelMessage[], index: number, parameters: ModelRequestParameters): void {
    const message = messages[index]!
    if (isPlain(message)) {
      if (message.kind === 'response' || message.parts.length > 0) this.#leading = false
      this.#out?.push(message)
      return
    }
    const rewritten = message.kind === 'request' ? this.#request(message, parameters) : this.#response(message)
    if (this.#out === undefined) {
      if (rewritten.length === 1 && rewritten[0] === message) return
      this.#out = messages.slice(0, index)
      if (index === this.#done) this.#outDone = index
    }
    this.#out.push(...rewritten)
  }

  #request(request: ModelRequest, parameters: ModelRequestParameters): readonly ModelMessage[] {
    const out: ModelMessage[] = []
    let parts: RequestPart[] = []
    let isChanged = false
    for (const part of request.parts) {
      const { exchange, part: shown } = this.#reveal(part, parameters)
      if (exchange !== undefined) {
        if (parts.length > 0) out.push({ ...request, parts })
        out.push({ kind: 'response', parts: [exchange.call], usage: emptyUsage, timestamp: request.timestamp })
        parts = [exchange.answer]
        this.#leading = false
      }
      const placed = shown && this.#place(shown)
      if (placed !== undefined) parts.push(placed)
      if (placed !== part) isChanged = true
    }
    if (!isChanged) return [request]
    if (parts.length > 0) out.push({ ...request, parts })
    return out
  }

  #reveal(
    part: RequestPart,
    parameters: ModelRequestParameters,
  ): RenderedReveal | { part: RequestPart; exchange?: undefined } {
    if (part.kind !== 'tool-availability-delta') return { part }
    return renderReveal(part, { parameters, profile: this.#profile, reveals: (this.#reveals ??= new RevealedTools()) })
  }

  /** One part where it stands; `undefined`: it has nothing to say. */
  #place(part: RequestPart): RequestPart | undefined {
    if (part.kind === 'system-prompt') {
      if (this.#leading || this.#profile.supportsInlineSystemPrompts) return part
      return { kind: 'user-prompt', content: `<system>${part.content}</system>`, timestamp: part.timestamp }
    }
    this.#leading = false
    if (part.kind !== 'speech') return part
    if (part.transcript !== undefined) return { kind: 'user-prompt', content: part.transcript }
    if (part.audio === undefined || !this.#profile.supportsAudioInput) return undefined
    return { kind: 'user-prompt', content: [part.audio] }
  }

  #response(response: ModelResponse): readonly ModelMessage[] {
    this.#leading = false
    const spoken = withoutSpeech(response)
    const knowsSearch = this.#profile.supportedNativeTools.has('tool_search')
    const isForeign = (part: ResponsePart) => isForeignSearch(part, knowsSearch ? this.#system : undefined)
    return spoken.parts.some(isForeign) ? splitForeignSearch(spoken, isForeign) : [spoken]
  }
}

/** Kinds of parts that every model takes as they are. */
const plainKinds: ReadonlySet<string> = new Set([
  'user-prompt',
  'tool-return',
  'retry-prompt',
  'text',
  'thinking',
  'tool-call',
])

function isPlain({ parts }: ModelMessage): boolean {
  for (const { kind } of parts) if (!plainKinds.has(kind)) return false
  return true
}

function withoutSpeech(response: ModelResponse): ModelResponse {
  if (!response.parts.some(part => part.kind === 'speech')) return response
  const parts = response.parts.flatMap((part): ResponsePart[] => {
    if (part.kind !== 'speech') return [part]
    return part.transcript === undefined ? [] : [{ kind: 'text', content: part.transcript }]
  })
  return { ...response, parts }
}
