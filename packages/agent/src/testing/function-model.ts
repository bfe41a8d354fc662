import { UserError } from '../errors/user-error.ts'
import type { ModelEvent } from '../messages/event.ts'
import type { ModelMessage, ModelResponse } from '../messages/message.ts'
import type { NativeToolCallPart, NativeToolReturnPart, ResponsePart } from '../messages/part.ts'
import { joinInstructions } from '../models/instructions.ts'
import type { Model, ModelCall, ModelRequestParameters, StreamedResponse } from '../models/model.ts'
import type { PartsManager } from '../models/parts-manager.ts'
import { resolveProfile, type ModelProfile, type ProfileOverride } from '../models/profile.ts'
import type { ModelSettings } from '../models/settings.ts'
import { completedStreamedResponse, streamedResponse } from '../models/streamed-response.ts'
import { declaredFunctionTools } from '../models/tool-visibility.ts'
import { nativeToolKinds } from '../native-tools/index.ts'
import type { ToolDefinition } from '../tools/tool-definition.ts'
import { emptyUsage, totalTokens, type RequestUsage } from '../usage/usage.ts'
import type { JsonObject, MaybePromise } from '../util/json.ts'
import { estimateOutputTokens, estimateTokens, estimateUsage } from './estimate-usage.ts'

/** What a scripted model is told besides the messages. */
export interface FunctionModelInfo {
  /** Those on offer: hidden ones are left out. */
  readonly functionTools: readonly ToolDefinition[]
  readonly outputTools: readonly ToolDefinition[]
  readonly allowTextOutput: boolean
  /** As prepared. */
  readonly settings: ModelSettings
  /** As prepared. */
  readonly parameters: ModelRequestParameters
  /** All of them, joined. */
  readonly instructions: string | undefined
  /** Aborted when nobody waits for the answer any more. */
  readonly signal: AbortSignal
}

/** An answer: its text, or its parts with what else is to be said of it. Usage is estimated unless given. */
export type FunctionAnswer =
  | string
  | (Partial<Omit<ModelResponse, 'kind'>> & { readonly parts: readonly ResponsePart[] })

export type AnswerFunction = (
  messages: readonly ModelMessage[],
  info: FunctionModelInfo,
) => MaybePromise<FunctionAnswer>

/** A piece of a tool call. The name may come with any piece of it, and until then nothing is shown. */
export interface ToolCallPiece {
  readonly name?: string
  /** JSON text to append, or keys to merge. */
  readonly args?: string | JsonObject
  readonly toolCallId?: string
}

export interface ThinkingPiece {
  readonly thinking: string
  readonly signature?: string
}

/** A piece of a streamed answer: text, or pieces of other parts by a number that tells parts apart. */
export type StreamPiece =
  | string
  | { readonly [index: number]: ToolCallPiece | ThinkingPiece | NativeToolCallPart | NativeToolReturnPart }

export type StreamFunction = (messages: readonly ModelMessage[], info: FunctionModelInfo) => AsyncIterable<StreamPiece>

export interface FunctionModelOptions {
  /** Answers whole. Without it, the stream is read to its end. */
  readonly function?: AnswerFunction
  /** Answers piece by piece. Without it, the whole answer is replayed as a stream. */
  readonly streamFunction?: StreamFunction
  /** Default: `function:` and the names of the functions. */
  readonly modelName?: string
  /** On top of: tools, JSON schema and JSON object output, images, all native tools but tool search. */
  readonly profile?: ProfileOverride
  readonly settings?: ModelSettings
}

/** A model that is your function: full control of what "the model" says, turn by turn. Nothing leaves the process.
 *
 *  @example
 *  const model = new FunctionModel({
 *    function: (messages, info) => (messages.length === 1
 *      ? { parts: [{ kind: 'tool-call', toolName: info.functionTools[0].name, args: {}, toolCallId: '1' }] }
 *      : 'Done.'),
 *  }) */
export class FunctionModel implements Model {
  readonly modelName: string
  readonly system = 'function'
  readonly profile: ModelProfile
  readonly settings: ModelSettings | undefined
  readonly isTestDouble = true
  readonly #options: FunctionModelOptions

  /** @throws {UserError} without any function */
  constructor(options: FunctionModelOptions) {
    if (options.function === undefined && options.streamFunction === undefined) {
      throw new UserError('A FunctionModel needs `function` or `streamFunction`.')
    }
    this.#options = options
    this.modelName =
      options.modelName ?? `function:${options.function?.name ?? ''}:${options.streamFunction?.name ?? ''}`
    this.profile = options.profile === undefined ? functionProfile : resolveProfile(functionProfile, options.profile)
    this.settings = options.settings
  }

  async request(call: ModelCall): Promise<ModelResponse> {
    const answerFunction = this.#options.function
    if (answerFunction === undefined) return this.#drain(call)

    const answer = await answerFunction(call.messages, infoOf(call, call.signal ?? neverAborted))
    const response = typeof answer === 'string' ? { parts: [{ kind: 'text' as const, content: answer }] } : answer
    return {
      timestamp: new Date().toISOString(),
      ...response,
      kind: 'response',
      usage: response.usage !== undefined && hasValues(response.usage) ? response.usage : usageOf(call, response.parts),
      modelName: this.modelName,
    }
  }

  /** @throws {UserError} when the stream function yields nothing */
  async requestStream(call: ModelCall): Promise<StreamedResponse> {
    const { streamFunction } = this.#options
    if (streamFunction === undefined) return completedStreamedResponse(await this.request(call), call.parameters)

    const controller = new AbortController()
    const signal = call.signal === undefined ? controller.signal : AbortSignal.any([call.signal, controller.signal])
    const pieces = streamFunction(call.messages, infoOf(call, signal))[Symbol.asyncIterator]()
    const first = await pieces.next()
    if (first.done === true)
      throw new UserError('The stream function of a FunctionModel has to yield at least one piece.')

    return streamedResponse({
      modelName: this.modelName,
      parameters: call.parameters,
      controller,
      async *read(parts, facts) {
        // the same estimate as other implementations of this double: a stream's counts what it writes
        const { inputTokens, outputTokens } = estimateUsage([])
        let output = outputTokens
        for (let step: IteratorResult<StreamPiece> = first; step.done !== true; step = await pieces.next()) {
          const piece = step.value
          output += tokensOf(piece)
          facts.usage = usageWith(inputTokens, output)
          if (typeof piece === 'string') yield parts.handleText('text', { content: piece })
          else yield* handlePieces(piece, parts)
        }
      },
      close: () => pieces.return?.(),
    })
  }

  async countTokens(call: ModelCall): Promise<RequestUsage> {
    return estimateUsage(call.messages)
  }

  async #drain(call: ModelCall): Promise<ModelResponse> {
    const stream = await this.requestStream(call)
    for await (const _ of stream);
    return stream.response()
  }
}

const neverAborted = new AbortController().signal

const functionProfile = resolveProfile({
  supportsJsonSchemaOutput: true,
  supportsJsonObjectOutput: true,
  supportsImageOutput: true,
  // tool search is left out: hidden tools are then found by the local search tool
  supportedNativeTools: new Set<string>(nativeToolKinds.filter(kind => kind !== 'tool_search')),
})

function infoOf({ parameters, settings }: ModelCall, signal: AbortSignal): FunctionModelInfo {
  return {
    functionTools: declaredFunctionTools(parameters),
    outputTools: parameters.outputTools,
    allowTextOutput: parameters.allowTextOutput,
    settings,
    parameters,
    instructions: joinInstructions(parameters.instructionParts),
    signal,
  }
}

function usageOf({ messages }: ModelCall, parts: readonly ResponsePart[]): RequestUsage {
  const { inputTokens, outputTokens } = estimateUsage(messages)
  return usageWith(inputTokens, outputTokens + estimateOutputTokens(parts))
}

/** Written out, because it is made for every piece of a stream. */
function usageWith(inputTokens: number, outputTokens: number): RequestUsage {
  return {
    inputTokens,
    cacheWriteTokens: 0,
    cacheReadTokens: 0,
    outputTokens,
    inputAudioTokens: 0,
    cacheAudioReadTokens: 0,
    outputAudioTokens: 0,
    details: emptyUsage.details,
  }
}

function hasValues(usage: RequestUsage): boolean {
  return totalTokens(usage) > 0 || Object.keys(usage.details).length > 0
}

function* handlePieces(pieces: Exclude<StreamPiece, string>, parts: PartsManager): Generator<ModelEvent | undefined> {
  for (const [index, piece] of Object.entries(pieces)) {
    if ('kind' in piece) yield parts.handlePart(index, piece)
    else if ('thinking' in piece) {
      const { thinking: content, signature } = piece
      const providerName = signature === undefined ? undefined : 'function'
      yield parts.handleThinking(index, { content, signature, providerName })
    } else {
      const { name: toolName, args, toolCallId } = piece
      yield parts.handleToolCall(index, { toolName, args, toolCallId })
    }
  }
}

function tokensOf(piece: StreamPiece): number {
  if (typeof piece === 'string') return estimateTokens(piece)
  return Object.values(piece).reduce((sum, part: StreamPieceOf<typeof piece>) => {
    if ('kind' in part) return sum + estimateOutputTokens([part])
    if ('thinking' in part) return sum + estimateTokens(part.thinking)
    return sum + estimateTokens(typeof part.args === 'object' ? JSON.stringify(part.args) : (part.args ?? ''))
  }, 0)
}

type StreamPieceOf<T> = T extends { readonly [index: number]: infer P } ? P : never
