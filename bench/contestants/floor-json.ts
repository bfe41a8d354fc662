/** The least that shows a JSON document while it is written: one pass, one value that grows. It takes well-formed text only. */
export class GrowingJson {
  value: unknown
  readonly #stack: (unknown[] | Record<string, unknown>)[] = []
  readonly #keys: (string | undefined)[] = []
  /** Of the string or the scalar being read. */
  #pending = ''
  #state: 'value' | 'string' | 'scalar' = 'value'
  #isEscaped = false

  /** @param done is told every container when it is closed, and how deep it lies */
  push(text: string, done: (value: unknown, depth: number) => void): void {
    for (let at = 0; at < text.length; at += 1) {
      const char = text[at]!
      if (this.#state === 'string') at = this.#string(text, at)
      else if (this.#state === 'scalar' && !',]} \n'.includes(char)) this.#pending += char
      else {
        if (this.#state === 'scalar') this.#put(JSON.parse(this.#pending))
        this.#structure(char, done)
      }
    }
    if (this.#state === 'string' && !this.#isKey())
      this.#show(this.#isEscaped ? this.#pending.slice(0, -1) : this.#pending)
  }

  #string(text: string, from: number): number {
    let at = from
    for (; at < text.length; at += 1) {
      const char = text[at]
      if (this.#isEscaped) this.#isEscaped = false
      else if (char === '\\') this.#isEscaped = true
      else if (char === '"') break
    }
    this.#pending += text.slice(from, at)
    if (at === text.length) return at
    const raw = this.#pending
    const whole = raw.includes('\\') ? (JSON.parse(`"${raw}"`) as string) : raw
    this.#state = 'value'
    if (this.#isKey()) this.#keys[this.#keys.length - 1] = whole
    else this.#put(whole)
    return at
  }

  #structure(char: string, done: (value: unknown, depth: number) => void): void {
    this.#state = 'value'
    if (char === '{') this.#open({})
    else if (char === '[') this.#open([])
    else if (char === '}' || char === ']') {
      done(this.#stack.pop(), this.#stack.length)
      this.#keys.pop()
      this.#keys[this.#keys.length - 1] = undefined
    } else if (char === '"') this.#begin('string', '')
    else if (!',: \n'.includes(char)) this.#begin('scalar', char)
  }

  #begin(state: 'string' | 'scalar', text: string): void {
    this.#state = state
    this.#pending = text
    this.#slot = -1
  }

  #open(container: unknown[] | Record<string, unknown>): void {
    this.#slot = -1
    this.#show(container)
    this.#stack.push(container)
    this.#keys.push(undefined)
  }

  #put(value: unknown): void {
    this.#state = 'value'
    this.#show(value)
    this.#slot = -1
    if (this.#keys.length > 0) this.#keys[this.#keys.length - 1] = undefined
  }

  /** Where in its list the value that is growing stands; -1 before it has a place. */
  #slot = -1

  #show(value: unknown): void {
    const parent = this.#stack.at(-1)
    if (parent === undefined) this.value = value
    else if (Array.isArray(parent)) {
      if (this.#slot < 0) this.#slot = parent.length
      parent[this.#slot] = value
    } else parent[this.#keys.at(-1)!] = value
  }

  #isKey(): boolean {
    const parent = this.#stack.at(-1)
    return parent !== undefined && !Array.isArray(parent) && this.#keys.at(-1) === undefined
  }
}
