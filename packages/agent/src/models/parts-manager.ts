import { UnexpectedModelBehavior } from '../errors/run-error.ts'
import type { ModelEvent, PartDelta } from '../messages/event.ts'
import type { ResponsePart, TextPart, ThinkingPart, ToolCallPart, ToolKind } from '../messages/part.ts'
import { given, isPlainObject, type JsonObject } from '../util/json.ts'

/** The provider's own name for a part of the answer: a content index, an item id. `undefined`: it does not name them. */
export type VendorPartId = string | number | undefined

interface ProviderUpdate {
  readonly id?: string
  readonly providerName?: string
  readonly providerDetails?: JsonObject
}

export interface TextUpdate extends ProviderUpdate {
  readonly content: string
}

export interface ThinkingUpdate extends ProviderUpdate {
  readonly content?: string
  readonly signature?: string
}

export interface ToolCallUpdate extends ProviderUpdate {
  /** Appended to the name known so far. */
  readonly toolName?: string
  /** JSON text to append, or keys to merge. */
  readonly args?: string | JsonObject
  readonly toolCallId?: string
}

export interface PartsManagerOptions {
  /** A text delta that equals a tag opens or closes a thinking part. Leave out where the provider separates thinking itself. */
  readonly thinkingTags?: readonly [open: string, close: string]
  /** A text part begins with the first delta that is more than blanks. */
  readonly ignoreLeadingWhitespace?: boolean
  /** Tools the framework knows more about, by name: their calls are marked from the first event on. */
  readonly toolKinds?: ReadonlyMap<string, ToolKind>
  /** Id of a call whose provider gives none. */
  readonly newToolCallId?: () => string
}

type Draft = TextDraft | ThinkingDraft | ToolCallDraft | WholeDraft

/** A part being written. `part` is the last snapshot, dropped by the next change. */
interface DraftFields {
  /** Position among the parts; -1 before it is emitted. */
  index: number
  id: string | undefined
  providerName: string | undefined
  providerDetails: JsonObject | undefined
}
interface TextDraft extends DraftFields {
  readonly kind: 'text'
  content: string
  part: TextPart | undefined
}
interface ThinkingDraft extends DraftFields {
  readonly kind: 'thinking'
  content: string
  signature: string | undefined
  /** Opened by a tag in the text, so text goes here until the closing tag. */
  tagged: boolean
  part: ThinkingPart | undefined
}
interface ToolCallDraft extends DraftFields {
  readonly kind: 'tool-call'
  /** `undefined`: the name has not arrived, nothing was emitted. */
  toolName: string | undefined
  args: string | JsonObject | undefined
  toolCallId: string | undefined
  part: ToolCallPart | undefined
}
/** A part no delta can change. */
interface WholeDraft {
  readonly kind: 'whole'
  index: number
  readonly part: ResponsePart
}

/** Assembles the parts of one streamed answer from the provider's deltas and says which event each delta is.
 *  Costs the same per delta however long the answer is: text is concatenated lazily and parts are built when asked for.
 *
 *  Every `handle*` returns the event to pass on, or `undefined` when there is nothing to say. */
export class PartsManager {
  readonly #options: PartsManagerOptions
  readonly #drafts: Draft[] = []
  readonly #byVendorId = new Map<string | number, Draft>()
  /** Calls without a vendor id or a name yet. */
  #nameless: ToolCallDraft | undefined
  #snapshot: readonly ResponsePart[] | undefined

  constructor(options: PartsManagerOptions = {}) {
    this.#options = options
  }

  /** The parts so far. The array and its parts are never changed afterwards; the same one is returned until something changes. */
  get parts(): readonly ResponsePart[] {
    return (this.#snapshot ??= this.#drafts.map(draft => snapshot(draft, this.#options.toolKinds)))
  }

  /** @throws {RangeError} when there is no such part */
  part(index: number): ResponsePart {
    const draft = this.#drafts[index]
    if (draft === undefined) throw new RangeError(`There is no part ${index}: the answer has ${this.#drafts.length}.`)
    return snapshot(draft, this.#options.toolKinds)
  }

  /** @throws {UnexpectedModelBehavior} when the id belongs to a part of another kind */
  handleText(vendorId: VendorPartId, update: TextUpdate): ModelEvent | undefined {
    const tags = this.#options.thinkingTags
    const known = vendorId === undefined ? this.#drafts[this.#drafts.length - 1] : this.#byVendorId.get(vendorId)

    if (tags !== undefined) {
      if (known?.kind === 'thinking' && known.tagged) {
        if (update.content !== tags[1]) return this.#appendThinking(known, update)
        known.tagged = false
        if (vendorId !== undefined) this.#byVendorId.delete(vendorId)
        return undefined
      }
      if (update.content === tags[0]) return this.#openTagged(vendorId)
    }
    if (known?.kind === 'text') return this.#appendText(known, update)
    if (known !== undefined && vendorId !== undefined) throw mismatch('text', known)
    if (this.#options.ignoreLeadingWhitespace === true && update.content.trim() === '') return undefined

    return this.#start(vendorId, { kind: 'text', content: update.content, ...fields(update), part: undefined })
  }

  /** An update with neither content nor signature only carries provider details; it opens no part.
   *  @throws {UnexpectedModelBehavior} when the id belongs to a part of another kind */
  handleThinking(vendorId: VendorPartId, update: ThinkingUpdate): ModelEvent | undefined {
    const known = vendorId === undefined ? this.#drafts[this.#drafts.length - 1] : this.#byVendorId.get(vendorId)
    if (known?.kind === 'thinking') return this.#appendThinking(known, update)
    if (known !== undefined && vendorId !== undefined) throw mismatch('thinking', known)
    if (update.content === undefined && update.signature === undefined) return undefined

    return this.#start(vendorId, {
      kind: 'thinking',
      content: update.content ?? '',
      signature: update.signature,
      tagged: false,
      ...fields(update),
      part: undefined,
    })
  }

  /** A piece of a call. Nothing is emitted until the name is known; the part then starts with all arguments so far.
   *  Without a vendor id, a name begins a new call and anything else belongs to the latest one.
   *  @throws {UnexpectedModelBehavior} when the id belongs to a part of another kind, or text and object arguments mix */
  handleToolCall(vendorId: VendorPartId, update: ToolCallUpdate): ModelEvent | undefined {
    const known = this.#knownCall(vendorId, update)
    if (known === undefined) return this.#startCall(vendorId, update)
    if (known.kind !== 'tool-call') throw mismatch('tool-call', known)
    if (known.toolName === undefined) {
      mergeCall(known, update)
      return known.toolName === undefined ? undefined : this.#emitCall(known)
    }

    mergeCall(known, update)
    this.#snapshot = undefined
    return {
      kind: 'part-delta',
      index: known.index,
      delta: toolCallDelta(update, known.toolCallId),
    }
  }

  /** A part that arrives whole. Replaces the one of the same vendor id and kind; deltas may follow it. */
  handlePart(vendorId: VendorPartId, part: ResponsePart): ModelEvent {
    const draft = draftOf(markToolKind(part, this.#options.toolKinds))
    const known = vendorId === undefined ? undefined : this.#byVendorId.get(vendorId)
    this.#register(vendorId, draft)
    if (known === undefined || known.index < 0 || kindOf(known) !== part.kind) return this.#push(draft)

    this.#drafts[known.index] = draft
    return this.#started(draft, known.index)
  }

  #start(vendorId: VendorPartId, draft: Draft): ModelEvent {
    this.#register(vendorId, draft)
    return this.#push(draft)
  }

  #register(vendorId: VendorPartId, draft: Draft): void {
    if (vendorId !== undefined) this.#byVendorId.set(vendorId, draft)
  }

  #push(draft: Draft): ModelEvent {
    this.#drafts.push(draft)
    return this.#started(draft, this.#drafts.length - 1)
  }

  #started(draft: Draft, index: number): ModelEvent {
    draft.index = index
    this.#snapshot = undefined
    return { kind: 'part-start', index, part: snapshot(draft, this.#options.toolKinds) }
  }

  #openTagged(vendorId: VendorPartId): ModelEvent {
    return this.#start(vendorId, {
      kind: 'thinking',
      content: '',
      signature: undefined,
      tagged: true,
      ...fields({}),
      part: undefined,
    })
  }

  #appendText(draft: TextDraft, update: TextUpdate): ModelEvent | undefined {
    draft.content += update.content
    this.#mergeFields(draft, update)
    const delta = withProvider({ kind: 'text', contentDelta: update.content }, update)
    return { kind: 'part-delta', index: draft.index, delta }
  }

  #appendThinking(draft: ThinkingDraft, update: ThinkingUpdate): ModelEvent | undefined {
    const { content, signature } = update
    if (!content && signature === undefined && update.providerDetails === undefined) return undefined
    if (content !== undefined) draft.content += content
    if (signature !== undefined) draft.signature = signature
    this.#mergeFields(draft, update)
    const delta: PartDelta = {
      kind: 'thinking',
      ...(content !== undefined && { contentDelta: content }),
      ...(signature !== undefined && { signatureDelta: signature }),
    }
    return { kind: 'part-delta', index: draft.index, delta: withProvider(delta, update) }
  }

  #mergeFields(draft: TextDraft | ThinkingDraft, update: ProviderUpdate): void {
    draft.part = undefined
    this.#snapshot = undefined
    mergeProvider(draft, update)
  }

  #knownCall(vendorId: VendorPartId, update: ToolCallUpdate): Draft | undefined {
    if (vendorId !== undefined) return this.#byVendorId.get(vendorId)
    if (this.#nameless !== undefined) return this.#nameless
    if (update.toolName !== undefined) return undefined
    const latest = this.#drafts[this.#drafts.length - 1]
    return latest?.kind === 'tool-call' ? latest : undefined
  }

  #startCall(vendorId: VendorPartId, update: ToolCallUpdate): ModelEvent | undefined {
    const draft = newCall(update)
    this.#register(vendorId, draft)
    if (draft.toolName !== undefined) return this.#emitCall(draft)
    if (vendorId === undefined) this.#nameless = draft
    return undefined
  }

  #emitCall(draft: ToolCallDraft): ModelEvent {
    if (this.#nameless === draft) this.#nameless = undefined
    draft.toolCallId ??= this.#newToolCallId()
    return this.#push(draft)
  }

  #newToolCallId(): string {
    return (this.#options.newToolCallId ?? newToolCallId)()
  }
}

function newToolCallId(): string {
  return `call_${crypto.randomUUID().replaceAll('-', '')}`
}

function newCall(update: ToolCallUpdate): ToolCallDraft {
  return {
    kind: 'tool-call',
    toolName: update.toolName,
    args: update.args,
    toolCallId: update.toolCallId,
    ...fields(update),
    part: undefined,
  }
}

function mergeCall(draft: ToolCallDraft, update: ToolCallUpdate): void {
  if (update.toolName !== undefined) draft.toolName = (draft.toolName ?? '') + update.toolName
  if (update.args !== undefined) draft.args = mergeArgs(draft.args, update.args)
  if (update.toolCallId !== undefined) draft.toolCallId = update.toolCallId
  draft.part = undefined
  mergeProvider(draft, update)
}

function mergeArgs(known: string | JsonObject | undefined, more: string | JsonObject): string | JsonObject {
  if (known === undefined) return more
  if (typeof known === 'string' && typeof more === 'string') return known + more
  if (isPlainObject(known) && isPlainObject(more)) return { ...known, ...more } as JsonObject
  throw new UnexpectedModelBehavior(
    `The model sent the arguments of one call both as text and as an object: ${JSON.stringify(more)} after ${JSON.stringify(known)}.`,
  )
}

function mergeProvider(draft: DraftFields, update: ProviderUpdate): void {
  if (update.id !== undefined) draft.id = update.id
  if (update.providerName !== undefined) draft.providerName = update.providerName
  if (update.providerDetails !== undefined) {
    draft.providerDetails = { ...draft.providerDetails, ...update.providerDetails }
  }
}

function fields(update: ProviderUpdate): DraftFields {
  return { index: -1, id: update.id, providerName: update.providerName, providerDetails: update.providerDetails }
}

function toolCallDelta(update: ToolCallUpdate, toolCallId: string | undefined): PartDelta {
  return withProvider(
    {
      kind: 'tool-call',
      ...(update.toolName !== undefined && { toolNameDelta: update.toolName }),
      ...(update.args !== undefined && { argsDelta: update.args }),
      toolCallId,
    },
    update,
  )
}

function withProvider(delta: PartDelta, { providerName, providerDetails }: ProviderUpdate): PartDelta {
  if (providerName === undefined && providerDetails === undefined) return delta
  return { ...delta, ...given({ providerName, providerDetails }) }
}

/** The part as it stands, without keys that were never set. */
function snapshot(draft: Draft, toolKinds: ReadonlyMap<string, ToolKind> | undefined): ResponsePart {
  if (draft.kind === 'whole') return draft.part
  if (draft.part !== undefined) return draft.part
  switch (draft.kind) {
    case 'text':
      return (draft.part = { kind: 'text', content: draft.content, ...providerFields(draft) })
    case 'thinking':
      return (draft.part = thinkingPart(draft))
    case 'tool-call':
      return (draft.part = callPart(draft, toolKinds))
  }
}

function thinkingPart(draft: ThinkingDraft): ThinkingPart {
  return {
    kind: 'thinking',
    content: draft.content,
    ...given({ signature: draft.signature }),
    ...providerFields(draft),
  }
}

function callPart(draft: ToolCallDraft, toolKinds: ReadonlyMap<string, ToolKind> | undefined): ToolCallPart {
  const toolName = draft.toolName!
  const toolKind = toolKinds?.get(toolName)
  return {
    kind: 'tool-call',
    toolName,
    ...given({ args: draft.args }),
    toolCallId: draft.toolCallId!,
    ...given({ toolKind }),
    ...providerFields(draft),
  }
}

function providerFields({ id, providerName, providerDetails }: DraftFields): ProviderUpdate {
  return given({ id, providerName, providerDetails })
}

/** A call of a tool the framework knows more about carries the tool's kind. Other parts are returned as they are. */
export function markToolKind<T extends ResponsePart>(part: T, toolKinds: ReadonlyMap<string, ToolKind> | undefined): T {
  if (part.kind !== 'tool-call' || part.toolKind !== undefined) return part
  const toolKind = toolKinds?.get(part.toolName)
  return toolKind === undefined ? part : { ...part, toolKind }
}

function draftOf(part: ResponsePart): Draft {
  switch (part.kind) {
    case 'text':
      return { kind: 'text', content: part.content, ...fields(part), part }
    case 'thinking':
      return {
        kind: 'thinking',
        content: part.content,
        signature: part.signature,
        tagged: false,
        ...fields(part),
        part,
      }
    case 'tool-call':
      return { ...newCall(part), part }
    default:
      return { kind: 'whole', index: -1, part }
  }
}

function kindOf(draft: Draft): ResponsePart['kind'] {
  return draft.kind === 'whole' ? draft.part.kind : draft.kind
}

function mismatch(kind: string, draft: Draft): UnexpectedModelBehavior {
  return new UnexpectedModelBehavior(`The model sent a ${kind} delta for a part of kind ${kindOf(draft)}.`)
}
