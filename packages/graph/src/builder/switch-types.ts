import type { GraphTypeError } from '../types.ts'

/** The texts of strings and numbers that can be listed. */
type ListedText<TValue extends number | string> = {} extends Record<TValue, 1> ? never : `${TValue}`

/** How a case writes a value (`'a'`, `'1'`, `'true'`, `'null'`); never for a type whose values cannot be listed, as `string`. */
type NameOf<TValue> = TValue extends number | string
  ? ListedText<TValue>
  : TValue extends true
    ? 'true'
    : TValue extends false
      ? 'false'
      : TValue extends null
        ? 'null'
        : TValue extends undefined
          ? 'undefined'
          : never

type IsListed<TValue> = TValue extends unknown ? ([NameOf<TValue>] extends [never] ? false : true) : never

/** The keys a type spells out, without those of an index signature. */
type SpelledKeys<T> = keyof {
  [P in keyof T as string extends P ? never : number extends P ? never : P]: unknown
}

/** What reading `TKey` gives: a key that is only covered by an index signature may be missing. */
type ValueAt<T, TKey extends keyof T> = TKey extends SpelledKeys<T> ? T[TKey] : T[TKey] | undefined
type ValueIn<TOutput, TKey extends keyof TOutput> = TOutput extends unknown ? ValueAt<TOutput, TKey> : never

/** What is left of a value in the case called `TName`. */
type Taken<TValue, TName extends string> = unknown extends TValue
  ? TValue
  : TValue extends unknown
    ? [NameOf<TValue>] extends [never]
      ? TakenOfMany<TValue, TName>
      : NameOf<TValue> extends TName
        ? TValue
        : never
    : never

/** The same for a type whose values cannot be listed. */
type TakenOfMany<TValue, TName extends string> = TValue extends string
  ? TValue & TName
  : TValue extends number
    ? TName extends `${number}`
      ? TValue
      : never
    : never

/** What is left of a value when the cases called `TNames` have been taken. */
type Rest<TValue, TNames extends string> = TValue extends unknown
  ? [NameOf<TValue>] extends [never]
    ? TValue
    : NameOf<TValue> extends TNames
      ? never
      : TValue
  : never

type WithValue<T, TKey extends keyof T, TValue> = {
  [P in keyof T as P extends TKey ? never : P]: T[P]
} & (undefined extends TValue ? { [P in keyof Pick<T, TKey>]: TValue } : { [P in keyof Pick<T, TKey>]-?: TValue })

/** One member of the output with another value at the key: itself, nothing, or a narrower object that is still assignable to it. */
type Narrowed<T, TKey extends keyof T, TValue> = [TValue] extends [never]
  ? never
  : [ValueAt<T, TKey>] extends [TValue]
    ? T
    : WithValue<T, TKey, TValue> extends infer TNarrow
      ? { [P in keyof TNarrow]: TNarrow[P] } extends T
        ? { [P in keyof TNarrow]: TNarrow[P] }
        : T & { readonly [P in TKey]: TValue }
      : never

/** The value in the case called `TName`. */
export type CaseValue<TOutput, TKey extends keyof TOutput, TName extends string> = TOutput extends unknown
  ? Narrowed<TOutput, TKey, Taken<ValueAt<TOutput, TKey>, TName>>
  : never

/** The value in none of the cases called `TNames`. */
export type OtherValue<TOutput, TKey extends keyof TOutput, TNames extends string> = TOutput extends unknown
  ? Narrowed<TOutput, TKey, Rest<ValueAt<TOutput, TKey>, TNames>>
  : never

/** The names of the cases that can be listed. */
export type CaseName<TOutput, TKey extends keyof TOutput> = NameOf<ValueIn<TOutput, TKey>>

/** The names of the cases as texts; a `Record<string, …>` names none. */
export type NamesIn<TNames> = NameOf<TNames>

type IsUnion<T, TAll = T> = T extends unknown ? ([TAll] extends [T] ? false : true) : never

/** Unknown when each case has a value, else a sentence. */
export type CheckNames<TOutput, TKey extends keyof TOutput, TNames> =
  true extends IsUnion<TKey>
    ? GraphTypeError<'a switch asks one key, which all values have'>
    : [Superfluous<TOutput, TKey, TNames>] extends [never]
      ? unknown
      : GraphTypeError<`there is no value "${Superfluous<TOutput, TKey, TNames>}" for this case`>

type Superfluous<TOutput, TKey extends keyof TOutput, TNames> = {
  [N in NamesIn<TNames>]: [CaseValue<TOutput, TKey, N>] extends [never] ? N : never
}[NamesIn<TNames>]

/** The same, and each value needs a case. */
export type CheckCases<TOutput, TKey extends keyof TOutput, TNames> =
  CheckNames<TOutput, TKey, TNames> extends GraphTypeError<infer TMessage>
    ? GraphTypeError<TMessage>
    : [Exclude<CaseName<TOutput, TKey>, NamesIn<TNames>>] extends [never]
      ? false extends IsListed<ValueIn<TOutput, TKey>>
        ? GraphTypeError<`not all values of "${TKey & string}" can be listed: give the switch { otherwise }`>
        : unknown
      : GraphTypeError<`the value "${Exclude<CaseName<TOutput, TKey>, NamesIn<TNames>>}" has no case: add it, or { otherwise }`>
