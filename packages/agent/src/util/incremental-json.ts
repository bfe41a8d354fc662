import type { JsonValue } from './json.ts'

/** Keys and array indexes from the root to a value. Alive: copy it to keep it. */
export type JsonPath = readonly (string | number)[]

/** Called while text is pushed. Text of a string comes as it arrives; a value when it is whole, inner values first. */
export interface JsonListener {
  /** More of the string value at `path`, unescaped. Never half a character. */
  text?(path: JsonPath, text: string): void
  /** The value at `path` is complete. */
  value?(path: JsonPath, value: JsonValue): void
}

export interface IncrementalJsonOptions extends JsonListener {
  /** Takes what chat models write around JSON: text before a Markdown fence, the fence, and anything after the value.
   *  Text that begins with `{` or `[` is read at once; other text is JSON only if there is no fence. Default `false`. */
  readonly fenced?: boolean
}

/** The text is not JSON, or ended too early. */
export class JsonSyntaxError extends SyntaxError {
  /** What is wrong, in a few words. */
  readonly reason: string
  /** Where: characters from the start of everything pushed, from 0. */
  readonly position: number

  constructor(reason: string, position: number) {
    super(`${reason} at position ${position}`)
    this.name = 'JsonSyntaxError'
    this.reason = reason
    this.position = position
  }
}

/** Reads JSON that arrives in pieces. Work is linear in the text, however it is cut and however often `partial()` is read.
 *
 *  What counts of a value that is not finished: an open string as far as it came; an open list or object with what is in it;
 *  not an open number, `true`, `false` or `null`; not a key without a value; not an escape or a surrogate pair cut in half.
 *
 *  @example
 *  const json = new IncrementalJson()
 *  json.push('{"title": "Hel')
 *  json.partial() // { title: 'Hel' }
 *  json.push('lo", "pages": 12')
 *  json.partial() // { title: 'Hello' }
 *  json.push('}')
 *  json.end() // { title: 'Hello', pages: 12 } */
export class IncrementalJson {
  readonly #listener: JsonListener
  #fence: Fence | undefined
  #state: State = State.value
  /** Open containers, outermost first, and the place of the current value in each of them. */
  readonly #containers: Container[] = []
  readonly #path: (string | number)[] = []
  #root: JsonValue | undefined
  /** The open string as far as it came. Grows as a rope: nothing here reads its characters. */
  #string = ''
  /** A high surrogate whose other half has not come, an open escape's digits, an open number or literal. */
  #high = ''
  #token = ''
  #isKey = false
  /** Whether `partial()` has not yet put the open string into its place. */
  #stale = false
  /** Characters of earlier chunks. */
  #consumed = 0
  #failure: JsonSyntaxError | undefined

  constructor(options: IncrementalJsonOptions = {}) {
    this.#listener = options
    this.#fence = options.fenced ? new Fence() : undefined
  }

  /** @throws {JsonSyntaxError} as soon as the text cannot become JSON; every later call throws the same error */
  push(chunk: string): void {
    if (this.#failure) throw this.#failure
    let start = 0
    if (this.#fence) {
      start = this.#fence.skip(chunk)
      if (start < 0) {
        this.#consumed += chunk.length
        return
      }
      this.#fence.found = true
    }
    this.#read(chunk, start)
    this.#consumed += chunk.length
  }

  /** Says that the text is over, and returns the value.
   *  @throws {JsonSyntaxError} when it is not complete */
  end(): JsonValue {
    if (this.#failure) throw this.#failure
    if (this.#fence && !this.#fence.found) {
      const text = this.#fence.text()
      this.#fence = undefined
      this.#consumed = 0
      this.push(text)
    }
    if (this.#state === State.number) this.#endNumber(0)
    if (this.#state !== State.done) this.#fail('Unexpected end of JSON', 0)
    return this.#root as JsonValue
  }

  /** Whether the value is complete. A number at the top is complete only after `end()`. */
  get done(): boolean {
    return this.#state === State.done
  }

  /** What is known of the value so far; `undefined` before it begins.
   *
   *  Lists and objects are alive: the same ones every time, filled as text is pushed, so that reading costs nothing however
   *  large they are. What you hold does not change until the next `push`; take a `structuredClone` to keep it past that. */
  partial(): JsonValue | undefined {
    if (this.#stale) {
      this.#stale = false
      this.#place(this.#string)
    }
    return this.#root
  }

  #read(chunk: string, from: number): void {
    let at = from
    while (at < chunk.length) {
      switch (this.#state) {
        case State.string:
          at = this.#readString(chunk, at)
          break
        case State.escape:
          at = this.#readEscape(chunk, at)
          break
        case State.unicode:
          at = this.#readUnicode(chunk, at)
          break
        case State.number:
          at = this.#readNumber(chunk, at)
          break
        case State.literal:
          at = this.#readLiteral(chunk, at)
          break
        default:
          at = this.#readStructure(chunk, at)
      }
    }
  }

  /** Everything outside of strings, numbers and literals. */
  #readStructure(chunk: string, from: number): number {
    const code = chunk.charCodeAt(from)
    if (code === Code.space || code === Code.lineFeed || code === Code.return || code === Code.tab) return from + 1
    switch (this.#state) {
      case State.value:
      case State.valueOrEnd:
        if (code === Code.closeBracket && this.#state === State.valueOrEnd) this.#close()
        else this.#openValue(chunk, code, from)
        break
      case State.key:
      case State.keyOrEnd:
        if (code === Code.quote) this.#openString(true)
        else if (code === Code.closeBrace && this.#state === State.keyOrEnd) this.#close()
        else this.#fail('Expected a key in double quotes', from)
        break
      case State.colon:
        if (code !== Code.colon) this.#fail('Expected a colon after the key', from)
        this.#state = State.value
        break
      case State.commaOrEnd:
        this.#readComma(code, from)
        break
      default:
        // done: with a fence, whatever follows belongs to the talk around the JSON
        if (this.#fence) return chunk.length
        this.#fail('Unexpected text after the JSON', from)
    }
    return from + 1
  }

  #openValue(chunk: string, code: number, from: number): void {
    if (code === Code.quote) this.#openString(false)
    else if (code === Code.openBrace) this.#open({}, '', State.keyOrEnd)
    else if (code === Code.openBracket) this.#open([], 0, State.valueOrEnd)
    else if (code === Code.minus || isDigit(code)) {
      this.#state = State.number
      this.#token = chunk.charAt(from)
    } else if (literalOf(chunk.charAt(from)) !== undefined) {
      this.#state = State.literal
      this.#token = chunk.charAt(from)
    } else this.#fail(`Unexpected ${JSON.stringify(String.fromCharCode(code))}, expected a value`, from)
  }

  #readComma(code: number, from: number): void {
    const container = this.#containers.at(-1)
    const isList = Array.isArray(container)
    if (code === Code.comma) {
      this.#state = isList ? State.value : State.key
      if (isList) this.#path[this.#path.length - 1] = container.length
    } else if (code === (isList ? Code.closeBracket : Code.closeBrace)) this.#close()
    else this.#fail(`Expected a comma or ${isList ? '"]"' : '"}"'}`, from)
  }

  #open(container: Container, place: string | number, state: State): void {
    this.#place(container)
    this.#containers.push(container)
    this.#path.push(place)
    this.#state = state
  }

  #close(): void {
    const container = this.#containers.pop()!
    this.#path.pop()
    this.#finish(container)
  }

  /** Puts a value where the path points. */
  #place(value: JsonValue): void {
    const container = this.#containers.at(-1)
    if (container === undefined) {
      this.#root = value
      return
    }
    const place = this.#path[this.#path.length - 1]!
    if (Array.isArray(container)) container[place as number] = value
    else if (place === '__proto__') {
      // assigning would replace the prototype
      Object.defineProperty(container, place, { value, writable: true, enumerable: true, configurable: true })
    } else container[place] = value
  }

  /** A value is whole and in its place. */
  #finish(value: JsonValue): void {
    this.#state = this.#containers.length === 0 ? State.done : State.commaOrEnd
    this.#listener.value?.(this.#path, value)
  }

  #openString(isKey: boolean): void {
    this.#state = State.string
    this.#isKey = isKey
    this.#string = ''
    this.#stale = !isKey
  }

  #readString(chunk: string, from: number): number {
    let end = from
    let code = 0
    while (end < chunk.length) {
      code = chunk.charCodeAt(end)
      if (code === Code.quote || code === Code.backslash) break
      if (code < Code.space) this.#fail('Unescaped control character in a string', end)
      end++
    }
    if (end > from) this.#append(chunk.slice(from, end))
    if (end === chunk.length) return end
    if (code === Code.quote) this.#closeString()
    else this.#state = State.escape
    return end + 1
  }

  #closeString(): void {
    if (this.#high !== '') {
      const lone = this.#high
      this.#high = ''
      this.#add(lone)
    }
    const text = this.#string
    this.#string = ''
    this.#stale = false
    if (this.#isKey) {
      this.#path[this.#path.length - 1] = text
      this.#state = State.colon
    } else {
      this.#place(text)
      this.#finish(text)
    }
  }

  /** Adds text to the open string; half a character at its end waits for the other half. */
  #append(text: string): void {
    const whole = this.#high === '' ? text : this.#high + text
    this.#high = isHighSurrogate(whole.charCodeAt(whole.length - 1)) ? whole.charAt(whole.length - 1) : ''
    this.#add(this.#high === '' ? whole : whole.slice(0, -1))
  }

  #add(text: string): void {
    if (text === '') return
    this.#string += text
    if (this.#isKey) return
    this.#stale = true
    this.#listener.text?.(this.#path, text)
  }

  #readEscape(chunk: string, from: number): number {
    const letter = chunk.charAt(from)
    const plain = escapes.get(letter)
    if (plain !== undefined) {
      this.#append(plain)
      this.#state = State.string
    } else if (letter === 'u') {
      this.#token = ''
      this.#state = State.unicode
    } else this.#fail(`Unknown escape ${JSON.stringify(`\\${letter}`)} in a string`, from)
    return from + 1
  }

  #readUnicode(chunk: string, from: number): number {
    const digits = chunk.slice(from, from + 4 - this.#token.length)
    if (!/^[0-9a-fA-F]+$/.test(digits)) this.#fail('Expected four hexadecimal digits after \\u', from)
    this.#token += digits
    if (this.#token.length === 4) {
      this.#append(String.fromCharCode(Number.parseInt(this.#token, 16)))
      this.#state = State.string
    }
    return from + digits.length
  }

  #readNumber(chunk: string, from: number): number {
    let end = from
    while (end < chunk.length && isNumberPart(chunk.charCodeAt(end))) end++
    this.#token += chunk.slice(from, end)
    if (end < chunk.length) this.#endNumber(end)
    return end
  }

  #endNumber(at: number): void {
    if (!/^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/.test(this.#token)) this.#fail('Not a number', at)
    this.#finishScalar(Number(this.#token))
  }

  #readLiteral(chunk: string, from: number): number {
    const word = literalOf(this.#token)!
    const rest = word.text.slice(this.#token.length, this.#token.length + chunk.length - from)
    if (!chunk.startsWith(rest, from)) this.#fail(`Expected ${word.text}`, from)
    this.#token += rest
    if (this.#token.length === word.text.length) this.#finishScalar(word.value)
    return from + rest.length
  }

  #finishScalar(value: JsonValue): void {
    this.#place(value)
    this.#finish(value)
  }

  #fail(reason: string, at: number): never {
    this.#failure = new JsonSyntaxError(reason, this.#consumed + at)
    throw this.#failure
  }
}

type Container = JsonValue[] | { [key: string]: JsonValue }

/** What the next character may be. */
const State = {
  value: 0,
  valueOrEnd: 1,
  keyOrEnd: 2,
  key: 3,
  colon: 4,
  commaOrEnd: 5,
  string: 6,
  escape: 7,
  unicode: 8,
  number: 9,
  literal: 10,
  done: 11,
} as const
type State = (typeof State)[keyof typeof State]

const Code = {
  tab: 9,
  lineFeed: 10,
  return: 13,
  space: 32,
  quote: 34,
  plus: 43,
  comma: 44,
  minus: 45,
  point: 46,
  zero: 48,
  nine: 57,
  colon: 58,
  upperE: 69,
  openBracket: 91,
  backslash: 92,
  closeBracket: 93,
  lowerE: 101,
  openBrace: 123,
  closeBrace: 125,
} as const

const escapes = new Map([
  ['"', '"'],
  ['\\', '\\'],
  ['/', '/'],
  ['b', '\b'],
  ['f', '\f'],
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
])

const literals = [
  { text: 'true', value: true },
  { text: 'false', value: false },
  { text: 'null', value: null },
] as const

function literalOf(start: string): (typeof literals)[number] | undefined {
  return literals.find(literal => literal.text.startsWith(start))
}

function isDigit(code: number): boolean {
  return code >= Code.zero && code <= Code.nine
}

function isNumberPart(code: number): boolean {
  return (
    isDigit(code) ||
    code === Code.point ||
    code === Code.plus ||
    code === Code.minus ||
    code === Code.lowerE ||
    code === Code.upperE
  )
}

function isHighSurrogate(code: number): boolean {
  return code >= 0xd800 && code <= 0xdbff
}

/** Finds where JSON begins in a model's talk: at once, or inside a Markdown fence. */
class Fence {
  found = false
  #stage: 'start' | 'search' | 'language' | 'space' = 'start'
  #ticks = 0
  readonly #seen: string[] = []

  /** Where in this chunk the JSON begins; -1 if it has not begun yet. */
  skip(chunk: string): number {
    if (this.found) return 0
    this.#seen.push(chunk)
    for (let at = 0; at < chunk.length; at++) if (this.#begins(chunk.charAt(at))) return at
    return -1
  }

  /** Everything skipped. */
  text(): string {
    return this.#seen.join('')
  }

  #begins(char: string): boolean {
    const opens = char === '{' || char === '['
    switch (this.#stage) {
      case 'start':
        if (opens) return true
        if (char.trim() !== '') this.#search(char)
        return false
      case 'search':
        this.#search(char)
        return false
      case 'language':
        if (/\w/.test(char)) return false
        this.#stage = 'space'
        return this.#begins(char)
      case 'space':
        if (opens) return true
        if (char.trim() !== '') this.#search(char)
        return false
    }
  }

  #search(char: string): void {
    this.#ticks = char === '`' ? this.#ticks + 1 : 0
    this.#stage = this.#ticks === 3 ? 'language' : 'search'
    if (this.#ticks === 3) this.#ticks = 0
  }
}
