import type {
  RequestPart,
  SystemPromptPart,
  ToolAvailabilityDeltaPart,
  ToolCallPart,
  ToolReturnPart,
} from '../messages/part.ts'
import type { ToolDefinition } from '../tools/tool-definition.ts'
import type { ModelRequestParameters } from './model.ts'
import { searchToolsName } from './prepare-native-search.ts'
import type { ModelProfile } from './profile.ts'
import { visibilityOf } from './tool-visibility.ts'

/** What a revealed tool is in the request at hand: not offered, offered as usual, or offered but marked as hidden. */
type Standing = 'absent' | 'plain' | 'hidden'

/** How the tools of the reveals seen so far stood when they were rendered. */
export class RevealedTools {
  readonly #standings = new Map<string, Standing>()
  #tools: readonly ToolDefinition[] | undefined
  #names: ReadonlySet<string> = new Set()

  stillHold(parameters: ModelRequestParameters): boolean {
    for (const [name, standing] of this.#standings) {
      if (this.#standing(name, parameters) !== standing) return false
    }
    return true
  }

  note(name: string, parameters: ModelRequestParameters): Standing {
    const standing = this.#standing(name, parameters)
    this.#standings.set(name, standing)
    return standing
  }

  #standing(name: string, parameters: ModelRequestParameters): Standing {
    if (this.#tools !== parameters.functionTools) {
      this.#tools = parameters.functionTools
      this.#names = new Set(parameters.functionTools.map(tool => tool.name))
    }
    if (!this.#names.has(name)) return 'absent'
    return visibilityOf(parameters, name) === 'deferred' ? 'hidden' : 'plain'
  }
}

export interface RenderedReveal {
  /** Takes the place of the reveal: the reveal itself where the model can add tools, or an announcement. */
  readonly part?: ToolAvailabilityDeltaPart | SystemPromptPart
  /** A search that never was: how a provider that hides tools learns which to show. */
  readonly exchange?: { readonly call: ToolCallPart; readonly answer: RequestPart }
}

/** Tools that this request does not offer are not mentioned. */
export function renderReveal(
  part: ToolAvailabilityDeltaPart,
  context: { parameters: ModelRequestParameters; profile: ModelProfile; reveals: RevealedTools },
): RenderedReveal {
  if (context.profile.toolAdditionMode !== undefined) return { part }
  const standings = part.toolsAdded.map(name => [name, context.reveals.note(name, context.parameters)] as const)
  const plain = standings.filter(([, standing]) => standing === 'plain').map(([name]) => name)
  const hidden = standings.filter(([, standing]) => standing === 'hidden').map(([name]) => name)
  return {
    part: plain.length > 0 ? announcement(plain) : undefined,
    exchange: hidden.length > 0 ? searchExchange(hidden, part.toolCallId) : undefined,
  }
}

function announcement(names: readonly string[]): SystemPromptPart {
  return {
    kind: 'system-prompt',
    content: `The following tool(s) are now available: ${names.map(name => `\`${name}\``).join(', ')}`,
  }
}

/** The id depends on nothing but the reveal, so that a resent history is the same text and stays cached. */
function searchExchange(
  names: readonly string[],
  cause: string | undefined,
): { call: ToolCallPart; answer: ToolReturnPart } {
  const toolCallId = `reveal_${hash(`${cause ?? ''} ${names.join(' ')}`)}`
  return {
    call: {
      kind: 'tool-call',
      toolName: searchToolsName,
      args: { queries: names },
      toolCallId,
      toolKind: 'tool-search',
    },
    answer: {
      kind: 'tool-return',
      toolName: searchToolsName,
      content: { discovered_tools: names.map(name => ({ name })) },
      toolCallId,
      toolKind: 'tool-search',
    },
  }
}

/** FNV-1a, 32 bits, as 8 hex digits. */
function hash(text: string): string {
  let value = 0x811c9dc5
  for (let i = 0; i < text.length; i += 1) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193)
  return (value >>> 0).toString(16).padStart(8, '0')
}
