import { type } from 'arktype'
import * as v from 'valibot'
import { z } from 'zod'
import type { BinaryContent } from '../messages/content.ts'
import type { DeferredToolRequests } from '../messages/deferred.ts'
import { jsonSchema } from '../schema/json-schema.ts'
import type { RunContext } from '../tools/run-context.ts'
import type { JsonObject } from '../util/json.ts'
import { buildOutputSchema } from './build-output-schema.ts'
import { deferredToolRequests } from './deferred-output.ts'
import { imageOutput } from './image-output.ts'
import { named } from './named-output.ts'
import { nativeOutput } from './native-output.ts'
import { outputFunction } from './output-function.ts'
import type { DeepPartial, DepsOfOutput, OutputEntries, OutputOf, TextSpec } from './output-spec.ts'
import { outputTool } from './output-tool.ts'
import { promptedOutput } from './prompted-output.ts'
import type { structuredDict } from './structured-dict.ts'
import { text, textOutput } from './text-output.ts'

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false
declare function expectType<T extends true>(): T

/** Stands for `agent()`: the same constraints and the same computed result. */
interface FakeAgent<in D, out O> {
  run(deps: D): Promise<O>
}
declare function agent<const O extends OutputEntries = TextSpec, D = unknown>(options: {
  model: string
  output?: O
  deps?: D
}): FakeAgent<D & DepsOfOutput<O>, OutputOf<O>>
type Output<A> = A extends FakeAgent<never, infer O> ? O : never
type Deps<A> = A extends FakeAgent<infer D, unknown> ? D : never

interface Db {
  rows: (sql: string) => Promise<{ id: number }[]>
}

const Answer = z.object({ text: z.string(), score: z.number().default(1) })
const Escalate = v.object({ to: v.string() })
const Page = type({ url: 'string' })

// no output: text
const plain = agent({ model: 'test' })
expectType<Equal<Output<typeof plain>, string>>()
expectType<Equal<Deps<typeof plain>, unknown>>()

// one entry, three vendors; the output side of a schema counts
expectType<Equal<OutputOf<typeof Answer>, { text: string; score: number }>>()
expectType<Equal<OutputOf<typeof Escalate>, { to: string }>>()
expectType<Equal<OutputOf<typeof Page>, { url: string }>>()
const single = agent({ model: 'test', output: Answer })
expectType<Equal<Output<typeof single>, { text: string; score: number }>>()

// a list is a union, `null` is null
const many = agent({ model: 'test', output: [Answer, Escalate, Page, text, null, imageOutput, deferredToolRequests] })
expectType<
  Equal<
    Output<typeof many>,
    | { text: string; score: number }
    | { to: string }
    | { url: string }
    | string
    | null
    | BinaryContent
    | DeferredToolRequests
  >
>()

// inline output tools keep their inference: arguments, result and deps
const inline = agent({
  model: 'test',
  output: [
    Answer,
    outputTool({
      name: 'sql',
      schema: z.object({ sql: z.string() }),
      run: async ({ sql }, ctx: RunContext<{ db: Db }>) => {
        expectType<Equal<typeof sql, string>>()
        return await ctx.deps.db.rows(sql)
      },
    }),
    outputFunction({
      schema: v.object({ n: v.number() }),
      run: ({ n }, ctx: RunContext<{ user: string }>) => ctx.deps.user.length + n,
    }),
    textOutput((words, ctx: RunContext<{ locale: string }>) => new Set([words, ctx.deps.locale])),
  ],
})
expectType<Equal<Output<typeof inline>, { text: string; score: number } | { id: number }[] | number | Set<string>>>()
expectType<Equal<Deps<typeof inline>, { db: Db } & { user: string } & { locale: string }>>()

// a context that is not annotated has no deps
outputTool({
  schema: Answer,
  run: (answer, ctx) => {
    expectType<Equal<typeof answer, { text: string; score: number }>>()
    expectType<Equal<typeof ctx, RunContext<unknown>>>()
    // @ts-expect-error deps are unknown
    return ctx.deps.db
  },
})

// without `run` the value itself
const bare = outputTool({ schema: Answer, maxRetries: 2, strict: true })
expectType<Equal<OutputOf<typeof bare>, { text: string; score: number }>>()
expectType<Equal<DepsOfOutput<typeof bare>, unknown>>()

// a promise is awaited
const later = outputTool({ schema: Answer, run: async answer => answer.score })
expectType<Equal<OutputOf<typeof later>, number>>()

// markers carry the union and the deps of what they hold
const native = nativeOutput([
  Answer,
  named(Escalate, 'Escalate'),
  outputFunction({ schema: Page, run: (p, ctx: RunContext<{ db: Db }>) => [p.url, ctx.deps.db] as const }),
])
expectType<Equal<OutputOf<typeof native>, { text: string; score: number } | { to: string } | readonly [string, Db]>>()
expectType<Equal<DepsOfOutput<typeof native>, { db: Db }>>()
const prompted = agent({ model: 'test', output: [promptedOutput(Answer, { template: false }), null] })
expectType<Equal<Output<typeof prompted>, { text: string; score: number } | null>>()

// raw schemas
const raw = jsonSchema<{ a: string }>({ type: 'object' })
expectType<Equal<OutputOf<typeof raw>, { a: string }>>()
expectType<Equal<OutputOf<ReturnType<typeof structuredDict>>, JsonObject>>()

// hoisted lists
const hoisted = [Answer, text] as const
expectType<Equal<OutputOf<typeof hoisted>, { text: string; score: number } | string>>()
buildOutputSchema(hoisted)
buildOutputSchema([Answer, null])

// partial objects
expectType<
  Equal<
    DeepPartial<{ a: { b: string[]; c?: Date } }>['a'],
    { readonly b?: readonly string[]; readonly c?: Date } | undefined
  >
>()
expectType<Equal<DeepPartial<string | { n: number }>, string | { readonly n?: number }>>()
expectType<Equal<DeepPartial<{ x: 1 | 2 }[]>, readonly { readonly x?: 1 | 2 }[]>>()

// wrong programs
// @ts-expect-error a run function must take what the schema yields
outputTool({ schema: Answer, run: (wrong: { other: string }) => wrong.other })
// @ts-expect-error a schema is needed
outputTool({ name: 'sql' })
// @ts-expect-error not a schema
agent({ model: 'test', output: { type: 'object' } })
// @ts-expect-error not a schema in a list
agent({ model: 'test', output: [Answer, 'text'] })
// @ts-expect-error the field is called maxRetries
outputTool({ schema: Answer, retries: 2 })
// @ts-expect-error a text function takes text
textOutput((value: number) => value)
// @ts-expect-error deps are missing
void inline.run({ db: {} as Db, user: 'a' })
void inline.run({ db: {} as Db, user: 'a', locale: 'en' })
