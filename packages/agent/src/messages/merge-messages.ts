import type { JsonObject, JsonValue } from '../util/json.ts'
import { isPlainObject } from '../util/json.ts'
import type { ModelMessage, ModelRequest, ModelResponse } from './message.ts'
import type { RequestPart } from './part.ts'

/** Namespace in `metadata` that models read; it survives a merge, an application's own metadata does not. */
export const reservedMetadataKey = '__pydantic_ai__'

/** Collects messages and joins neighbours that a provider takes as one turn: requests with compatible instructions,
 *  and responses that no model made. Messages that stay alone keep their identity. */
export class MessageMerger {
  readonly #out: ModelMessage[]
  #group: ModelMessage[] = []
  #instructions: string | undefined

  /** @param out receives the messages; its last one may be joined with the first that is added */
  constructor(out: ModelMessage[]) {
    this.#out = out
    const last = out.pop()
    if (last !== undefined) this.#start(last)
  }

  add(message: ModelMessage): void {
    if (this.#continues(message)) {
      this.#group.push(message)
      if (message.kind === 'request') this.#instructions ||= message.instructions
      return
    }
    this.flush()
    this.#start(message)
  }

  /** Writes what is pending. */
  flush(): void {
    const [first] = this.#group
    if (first === undefined) return
    this.#out.push(this.#group.length === 1 ? first : mergeGroup(this.#group))
    this.#group = []
  }

  #start(message: ModelMessage): void {
    this.#group = [message]
    this.#instructions = message.kind === 'request' ? message.instructions : undefined
  }

  #continues(message: ModelMessage): boolean {
    const [first] = this.#group
    if (first === undefined || first.kind !== message.kind) return false
    if (message.kind === 'response') return isUnattributed(message) && isUnattributed(first as ModelResponse)
    return !this.#instructions || !message.instructions || this.#instructions === message.instructions
  }
}

/** No provider stands behind such a response: somebody wrote it. */
function isUnattributed(response: ModelResponse): boolean {
  const { providerResponseId, providerName, modelName } = response
  return providerResponseId === undefined && providerName === undefined && modelName === undefined
}

function mergeGroup(group: readonly ModelMessage[]): ModelMessage {
  const [first] = group
  return first?.kind === 'response'
    ? { ...first, parts: (group as readonly ModelResponse[]).flatMap(response => response.parts) }
    : mergeRequests(group as readonly ModelRequest[])
}

/** Results go first, where providers expect them. Run ids and application metadata belong to single requests and are left out. */
function mergeRequests(requests: readonly ModelRequest[]): ModelRequest {
  const parts = requests.flatMap(request => request.parts)
  const timestamp = requests.findLast(request => request.timestamp !== undefined)?.timestamp
  const instructions = requests.find(request => request.instructions)?.instructions
  const metadata = reservedMetadata(requests)
  return {
    kind: 'request',
    parts: [...parts.filter(goesFirst), ...parts.filter(part => !goesFirst(part))],
    timestamp,
    instructions,
    metadata,
  }
}

function goesFirst(part: RequestPart): boolean {
  return part.kind === 'tool-return' || part.kind === 'retry-prompt'
}

function reservedMetadata(requests: readonly ModelRequest[]): JsonObject | undefined {
  const namespaces = requests
    .map(({ metadata }) =>
      metadata !== undefined && Object.hasOwn(metadata, reservedMetadataKey)
        ? metadata[reservedMetadataKey]
        : undefined,
    )
    .filter(namespace => isPlainObject(namespace)) as readonly { readonly [key: string]: JsonValue }[]
  if (namespaces.length === 0) return undefined
  return { [reservedMetadataKey]: Object.assign(Object.create(null), ...namespaces) }
}
