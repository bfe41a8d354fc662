// Tools: arguments come from the schema of any vendor, results and deps from the function; inline tools lose nothing.
import { type } from 'arktype'
import { toStandardJsonSchema } from '@valibot/to-json-schema'
import * as v from 'valibot'
import { z } from 'zod'
import {
  agent,
  FunctionToolset,
  jsonSchema,
  tool,
  toolReturn,
  type InferDeps,
  type RunContext,
  type Tool,
  type ToolReturn,
} from '../../src/index.ts'
import { expectType, type Eq } from './expect.ts'

// the output side of a schema: defaults are there, transforms are done
const lookup = tool({
  name: 'lookup',
  description: 'Looks things up',
  input: z.object({ q: z.string(), n: z.number().default(3), on: z.string().transform(text => new Date(text)) }),
  run: async ({ q, n, on }, ctx) => {
    expectType<Eq<typeof q, string>>()
    expectType<Eq<typeof n, number>>()
    expectType<Eq<typeof on, Date>>()
    expectType<Eq<typeof ctx, RunContext<unknown>>>()
    return [q.repeat(n)]
  },
})
expectType<Eq<typeof lookup, Tool<unknown, 'lookup', { q: string; n: number; on: Date }, string[]>>>()

// every vendor
const valibot = tool({
  name: 'valibot',
  input: toStandardJsonSchema(v.object({ city: v.string(), days: v.optional(v.number(), 1) })),
  run: args => {
    expectType<Eq<typeof args, { city: string; days: number }>>()
    return args.days
  },
})
const arktype = tool({
  name: 'arktype',
  input: type({ url: 'string', 'depth?': 'number' }),
  run: args => {
    expectType<Eq<typeof args, { url: string; depth?: number }>>()
    return args.url
  },
})
const raw = tool({
  name: 'raw',
  input: jsonSchema<{ a: string }>({ type: 'object', properties: { a: { type: 'string' } } }),
  run: args => {
    expectType<Eq<typeof args, { a: string }>>()
    return args.a
  },
})
agent({ model: 'test', tools: [lookup, valibot, arktype, raw] })

// wrong arguments
tool({
  name: 't',
  input: z.object({ q: z.string() }),
  // @ts-expect-error the schema has no `query`
  run: ({ query }) => query,
})
tool({
  name: 't',
  input: z.object({ q: z.string() }),
  // @ts-expect-error q is a string
  run: (args: { q: number }) => args.q,
})
tool({
  name: 't',
  input: z.object({ q: z.string().optional() }),
  // @ts-expect-error q may be missing
  run: ({ q }) => q.length,
})
tool({
  name: 't',
  input: type({ url: 'string' }),
  // @ts-expect-error arktype: a string has no toFixed
  run: ({ url }) => url.toFixed(1),
})
tool({
  name: 't',
  input: toStandardJsonSchema(v.object({ city: v.string() })),
  // @ts-expect-error valibot: no such key
  run: ({ town }) => town,
})
tool({
  name: 't',
  input: jsonSchema<{ a: string }>({ type: 'object' }),
  // @ts-expect-error a raw schema is what it is said to be
  run: ({ b }) => b,
})
// @ts-expect-error a JSON Schema alone says nothing to the compiler: wrap it in jsonSchema()
tool({ name: 't', input: { type: 'object' }, run: () => 1 })
// @ts-expect-error a tool has a name
tool({ input: z.object({}), run: () => 1 })
// @ts-expect-error and a function
tool({ name: 't', input: z.object({}) })
// @ts-expect-error the option is called timeoutMs
tool({ name: 't', input: z.object({}), timeout: 5, run: () => 1 })
// @ts-expect-error the arguments come first, the context second
tool({ name: 't', input: z.object({ q: z.string() }), run: (ctx: RunContext<{ db: string }>) => ctx.deps.db })

// checkArgs gets what run gets; after run it knows the deps, before it it says them
tool({
  name: 't',
  input: z.object({ from: z.number(), to: z.number() }),
  run: ({ from, to }, ctx: RunContext<{ max: number }>) => from + to + ctx.deps.max,
  checkArgs: ({ from, to }, ctx) => {
    expectType<Eq<typeof from, number>>()
    expectType<Eq<typeof ctx, RunContext<{ max: number }>>>()
    if (to - from > ctx.deps.max) throw new Error('too far')
  },
})
tool({
  name: 't',
  input: z.object({ from: z.number() }),
  checkArgs: ({ from }, ctx: RunContext<{ max: number }>) => void (from + ctx.deps.max),
  run: ({ from }, ctx: RunContext<{ max: number }>) => from + ctx.deps.max,
})
tool({
  name: 't',
  input: z.object({ from: z.number() }),
  // @ts-expect-error no such argument
  checkArgs: ({ until }) => void until,
  run: ({ from }) => from,
})
tool({
  name: 't',
  input: z.object({ from: z.number() }),
  // @ts-expect-error checkArgs may not need more deps than run declares
  checkArgs: (_, ctx: RunContext<{ max: number }>) => void ctx.deps.max,
  run: ({ from }) => from,
})
tool({
  name: 't',
  input: z.object({ from: z.number() }),
  // @ts-expect-error nor may prepare
  prepare: (ctx, definition) => (ctx.deps.admin ? definition : undefined),
  run: ({ from }) => from,
})
tool({
  name: 't',
  input: z.object({}),
  run: (_, ctx: RunContext<{ admin: boolean }>) => ctx.deps.admin,
  prepare: (ctx, definition) => (ctx.deps.admin ? definition : undefined),
})
tool({
  name: 't',
  input: z.object({}),
  // @ts-expect-error prepare returns a definition, or nothing
  prepare: () => 'hidden',
  run: () => 1,
})

// inline tools keep arguments, names, results and deps
const inline = agent({
  model: 'test',
  tools: [
    tool({
      name: 'add',
      input: z.object({ a: z.number(), b: z.number() }),
      run: ({ a, b }) => {
        expectType<Eq<typeof a, number>>()
        return a + b
      },
    }),
    tool({
      name: 'rows',
      input: type({ table: 'string' }),
      run: async ({ table }, ctx: RunContext<{ rows: readonly string[] }>) => {
        expectType<Eq<typeof table, string>>()
        return ctx.deps.rows
      },
    }),
  ],
})
expectType<Eq<InferDeps<typeof inline>, { rows: readonly string[] }>>()
agent({
  model: 'test',
  // @ts-expect-error inline arguments are checked as elsewhere
  tools: [tool({ name: 'add', input: z.object({ a: z.number() }), run: ({ a }) => a.toUpperCase() })],
})
// @ts-expect-error a function is no tool
agent({ model: 'test', tools: [() => 1] })
// @ts-expect-error nor is a record of tools
agent({ model: 'test', tools: { lookup } })

// hoisted lists
const list = [lookup, valibot] as const
agent({ model: 'test', tools: list })
const mutable = [lookup, valibot]
agent({ model: 'test', tools: mutable })

// rich results
const rich = tool({ name: 'rich', input: z.object({}), run: () => toolReturn(7, { metadata: { secret: true } }) })
expectType<Eq<typeof rich, Tool<unknown, 'rich', Record<string, never>, ToolReturn<number>>>>()
// @ts-expect-error content is user content
toolReturn(7, { content: 12 })

// variance of tools: one that needs less does where more is given
const needsDb = tool({ name: 'db', input: z.object({}), run: (_, ctx: RunContext<{ db: string }>) => ctx.deps.db })
const given: Tool<{ db: string; user: string }> = needsDb
// @ts-expect-error the reverse would leave it without db
const missing: Tool<{ user: string }> = needsDb
void [given, missing]
const set: FunctionToolset<{ db: string; user: string }> = new FunctionToolset<{ db: string }>([needsDb])
// @ts-expect-error a toolset needs what its tools need
const poor: FunctionToolset<{ user: string }> = new FunctionToolset<{ db: string }>([needsDb])
void [set, poor]
