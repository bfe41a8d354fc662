import type {
  Citation,
  ContentBlockDeltaEvent,
  ContentBlockStartEvent,
  ConverseStreamOutput,
  ReasoningContentBlockDelta,
  ToolResultBlock,
} from '@aws-sdk/client-bedrock-runtime'
import type { ModelEvent } from '../../messages/event.ts'
import type { JsonObject } from '../../util/json.ts'
import type { PartsManager } from '../parts-manager.ts'
import type { ResponseFacts } from '../streamed-response.ts'
import { redactedId } from './assistant-turn.ts'
import {
  detailsOf,
  filePart,
  finishReasonOf,
  nativeCallPart,
  nativeReturnPart,
  redactedSignature,
  usageOf,
  type ResponseMetadata,
  type ResponseOrigin,
} from './response.ts'

/** A content block whose pieces only make sense together. */
interface OpenBlock {
  /** Bedrock's own tool: its input, piece by piece. */
  nativeCall?: { readonly name?: string; readonly toolUseId?: string; input: string }
  nativeReturn?: ToolResultBlock & { text: string }
  image?: { readonly format?: string; readonly chunks: Uint8Array[] }
  redacted?: Uint8Array[]
  citations?: Citation[]
  /** A function tool's first piece `{}`, held back: some models send it before the real arguments. */
  heldArgs?: string
}

/** Turns the events of `ConverseStream` into parts, through the same functions as a whole answer. Blocks are told apart by
 *  their index; text and reasoning have no start of their own.
 *  @see https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ConverseStreamOutput.html (read 2026-11-23) */
export class StreamAssembler {
  readonly #parts: PartsManager
  readonly #facts: ResponseFacts
  readonly #origin: ResponseOrigin
  readonly #open = new Map<number, OpenBlock>()
  #index = 0
  #stopReason: string | undefined
  #metadata: ResponseMetadata = {}

  constructor(parts: PartsManager, facts: ResponseFacts, origin: ResponseOrigin) {
    this.#parts = parts
    this.#facts = facts
    this.#origin = origin
  }

  /** The model has said why it stopped: without that, an end is not an end. */
  get isStopped(): boolean {
    return this.#stopReason !== undefined
  }

  /** The event to pass on for one event of Bedrock; unknown ones give none. */
  handle(event: ConverseStreamOutput): ModelEvent | undefined {
    if (event.contentBlockDelta !== undefined) return this.#delta(event.contentBlockDelta)
    if (event.contentBlockStart !== undefined) return this.#start(event.contentBlockStart)
    if (event.contentBlockStop !== undefined) return this.#stop(event.contentBlockStop.contentBlockIndex)
    if (event.messageStop !== undefined) {
      const { stopReason, additionalModelResponseFields } = event.messageStop
      this.#stopReason = stopReason ?? 'unknown'
      this.#facts.finishReason = finishReasonOf(stopReason)
      this.#note({ additionalModelResponseFields })
    } else if (event.metadata !== undefined) {
      this.#facts.usage = usageOf(event.metadata.usage)
      this.#note(event.metadata)
    }
    return undefined
  }

  #note(metadata: ResponseMetadata): void {
    this.#metadata = { ...this.#metadata, ...metadata }
    this.#facts.providerDetails = detailsOf(this.#stopReason, this.#metadata)
  }

  #start({ start, contentBlockIndex }: ContentBlockStartEvent): ModelEvent | undefined {
    const index = (this.#index = contentBlockIndex ?? this.#index + 1)
    if (start?.toolUse !== undefined) {
      const { name, toolUseId, type } = start.toolUse
      if (type !== 'server_tool_use')
        return this.#parts.handleToolCall(index, {
          toolName: name && this.#origin.names.fromWire(name),
          toolCallId: toolUseId,
        })
      this.#block(index).nativeCall = { name, toolUseId, input: '' }
    } else if (start?.toolResult !== undefined) {
      this.#block(index).nativeReturn = { content: [], ...start.toolResult, text: '' } as OpenBlock['nativeReturn']
    } else if (start?.image !== undefined) {
      this.#block(index).image = { format: start.image.format, chunks: [] }
    }
    return undefined
  }

  #delta({ delta, contentBlockIndex }: ContentBlockDeltaEvent): ModelEvent | undefined {
    if (delta === undefined) return undefined
    const index = (this.#index = contentBlockIndex ?? this.#index)
    if (delta.text !== undefined) {
      return delta.text === '' ? undefined : this.#parts.handleText(index, { content: delta.text })
    }
    if (delta.toolUse !== undefined) return this.#arguments(index, delta.toolUse.input ?? '')
    if (delta.reasoningContent !== undefined) return this.#reasoning(index, delta.reasoningContent)
    if (delta.toolResult !== undefined) {
      const result = this.#open.get(index)?.nativeReturn
      for (const piece of delta.toolResult) {
        if (piece.json !== undefined) result?.content?.push({ json: piece.json })
        else if (piece.text !== undefined && result !== undefined) result.text += piece.text
      }
    } else if (delta.image?.source?.bytes !== undefined) {
      this.#open.get(index)?.image?.chunks.push(delta.image.source.bytes)
    } else if (delta.citation !== undefined) {
      ;(this.#block(index).citations ??= []).push(delta.citation as Citation)
    }
    return undefined
  }

  #arguments(index: number, piece: string): ModelEvent | undefined {
    const block = this.#open.get(index)
    if (block?.nativeCall !== undefined) {
      block.nativeCall.input += piece
      return undefined
    }
    if (piece === '') return undefined
    if (block?.heldArgs !== undefined) {
      // real arguments after all: the empty object before them was a stammer
      block.heldArgs = undefined
      return this.#parts.handleToolCall(index, { args: piece })
    }
    if (piece === '{}' && block === undefined) {
      this.#block(index).heldArgs = piece
      return undefined
    }
    if (block === undefined) this.#block(index)
    return this.#parts.handleToolCall(index, { args: piece })
  }

  #reasoning(index: number, reasoning: ReasoningContentBlockDelta): ModelEvent | undefined {
    const providerName = this.#origin.system
    if (reasoning.text !== undefined) {
      return reasoning.text === '' ? undefined : this.#parts.handleThinking(index, { content: reasoning.text })
    }
    if (reasoning.signature !== undefined) {
      return this.#parts.handleThinking(index, { signature: reasoning.signature, providerName })
    }
    if (reasoning.redactedContent !== undefined) (this.#block(index).redacted ??= []).push(reasoning.redactedContent)
    return undefined
  }

  #stop(contentBlockIndex: number | undefined): ModelEvent | undefined {
    const index = contentBlockIndex ?? this.#index
    const block = this.#open.get(index)
    if (block === undefined) return undefined
    this.#open.delete(index)
    const origin = this.#origin
    if (block.heldArgs !== undefined) return this.#parts.handleToolCall(index, { args: block.heldArgs })
    if (block.nativeCall !== undefined) {
      return this.#parts.handlePart(index, nativeCallPart(block.nativeCall, block.nativeCall.input, origin))
    }
    if (block.nativeReturn !== undefined) return this.#nativeReturn(index, block.nativeReturn)
    if (block.image !== undefined) {
      return this.#parts.handlePart(index, filePart('image', block.image.format, joined(block.image.chunks), origin))
    }
    if (block.redacted !== undefined) {
      const signature = redactedSignature(joined(block.redacted))
      const part = { kind: 'thinking', id: redactedId, content: '', providerName: origin.system, ...signature } as const
      return this.#parts.handlePart(index, part)
    }
    if (block.citations !== undefined) {
      const providerDetails = { citations: block.citations } as unknown as JsonObject
      return this.#parts.handleText(index, { content: '', providerName: origin.system, providerDetails })
    }
    return undefined
  }

  #nativeReturn(index: number, { text, ...result }: ToolResultBlock & { text: string }): ModelEvent | undefined {
    const content = result.content?.length ? result.content : [{ text }]
    const part = nativeReturnPart({ ...result, content }, this.#origin)
    return part && this.#parts.handlePart(index, part)
  }

  #block(index: number): OpenBlock {
    let block = this.#open.get(index)
    if (block === undefined) this.#open.set(index, (block = {}))
    return block
  }
}

function joined(chunks: readonly Uint8Array[]): Uint8Array {
  if (chunks.length === 1) return chunks[0]!
  const bytes = new Uint8Array(chunks.reduce((length, chunk) => length + chunk.length, 0))
  let at = 0
  for (const chunk of chunks) {
    bytes.set(chunk, at)
    at += chunk.length
  }
  return bytes
}
