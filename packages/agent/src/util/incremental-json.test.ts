import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import { parse as riverParse } from 'jsonriver'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { runs } from '../../../../scripts/test-support/property-runs.ts'
import type { JsonListener } from './incremental-json.ts'
import { IncrementalJson, JsonSyntaxError } from './incremental-json.ts'
import type { JsonValue } from './json.ts'

// ---- what is generated

/** Characters that make trouble: quotes, escapes, halves of pairs, controls. */
const unit = fc.constantFrom(
  'a',
  'u',
  ' ',
  '"',
  '\\',
  '/',
  '\n',
  '\u0001',
  'é',
  '😀',
  '\ud83d',
  '\ude00',
  '{',
  ']',
  '`',
  '1',
  't',
)
const key = fc.oneof(
  fc.string({ unit, maxLength: 4 }),
  fc.constantFrom('__proto__', 'constructor', 'toString', '0', 'a'),
)
const { value: jsonValue } = fc.letrec<{ value: JsonValue }>(tie => ({
  value: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    fc.oneof(
      fc.string({ unit, maxLength: 12 }),
      // JSON has a -0, which `JSON.stringify` does not write
      fc.double({ noNaN: true, noDefaultInfinity: true }).map(number => number + 0),
      fc.integer(),
      fc.constantFrom(true, false, null),
    ),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.array(fc.tuple(key, tie('value')), { maxLength: 4 }).map(pairs => Object.fromEntries(pairs)),
  ),
}))
const indent = fc.constantFrom(undefined, 2, '\t')
/** A document in one of its spellings, compact or spread out, with characters as they are or escaped, and what it says.
 *  `JSON.parse` is not asked for that: Node 24 and 26 read some escaped keys as others, once an object had a key that ends in a
 *  backslash ([a defect of V8](https://github.com/nodejs/node/issues/63785), 2026-06). */
const document = fc.tuple(jsonValue, indent, fc.boolean()).map(([value, space, escaped]) => {
  const text = JSON.stringify(value, null, space)
  return { value, text: escaped ? text.replace(/[^\x20-\x7e\n\t]/g, escape) : text }
})
const repeatedKeys = fc.array(fc.tuple(fc.constantFrom('a', 'b'), jsonValue), { maxLength: 5 }).map(pairs => ({
  value: Object.fromEntries(pairs) as JsonValue,
  text: `{${pairs.map(([name, value]) => `"${name}":${JSON.stringify(value)}`).join(',')}}`,
}))
const cuts = fc.array(fc.nat(), { maxLength: 12 })
/** Text made of JSON's own pieces, hardly ever JSON. */
const soup = fc
  .array(
    fc.constantFrom(
      '{',
      '}',
      '[',
      ']',
      ',',
      ':',
      '"',
      '"a"',
      '\\',
      '\\u0',
      '\\n',
      '0',
      '1',
      '-',
      '.',
      '5',
      'e',
      '+',
      'true',
      'nul',
      'l',
      ' ',
      '\n',
      '\u0000',
      'x',
    ),
    { maxLength: 10 },
  )
  .map(pieces => pieces.join(''))

function escape(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
}

function cut(text: string, at: readonly number[]): string[] {
  const places = [...new Set(at.map(place => place % (text.length + 1)))].toSorted((a, b) => a - b)
  return [...places, text.length].map((end, index) => text.slice(index === 0 ? 0 : places[index - 1], end))
}

function readAll(chunks: readonly string[], listener: JsonListener = {}): JsonValue {
  const parser = new IncrementalJson(listener)
  for (const chunk of chunks) parser.push(chunk)
  return parser.end()
}

/** `toStrictEqual` asks for `value.constructor`, which may be a key here. */
function expectSame(actual: unknown, expected: unknown): void {
  if (!isDeepStrictEqual(actual, expected)) expect(JSON.stringify(actual)).toBe(`${JSON.stringify(expected)}, strictly`)
}

// ---- what a prefix means: slow, and plain to read

class Cut extends Error {}

/** The value of a prefix of a JSON document, or nothing. */
function valueOfPrefix(text: string): JsonValue | undefined {
  let at = 0
  const space = () => {
    while (/\s/.test(text[at] ?? '')) at++
    if (at === text.length) throw new Cut()
  }
  const string = (): { text: string; whole: boolean } => {
    const start = ++at
    while (at < text.length && text[at] !== '"') at += text[at] === '\\' ? 2 : 1
    const whole = at < text.length
    let raw = text.slice(start, at)
    at++
    if (whole) return { text: JSON.parse(`"${raw}"`) as string, whole }
    // an escape that is cut off: a backslash that is not itself escaped, with fewer characters than it needs
    raw = raw.replace(/^((?:[^\\]|\\u[0-9a-fA-F]{4}|\\[^u])*)\\(?:u[0-9a-fA-F]{0,3})?$/, '$1')
    return { text: (JSON.parse(`"${raw}"`) as string).replace(/[\ud800-\udbff]$/, ''), whole }
  }
  /** Calls `keep` with the value, or with what there is of it. */
  const value = (keep: (value: JsonValue) => void): void => {
    space()
    const first = text[at]!
    if (first === '"') {
      const read = string()
      keep(read.text)
      if (!read.whole) throw new Cut()
    } else if (first === '[') {
      const list: JsonValue[] = []
      keep(list)
      at++
      space()
      if (text[at] === ']') return void at++
      for (;;) {
        const index = list.length
        value(item => (list[index] = item))
        space()
        if (text[at++] === ']') return
      }
    } else if (first === '{') {
      const object = {}
      keep(object)
      at++
      space()
      if (text[at] === '}') return void at++
      for (;;) {
        space()
        const name = string()
        if (!name.whole) throw new Cut()
        space()
        at++
        value(item =>
          Object.defineProperty(object, name.text, {
            value: item,
            enumerable: true,
            configurable: true,
            writable: true,
          }),
        )
        space()
        if (text[at++] === '}') return
      }
    } else {
      const [token] = /^[-+.\w]+/.exec(text.slice(at))!
      const isWord = ['true', 'false', 'null'].includes(token)
      if (!isWord && at + token.length === text.length) throw new Cut()
      at += token.length
      keep(JSON.parse(token) as JsonValue)
    }
  }
  let root: JsonValue | undefined
  try {
    value(read => (root = read))
  } catch (error) {
    if (!(error instanceof Cut)) throw error
  }
  return root
}

// ---- the properties

describe('IncrementalJson and JSON.parse', () => {
  it('agree on every document, however it is cut', () => {
    fc.assert(
      fc.property(fc.oneof(document, repeatedKeys), cuts, ({ text, value }, at) => {
        const read = readAll(cut(text, at))
        expectSame(read, value)
        expect(JSON.stringify(read)).toBe(JSON.stringify(value))
      }),
      runs(1_000),
    )
  })

  it('agree on what is no JSON', () => {
    fc.assert(
      fc.property(soup, cuts, (text, at) => {
        let expected: unknown
        try {
          expected = JSON.parse(text)
        } catch {
          expect(() => readAll(cut(text, at))).toThrow(JsonSyntaxError)
          return
        }
        expectSame(readAll(cut(text, at)), expected)
      }),
      runs(3_000),
    )
  })

  it.each([
    '-0',
    '1E+2',
    '0.1e-7',
    '1e400',
    '123456789012345678901234567890',
    '""',
    '[]',
    '{}',
    ' null ',
    '"\\u00e9\\/"',
    '[[[]],{}]',
  ])('agree on %s', text => expect(readAll(text.split(''))).toStrictEqual(JSON.parse(text)))

  it.each([
    '',
    ' ',
    '01',
    '1.',
    '.5',
    '+1',
    '--1',
    '1e',
    'nan',
    'True',
    '[1,]',
    '{"a":1,}',
    '{a:1}',
    "'a'",
    '"\t"',
    '"\\x"',
    '"\\u12g4"',
    '[1 2]',
    '{"a" 1}',
    '1 1',
    '[]]',
    '"a',
  ])('agree that %j is no JSON', text => {
    expect(() => JSON.parse(text) as unknown).toThrow()
    expect(() => readAll([text])).toThrow(JsonSyntaxError)
    expect(() => readAll(text.split(''))).toThrow(JsonSyntaxError)
  })

  it('agree on nesting as deep as one likes', () => {
    const depth = 100_000
    let value = readAll(['['.repeat(depth), ']'.repeat(depth)])
    for (let i = 1; i < depth; i++) value = (value as JsonValue[])[0]!
    expect(value).toEqual([])
  })
})

describe('partial()', () => {
  it('is what the prefix means, at every place, however it came there', () => {
    fc.assert(
      fc.property(fc.oneof(document, repeatedKeys), cuts, ({ text }, at) => {
        const parser = new IncrementalJson()
        let sofar = ''
        for (const chunk of cut(text, at)) {
          parser.push(chunk)
          sofar += chunk
          expectSame(parser.partial(), valueOfPrefix(sofar))
        }
      }),
      runs(1_000),
    )
    fc.assert(
      fc.property(document, ({ text }) => {
        const parser = new IncrementalJson()
        for (let end = 1; end <= text.length; end++) {
          parser.push(text[end - 1]!)
          expectSame(parser.partial(), valueOfPrefix(text.slice(0, end)))
        }
      }),
      runs(100),
    )
  })

  it('keeps open strings and containers, drops all else that is not whole', () => {
    const steps: [string, unknown][] = [
      ['', undefined],
      [' {', {}],
      ['"ti', {}],
      ['tle"', {}],
      [': ', {}],
      ['"', { title: '' }],
      ['Hi\\', { title: 'Hi' }],
      ['u00', { title: 'Hi' }],
      ['e9', { title: 'Hié' }],
      ['\\ud83d', { title: 'Hié' }],
      ['\\ude00', { title: 'Hié😀' }],
      ['\ud83d', { title: 'Hié😀' }],
      ['\ude00"', { title: 'Hié😀😀' }],
      [', "n": 1', { title: 'Hié😀😀' }],
      ['2', { title: 'Hié😀😀' }],
      [', "l": [', { title: 'Hié😀😀', n: 12, l: [] }],
      ['tru', { title: 'Hié😀😀', n: 12, l: [] }],
      ['e, {', { title: 'Hié😀😀', n: 12, l: [true, {}] }],
    ]
    const parser = new IncrementalJson()
    for (const [chunk, expected] of steps) {
      parser.push(chunk)
      expect(parser.partial()).toEqual(expected)
    }
  })

  it('is alive: the same object, filled', () => {
    const parser = new IncrementalJson()
    parser.push('{"a":["x"')
    const first = parser.partial()
    const kept = structuredClone(first)
    parser.push(',"y')
    expect(parser.partial()).toBe(first)
    expect(first).toEqual({ a: ['x', 'y'] })
    expect(kept).toEqual({ a: ['x'] })
  })

  it('keeps a lone half that stays lone', () => {
    expect(readAll(['"\\ud83d', 'x"'])).toBe('\ud83dx')
    expect(readAll(['"\ud83d', '"'])).toBe('\ud83d')
    expect(readAll(['"\ud83d', '\ud83d', '\ude00"'])).toBe('\ud83d😀')
  })

  it('does not let a key replace a prototype', () => {
    const parser = new IncrementalJson()
    parser.push('{"__proto__":{"admin":true},"a":{"__proto__":"x')
    const partial = parser.partial() as { admin?: boolean; a: object }
    expect(partial.admin).toBeUndefined()
    expect(Object.keys(partial)).toEqual(['__proto__', 'a'])
    expect(Object.getPrototypeOf(partial)).toBe(Object.prototype)
    expect(Object.getPrototypeOf(partial.a)).toBe(Object.prototype)
  })
})

describe('the listener', () => {
  it('hears all text of a string, never half a character, and each value once', () => {
    fc.assert(
      fc.property(document, cuts, ({ text, value: whole }, at) => {
        const texts = new Map<string, string>()
        const values: [string, string][] = []
        readAll(cut(text, at), {
          text(path, more) {
            expect(more).not.toBe('')
            const place = JSON.stringify(path)
            texts.set(place, (texts.get(place) ?? '') + more)
          },
          value(path, value) {
            if (typeof value === 'string') expect(texts.get(JSON.stringify(path)) ?? '').toBe(value)
            values.push([JSON.stringify(path), JSON.stringify(value)])
          },
        })
        expect(values).toEqual(innerFirst(whole))
      }),
      runs(500),
    )
  })

  it('hears whole characters only', () => {
    const heard: string[] = []
    const parser = new IncrementalJson({ text: (_path, more) => void heard.push(more) })
    for (const chunk of ['"a\ud83d', '\ude00', '\\ud8', '3d', '\\ude00b"']) parser.push(chunk)
    expect(heard.join('')).toBe('a😀😀b')
    for (const text of heard) expect(text).not.toMatch(/[\ud800-\udbff]$|^[\udc00-\udfff]/)
  })

  it('hears the text of values, not of keys', () => {
    const heard: unknown[] = []
    const parser = new IncrementalJson({ text: (path, text) => void heard.push([...path, text]) })
    parser.push('{"key":["x","long')
    parser.push('er"]}')
    expect(heard).toEqual([
      ['key', 0, 'x'],
      ['key', 1, 'long'],
      ['key', 1, 'er'],
    ])
  })

  /** Every value below and including this one, as the listener should hear them. */
  function innerFirst(value: JsonValue, path: readonly (string | number)[] = []): [string, string][] {
    const children =
      typeof value !== 'object' || value === null
        ? []
        : Array.isArray(value)
          ? value.flatMap((item: JsonValue, index) => innerFirst(item, [...path, index]))
          : []
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
      return [...ownEntries(value).flatMap(([name, item]) => innerFirst(item, [...path, name])), here()]
    }
    return [...children, here()]
    function here(): [string, string] {
      return [JSON.stringify(path), JSON.stringify(value)]
    }
  }

  /** In the order of the text: `JSON.stringify` writes in the order of the object. */
  function ownEntries(value: object): [string, JsonValue][] {
    return Object.entries(value) as [string, JsonValue][]
  }
})

describe('another incremental parser', () => {
  /** No halves of characters: the other one hands them out. */
  const plainUnit = fc.constantFrom('a', '"', '\\', '\n', 'é', '/', '{')
  const plainDocument = fc
    .jsonValue({ stringUnit: plainUnit, maxDepth: 4 })
    .map(value => JSON.stringify(value))
    .filter(text => !text.includes('__proto__'))

  it('completes the same values in the same order', async () => {
    await fc.assert(
      fc.asyncProperty(plainDocument, cuts, async (text, at) => {
        const theirs: unknown[] = []
        const chunks = cut(text, at).filter(chunk => chunk !== '')
        const completeCallback = (value: unknown, path: { segments(): unknown[] }) =>
          void theirs.push([path.segments(), structuredClone(value)])
        for await (const _ of riverParse(arrivals(chunks), { completeCallback })) void _
        const ours: unknown[] = []
        readAll(chunks, { value: (path, value) => void ours.push([[...path], structuredClone(value)]) })
        expect(ours).toEqual(theirs)
      }),
      runs(200),
    )
  })

  it('shows the same values on the way', async () => {
    await fc.assert(
      fc.asyncProperty(plainDocument, async text => {
        const theirs: string[] = []
        for await (const value of riverParse(arrivals(text.split('')))) note(theirs, value)
        const ours: string[] = []
        const parser = new IncrementalJson()
        for (const character of text) {
          parser.push(character)
          note(ours, parser.partial())
        }
        note(ours, parser.end())
        expect(ours).toEqual(theirs)
      }),
      runs(200),
    )
  })

  function note(list: string[], value: unknown): void {
    const text = JSON.stringify(value)
    if (text !== undefined && list.at(-1) !== text) list.push(text)
  }

  async function* arrivals(chunks: readonly string[]) {
    for (const chunk of chunks) {
      await Promise.resolve()
      yield chunk
    }
  }
})

describe('work', () => {
  afterEach(() => vi.restoreAllMocks())

  const shapes: Record<string, (size: number) => string> = {
    'one long string': size => JSON.stringify({ path: 'a.ts', content: 'x'.repeat(size) }),
    'escapes only': size => JSON.stringify({ content: '\n'.repeat(size / 2) }),
    'many objects': size =>
      JSON.stringify(Array.from({ length: size / 40 }, (_, id) => ({ id, name: 'some name', ok: true }))),
    'many keys': size =>
      JSON.stringify(Object.fromEntries(Array.from({ length: size / 20 }, (_, id) => [`key-${id}`, id]))),
    'deep nesting': size => '[{"a":'.repeat(size / 6) + 'null' + '}]'.repeat(size / 6),
    'one long number': size => '1'.repeat(size),
  }

  /** Characters looked at and copied while a document arrives in pieces of 20 and its value is read after each. */
  function workOn(text: string): number {
    const look = vi.spyOn(String.prototype, 'charCodeAt')
    const copy = vi.spyOn(String.prototype, 'slice')
    const parser = new IncrementalJson()
    for (let at = 0; at < text.length; at += 20) {
      parser.push(text.substring(at, at + 20))
      parser.partial()
    }
    const copied = copy.mock.results.reduce((sum, { value }) => sum + (typeof value === 'string' ? value.length : 0), 0)
    const work = look.mock.calls.length + copied
    vi.restoreAllMocks()
    return work
  }

  it.each(Object.entries(shapes))('grows with the text and no faster: %s', (_name, make) => {
    const small = make(12_000)
    const large = make(48_000)
    const ratio = workOn(large) / workOn(small) / (large.length / small.length)
    expect(ratio).toBeGreaterThan(0.9)
    expect(ratio).toBeLessThan(1.1)
    expect(workOn(large)).toBeLessThan(large.length * 6)
  })
})

describe('errors', () => {
  it('tell the place, counted over all pieces', () => {
    const parser = new IncrementalJson()
    parser.push('{"a": 1')
    expect(() => parser.push(' x')).toThrow(expect.objectContaining({ position: 8, reason: 'Expected a comma or "}"' }))
    expect(parser.partial()).toEqual({ a: 1 })
  })

  it('stay', () => {
    const parser = new IncrementalJson()
    expect(() => parser.push('?')).toThrow('Unexpected "?", expected a value at position 0')
    expect(() => parser.push('{}')).toThrow('position 0')
    expect(() => parser.end()).toThrow('position 0')
  })

  it('come at the end for what is not complete', () => {
    const parser = new IncrementalJson()
    parser.push('{"a": [1')
    expect(() => parser.end()).toThrow('Unexpected end of JSON at position 8')
  })
})

describe('with fences', () => {
  const value = { a: ['``` in a string ```'], b: { c: 1 } }
  const json = JSON.stringify(value, null, 1)

  it.each([
    ['bare', json],
    ['bare with talk behind', `${json}\nThat is all.`],
    ['in a fence', `\`\`\`json\n${json}\n\`\`\``],
    [
      'in a fence with talk around',
      `Here is {what} you [asked] for, in \`code\`:\n\`\`\`json\n${json}\n\`\`\`\nBye {}`,
    ],
    ['in a fence without a language', `So:\n\`\`\`\n${json}\n\`\`\``],
    ['behind a fence of something else', `\`\`\`sh\nls -l\n\`\`\`\nthen\n\`\`\`json\n${json}\n\`\`\``],
    ['in a fence that never ends', `\`\`\`json\n${json}`],
  ])('finds a value %s', (_how, text) => {
    fc.assert(
      fc.property(cuts, at => {
        const parser = new IncrementalJson({ fenced: true })
        for (const chunk of cut(text, at)) parser.push(chunk)
        expect(parser.end()).toEqual(value)
      }),
      runs(50),
    )
  })

  it('shows nothing before the fence, and the value from there on', () => {
    const parser = new IncrementalJson({ fenced: true })
    parser.push('Sure: ``')
    expect(parser.partial()).toBeUndefined()
    parser.push('`json\n{"a": "x')
    expect(parser.partial()).toEqual({ a: 'x' })
  })

  it('takes a value that is no object or list when there is no fence', () => {
    const parser = new IncrementalJson({ fenced: true })
    parser.push(' 4')
    parser.push('2 ')
    expect(parser.end()).toBe(42)
  })

  it.each(['just talk', '', '```json\n', 'x ```json\n{"a"'])('finds nothing in %j', text => {
    const parser = new IncrementalJson({ fenced: true })
    parser.push(text)
    expect(() => parser.end()).toThrow(JsonSyntaxError)
  })

  it('refuses fences when they were not asked for', () => {
    expect(() => new IncrementalJson().push('```json\n{}')).toThrow(JsonSyntaxError)
  })
})
