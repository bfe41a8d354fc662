import type { DeferredResolution } from '../../capabilities/capability.ts'
import type { DeferredToolRequests } from '../../messages/deferred.ts'
import type { RequestPart, ToolCallPart, UserPromptPart } from '../../messages/part.ts'
import type { OutputTool } from '../../output/output.ts'
import type { CallResult } from '../../tools/call-result.ts'
import type { ToolsetTool } from '../../toolsets/toolset.ts'
import type { JsonObject } from '../../util/json.ts'
import type { Run } from '../run.ts'

/** One tool call of a response, with the tool it names. */
export type BatchCall =
  | FunctionCall
  | { readonly kind: 'output'; readonly part: ToolCallPart; readonly index: number; readonly output: OutputTool }
  | {
      readonly kind: 'unknown'
      readonly part: ToolCallPart
      readonly index: number
      /** The tool exists, but nothing has revealed it to the model yet. */
      readonly isHidden: boolean
    }

export interface FunctionCall {
  /** `external` and `unapproved` calls are put off, unless a resolution answers them. */
  readonly kind: 'function' | 'external' | 'unapproved'
  readonly part: ToolCallPart
  readonly index: number
  readonly tool: ToolsetTool
  readonly resolution?: DeferredResolution
}

export type OutputCall = Extract<BatchCall, { kind: 'output' }>
export type UnknownCall = Extract<BatchCall, { kind: 'unknown' }>

/** Names the tool of every call. */
export function planBatch(
  run: Run,
  parts: readonly ToolCallPart[],
  results: ReadonlyMap<string, DeferredResolution> | undefined,
): readonly BatchCall[] {
  return parts.map((part, index): BatchCall => {
    const output = run.outputTools.get(part.toolName)
    if (output !== undefined) return { kind: 'output', part, index, output }
    const tool = run.tools.get(part.toolName)
    if (tool === undefined || run.hiddenToolNames.has(part.toolName)) {
      return { kind: 'unknown', part, index, isHidden: tool !== undefined }
    }
    const kind = tool.definition.kind ?? 'function'
    const resolution = results?.get(part.toolCallId)
    return { kind: kind === 'output' ? 'function' : kind, part, index, tool, resolution }
  })
}

/** What a batch of calls has led to so far: the next request, piece by piece. */
export class BatchResults {
  /** Results and user content in the order in which they go into the request. */
  readonly #groups: RequestPart[][] = []
  readonly #calls: ToolCallPart[] = []
  readonly #approvals: ToolCallPart[] = []
  #metadata: Record<string, JsonObject> | undefined
  #held: Map<number, CallResult> | undefined
  /** A function tool asked for a correction. */
  retryAsked = false

  /** Adds the results of calls that ran together: results first, in the order of their calls, then their user content. */
  addGroup(results: ReadonlyMap<number, CallResult>, timestamp: string): void {
    const held = this.#held
    if (held !== undefined) return results.forEach((result, index) => held.set(index, result))
    const ordered = [...results].sort(([a], [b]) => a - b).map(([, result]) => result)
    const parts: RequestPart[] = []
    const contents: UserPromptPart[] = []
    for (const { part, content, revealed } of ordered) {
      parts.push(part)
      if (revealed !== undefined && revealed.length > 0) {
        parts.push({ kind: 'tool-availability-delta', toolsAdded: revealed, toolCallId: part.toolCallId })
      }
      if (content !== undefined) contents.push({ kind: 'user-prompt', content, timestamp })
    }
    this.#groups.push([...parts, ...contents])
  }

  /** From now on results wait for others that run apart from them, and become one group with them.
   *  @returns by the index of their calls, for others to be added */
  hold(): Map<number, CallResult> {
    return (this.#held = new Map())
  }

  addHeld(timestamp: string): void {
    const held = this.#held
    this.#held = undefined
    if (held !== undefined) this.addGroup(held, timestamp)
  }

  addPart(part: RequestPart): void {
    this.#groups.push([part])
  }

  /** Swaps a part that was added for another. */
  replace(part: RequestPart, replacement: RequestPart): void {
    for (const group of this.#groups) {
      const at = group.indexOf(part)
      if (at >= 0) group[at] = replacement
    }
  }

  defer(kind: 'call' | 'approval', part: ToolCallPart, metadata: JsonObject | undefined): void {
    const list = kind === 'call' ? this.#calls : this.#approvals
    list.push(part)
    // without a prototype: an id may be `__proto__`
    if (metadata !== undefined)
      (this.#metadata ??= Object.create(null) as Record<string, JsonObject>)[part.toolCallId] = metadata
  }

  get hasDeferred(): boolean {
    return this.#calls.length > 0 || this.#approvals.length > 0
  }

  /** The calls put off since the last time this was asked; they are forgotten here. */
  takeDeferred(): DeferredToolRequests | undefined {
    if (!this.hasDeferred) return undefined
    return {
      kind: 'deferred-tool-requests',
      calls: this.#calls.splice(0),
      approvals: this.#approvals.splice(0),
      metadata: { ...this.#metadata },
    }
  }

  get parts(): readonly RequestPart[] {
    return this.#groups.flat()
  }
}
