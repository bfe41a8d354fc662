import type { ModelMessage } from '../messages/message.ts'
import type { RequestPart, ResponsePart, ToolReturnPart, NativeToolReturnPart } from '../messages/part.ts'
import { argsAsObject } from '../messages/call-args.ts'
import type { ToolDefinition } from '../tools/tool-definition.ts'
import { cached } from '../util/cached.ts'
import { isPlainObject } from '../util/json.ts'

/** What the history has revealed since the last compaction: what a model no longer remembers is hidden again. */
export interface RevealState {
  /** Tools found by a search or added by a tool, in the order they were revealed. */
  readonly discoveredToolNames: ReadonlySet<string>
  readonly loadedCapabilityIds: ReadonlySet<string>
}

/** Reads the state off the messages, so that it survives storage and a change of the model.
 *  A history that only grows is read once: each call costs as much as was added since the last one with the same array.
 *  The sets are live; copy them to keep them. */
export function revealState(messages: readonly ModelMessage[]): RevealState {
  return cached(readings, messages, () => new Reading()).advance(messages)
}

const readings = new WeakMap<readonly ModelMessage[], Reading>()

class Reading {
  /** Messages read for good, and the last of them; the last one of the history may still be replaced. */
  #done = 0
  #lastDone: ModelMessage | undefined
  #kept = new State()

  advance(messages: readonly ModelMessage[]): RevealState {
    if (this.#done > 0 && messages[this.#done - 1] !== this.#lastDone) {
      this.#done = 0
      this.#kept = new State()
    }
    const keep = Math.max(messages.length - 1, 0)
    for (; this.#done < keep; this.#done += 1) this.#kept.read(messages[this.#done]!)
    this.#lastDone = messages[this.#done - 1]

    const last = messages[keep]
    if (last === undefined || !last.parts.some(isTelling)) return this.#kept
    const current = new State(this.#kept)
    current.read(last)
    return current
  }
}

class State implements RevealState {
  readonly discoveredToolNames: Set<string>
  readonly loadedCapabilityIds: Set<string>
  /** Capability by the id of the call that asks for it. */
  readonly #loads: Map<string, string>

  /** @param from is copied */
  constructor(from?: State) {
    this.discoveredToolNames = new Set(from?.discoveredToolNames)
    this.loadedCapabilityIds = new Set(from?.loadedCapabilityIds)
    this.#loads = new Map(from === undefined ? [] : from.#loads)
  }

  read(message: ModelMessage): void {
    for (const part of message.parts) if (isTelling(part)) this.#readPart(part)
  }

  #readPart(part: RequestPart | ResponsePart): void {
    switch (part.kind) {
      case 'compaction':
        this.discoveredToolNames.clear()
        this.loadedCapabilityIds.clear()
        this.#loads.clear()
        return
      case 'tool-availability-delta':
        for (const name of part.toolsAdded) this.discoveredToolNames.add(name)
        return
      case 'tool-call': {
        const { id } = argsAsObject(part)
        if (part.toolKind === 'capability-load' && typeof id === 'string') this.#loads.set(part.toolCallId, id)
        return
      }
      case 'tool-return':
      case 'builtin-tool-return':
        this.#readReturn(part)
        return
      default:
    }
  }

  #readReturn(part: ToolReturnPart | NativeToolReturnPart): void {
    if (part.outcome !== undefined && part.outcome !== 'success') return
    if (part.toolKind === 'capability-load') {
      const id = this.#loads.get(part.toolCallId)
      if (id !== undefined) this.loadedCapabilityIds.add(id)
    } else if (part.toolKind === 'tool-search') {
      for (const name of discoveredNames(part.content)) this.discoveredToolNames.add(name)
    }
  }
}

function isTelling(part: RequestPart | ResponsePart): boolean {
  if (part.kind === 'compaction' || part.kind === 'tool-availability-delta') return true
  return 'toolKind' in part && part.toolKind !== undefined
}

/** The names in a search result, as the wire has it: `{ discovered_tools: [{ name }] }`. */
function discoveredNames(content: unknown): readonly string[] {
  const found = isPlainObject(content) ? content['discovered_tools'] : undefined
  if (!Array.isArray(found)) return []
  return found.flatMap((tool: unknown) =>
    isPlainObject(tool) && typeof tool['name'] === 'string' ? [tool['name']] : [],
  )
}

/** Which hidden tools the model may see now. A capability's tools show when it is loaded, whatever else named them. */
export function revealedToolNames(definitions: Iterable<ToolDefinition>, state: RevealState): ReadonlySet<string> {
  const names = new Set<string>()
  for (const { name, deferLoading, capabilityId } of definitions) {
    if (deferLoading !== true) continue
    const isRevealed =
      capabilityId === undefined ? state.discoveredToolNames.has(name) : state.loadedCapabilityIds.has(capabilityId)
    if (isRevealed) names.add(name)
  }
  return names
}
