import type { ModelRequestParameters } from '../model.ts'

/** Bedrock's rule for names and ids of tools.
 *  @see https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ToolUseBlock.html (read 2026-11-23) */
const idPattern = /^[a-zA-Z0-9_.:-]{1,64}$/
/** Mistral's rule; ids that Bedrock itself made are taken as well.
 *  @see https://github.com/vercel/ai/issues/11863 (read 2026-08-22) */
const shortPattern = /^(?:[a-zA-Z0-9]{9}|tooluse_[\w-]{22})$/
const unsafe = /[^a-zA-Z0-9_-]/g
const namePattern = /^[a-zA-Z0-9_-]{1,64}$/

/** A model sometimes calls a tool by a name no tool may have (`$READ`); replayed as it was, every later request fails. */
function wireToolName(name: string): string {
  const safe = name.replace(unsafe, '_').slice(0, 64)
  return safe === '' ? '_' : safe
}

/** The names of a request's tools on the wire, and back: servers of tools use dots and longer names than Bedrock takes. */
export class ToolNames {
  readonly #wireByName = new Map<string, string>()
  readonly #nameByWire = new Map<string, string>()

  constructor(tools: readonly { readonly name: string }[]) {
    // names that are fine are theirs, whoever comes first
    for (const { name } of tools) if (namePattern.test(name)) this.#add(name, name)
    for (const { name } of tools) if (!this.#wireByName.has(name)) this.#add(name, this.#freeWireName(name))
  }

  /** Names of tools that are not declared are made possible as well. */
  toWire(name: string): string {
    return this.#wireByName.get(name) ?? wireToolName(name)
  }

  /** What a model calls, in the words of whoever declared it. */
  fromWire(wire: string): string {
    return this.#nameByWire.get(wire) ?? wire
  }

  #freeWireName(name: string): string {
    const wire = wireToolName(name)
    let free = wire
    for (let counter = 2; this.#nameByWire.has(free); counter++) free = `${wire.slice(0, 60)}_${counter}`
    return free
  }

  #add(name: string, wire: string): void {
    this.#wireByName.set(name, wire)
    this.#nameByWire.set(wire, name)
  }
}

/** The names of the tools a request declares. */
export function toolNamesOf({ functionTools, outputTools }: DeclaredTools): ToolNames {
  return new ToolNames([...functionTools, ...outputTools])
}

type DeclaredTools = Pick<ModelRequestParameters, 'functionTools' | 'outputTools'>

/** Gives every call of a conversation an id that Bedrock takes and that is unique within its turn, and finds it again for
 *  the result. Ids that are fine stay as they are. */
export class ToolCallIds {
  /** Wire ids of the latest turn that called, by the id in the history, in the order of the calls. */
  #pending = new Map<string, string[]>()
  #used = new Set<string>()
  readonly #isShort: boolean

  constructor(format: 'any' | 'short') {
    this.#isShort = format === 'short'
  }

  /** A new assistant turn: its calls may use the ids of earlier turns again. */
  beginTurn(): void {
    this.#pending = new Map()
    this.#used = new Set()
  }

  forCall(id: string): string {
    let wire = this.#wireId(id)
    for (let counter = 2; this.#used.has(wire); counter++) wire = this.#wireId(`${id.slice(0, 60)}_${counter}`)
    this.#used.add(wire)
    const waiting = this.#pending.get(id)
    if (waiting === undefined) this.#pending.set(id, [wire])
    else waiting.push(wire)
    return wire
  }

  forResult(id: string): string {
    const waiting = this.#pending.get(id)
    // the last one stays, so that a second result of one call still names that call
    const wire = waiting !== undefined && waiting.length > 1 ? waiting.shift() : waiting?.[0]
    // nobody called: there is nothing to agree with, and Bedrock will say so
    return wire ?? (idPattern.test(id) ? id : this.#wireId(id))
  }

  #wireId(id: string): string {
    if (this.#isShort) return shortPattern.test(id) ? id : shortHash(id)
    return idPattern.test(id) ? id : `call_${hash(id)}`
  }
}

function shortHash(text: string): string {
  return BigInt(`0x${hash(text)}`)
    .toString(36)
    .padStart(13, '0')
    .slice(-9)
}

/** FNV-1a over UTF-16 units, twice with different seeds: short, stable, good enough to tell the calls of one turn apart. */
function hash(text: string): string {
  let a = 0x811c9dc5
  let b = 0x01000193
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index)
    a = Math.imul(a ^ unit, 0x01000193)
    b = Math.imul(b ^ unit, 0x85ebca6b)
  }
  return (a >>> 0).toString(16).padStart(8, '0') + (b >>> 0).toString(16).padStart(8, '0')
}
