import { z } from 'zod'
import { graphBuilder, type, type Dest, type Schema } from '../index.ts'

/** Compiles only when the value has exactly this type. */
const exactly =
  <TWanted>() =>
  <T>(_value: T, ..._same: (<G>() => G extends T ? 1 : 2) extends <G>() => G extends TWanted ? 1 : 2 ? [] : [never]) =>
    ''
const from = <TSchema extends Schema>(input: TSchema) => graphBuilder({ name: 'demo', input, output: z.string() }).start
const g = graphBuilder({ name: 'steps', output: z.string() })

// a key whose values are literals: each case has its own value at the key, and the rest as it was
const ticket = from(z.object({ kind: z.enum(['bug', 'wish']), text: z.string() }))
const onBug = g.step('onBug', { input: z.object({ kind: z.literal('bug'), text: z.string() }) }, () => 1)
const onWish = g.step('onWish', { input: z.object({ kind: z.literal('wish'), text: z.string() }) }, () => 2)
ticket
  .switch('kind', {
    bug: flow => flow.step('b', ({ input }) => exactly<{ kind: 'bug'; text: string }>()(input)),
    wish: flow => flow.step('w', ({ input }) => input.text.length),
  })
  .step('after', ({ input }) => exactly<string | number>()(input))
ticket.switch('kind', { bug: onBug, wish: onWish })
// @ts-expect-error 1: wish has no case
ticket.switch('kind', { bug: onBug })
// @ts-expect-error 2: onWish takes no bug
ticket.switch('kind', { bug: onWish, wish: onWish })
// @ts-expect-error 3: there is no value idea
ticket.switch('kind', { bug: onBug, wish: onWish, idea: onWish })
// @ts-expect-error 4: there is no such key
ticket.switch('kidn', { bug: onBug, wish: onWish })
// @ts-expect-error 5: the other key has another type
ticket.switch('text', { bug: onBug, wish: onWish })

// the rest goes elsewhere
ticket
  .switch(
    'kind',
    { bug: flow => flow.step('b', () => 1) },
    { otherwise: flow => flow.step('w', ({ input }) => exactly<{ kind: 'wish'; text: string }>()(input)) },
  )
  .step('after', ({ input }) => exactly<string | number>()(input))
ticket.switch('kind', { bug: onBug }, { otherwise: onWish })
// @ts-expect-error 6: what is left is a wish
ticket.switch('kind', { bug: onBug }, { otherwise: onBug })
// @ts-expect-error 7: an otherwise excuses no case without a value
ticket.switch('kind', { idea: onBug }, { otherwise: flow => flow.step('w', () => 1) })
ticket.switch('kind', { bug: onBug, wish: onWish }, { id: 'what', note: 'is it' })
// @ts-expect-error 8: a name and a note are no otherwise
ticket.switch('kind', { bug: onBug }, { id: 'what', note: 'is it' })

// booleans, numbers, enums of both
const answer = from(z.object({ ok: z.boolean(), text: z.string() }))
answer.switch('ok', {
  true: flow => flow.step('yes', ({ input }) => exactly<{ ok: true; text: string }>()(input)),
  false: flow => flow.step('no', ({ input }) => input.text),
})
// @ts-expect-error 9: false has no case
answer.switch('ok', { true: flow => flow.step('yes', () => '') })
const level = from(type<{ level: 1 | 2 | 'top' }>())
level.switch('level', {
  1: flow => flow.step('one', ({ input }) => exactly<{ level: 1 }>()(input)),
  2: flow => flow.step('two', () => ''),
  top: flow => flow.step('top', () => ''),
})
// @ts-expect-error 10: 2 has no case
level.switch('level', { 1: flow => flow.step('one', () => ''), top: flow => flow.step('top', () => '') })

// null and undefined are values like others
const nullable = from(z.object({ kind: z.enum(['a', 'b']).nullable() }))
nullable.switch('kind', {
  a: flow => flow.step('a', () => ''),
  b: flow => flow.step('b', () => ''),
  null: flow => flow.step('n', ({ input }) => exactly<{ kind: null }>()(input)),
})
nullable.switch(
  'kind',
  { a: flow => flow.step('a', () => '') },
  { otherwise: flow => flow.step('o', ({ input }) => exactly<{ kind: 'b' | null }>()(input)) },
)
// @ts-expect-error 11: null has no case
nullable.switch('kind', { a: flow => flow.step('a', () => ''), b: flow => flow.step('b', () => '') })
const optional = from(z.object({ kind: z.enum(['a', 'b']).optional() }))
optional.switch('kind', {
  a: flow => flow.step('a', ({ input }) => exactly<{ kind: 'a' }>()(input)),
  b: flow => flow.step('b', () => ''),
  undefined: flow => flow.step('u', ({ input }) => exactly<{ kind?: undefined }>()(input)),
})
// @ts-expect-error 12: undefined has no case
optional.switch('kind', { a: flow => flow.step('a', () => ''), b: flow => flow.step('b', () => '') })
const indexed = from(type<Record<string, 'a' | 'b'>>())
indexed.switch('kind', {
  a: flow => flow.step('a', () => ''),
  b: flow => flow.step('b', () => ''),
  undefined: flow => flow.step('u', () => ''),
})
// @ts-expect-error 13: a key that may be missing needs the case
indexed.switch('kind', { a: flow => flow.step('a', () => ''), b: flow => flow.step('b', () => '') })

// values that cannot be listed need an otherwise
const named = from(z.object({ name: z.string(), n: z.number() }))
named.switch(
  'name',
  { ada: flow => flow.step('a', ({ input }) => exactly<{ name: 'ada'; n: number }>()(input)) },
  { otherwise: flow => flow.step('o', ({ input }) => exactly<{ name: string; n: number }>()(input)) },
)
// @ts-expect-error 14: a string may be any
named.switch('name', { ada: flow => flow.step('a', () => '') })
named.switch('n', { 1: flow => flow.step('a', () => '') }, { otherwise: flow => flow.step('o', () => '') })
// @ts-expect-error 15: a number may be any
named.switch('n', { 1: flow => flow.step('a', () => '') })
// @ts-expect-error 16: and is never a word
named.switch('n', { one: flow => flow.step('a', () => '') }, { otherwise: flow => flow.step('o', () => '') })
const loose = from(type<{ kind: 'a' | { deep: true }; what: unknown; id: `i-${string}` }>())
loose.switch(
  'kind',
  { a: flow => flow.step('a', () => '') },
  { otherwise: flow => flow.step('o', ({ input }) => exactly<true>()(input.kind.deep)) },
)
// @ts-expect-error 17: an object has no case
loose.switch('kind', { a: flow => flow.step('a', () => '') })
loose.switch('what', { a: flow => flow.step('a', () => '') }, { otherwise: flow => flow.step('o', () => '') })
// @ts-expect-error 18: what is unknown may be anything
loose.switch('what', { a: flow => flow.step('a', () => '') })
loose.switch('id', { 'i-1': flow => flow.step('a', () => '') }, { otherwise: flow => flow.step('o', () => '') })
// @ts-expect-error 19: neither can the strings of a pattern be listed
loose.switch('id', { 'i-1': flow => flow.step('a', () => '') })
// @ts-expect-error 20: a string outside the pattern
loose.switch('id', { 'j-1': flow => flow.step('a', () => '') }, { otherwise: flow => flow.step('o', () => '') })

// unions: members are chosen whole, or narrowed at the key
const mixed = from(type<{ kind: 'a'; n: number } | { kind: 'b' | 'c'; text: string } | { kind: null }>())
mixed.switch('kind', {
  a: flow => flow.step('a', ({ input }) => exactly<{ kind: 'a'; n: number }>()(input)),
  b: flow => flow.step('b', ({ input }) => exactly<{ kind: 'b'; text: string }>()(input)),
  c: flow => flow.step('c', ({ input }) => input.text),
  null: flow => flow.step('n', ({ input }) => exactly<{ kind: null }>()(input)),
})
mixed.switch(
  'kind',
  { a: flow => flow.step('a', () => '') },
  {
    otherwise: flow =>
      flow.step('o', ({ input }) => exactly<{ kind: 'b' | 'c'; text: string } | { kind: null }>()(input)),
  },
)

// a class with private fields stays an instance of it
class Parcel {
  readonly kind: 'big' | 'small' = 'small'
  readonly #weight = 1
  get weight() {
    return this.#weight
  }
}
const parcel = from(type<Parcel>())
const onParcel = g.step('onParcel', { input: type<Parcel>() }, ({ input }) => input.weight)
parcel.switch('kind', {
  big: onParcel,
  small: flow => flow.step('s', ({ input }) => exactly<'small'>()(input.kind)),
})

// cases made elsewhere must be known, too
const table: Readonly<Record<string, Dest<{ kind: 'bug' | 'wish'; text: string }>>> = {}
const whole = g.step('whole', { input: z.object({ kind: z.enum(['bug', 'wish']), text: z.string() }) }, () => 3)
// @ts-expect-error 21: nobody knows which cases a table has
ticket.switch('kind', table)
ticket.switch('kind', table, { otherwise: whole })
const perhaps: { bug: typeof whole; wish?: typeof whole } = { bug: whole }
// @ts-expect-error 22: a case may not be missing
ticket.switch('kind', perhaps)
