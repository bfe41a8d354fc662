// What a run needs of deps is computed from its parts, and a run without it does not compile.
import { z } from 'zod'
import {
  agent,
  depsType,
  outputFunction,
  outputTool,
  textOutput,
  tool,
  type Agent,
  type InferDeps,
  type RunContext,
} from '../../src/index.ts'
import { expectType, type Eq } from './expect.ts'

interface Db {
  query(q: string): Promise<string[]>
}
declare const db: Db

const search = tool({
  name: 'search',
  input: z.object({ q: z.string() }),
  run: ({ q }, ctx: RunContext<{ db: Db }>) => ctx.deps.db.query(q),
})
const whoami = tool({
  name: 'whoami',
  input: z.object({}),
  run: (_, ctx: RunContext<{ userId: string }>) => ctx.deps.userId,
})
const clock = tool({ name: 'clock', input: z.object({}), run: () => 12 })

// an agent that needs nothing
const plain = agent({ model: 'test', tools: [clock] })
expectType<Eq<InferDeps<typeof plain>, unknown>>()
void plain.run('hi')
void plain.run()
void plain.run(null, {})
void plain.run('hi', { metadata: { a: 1 } })
void plain.stream('hi').output
void plain.iter('hi').result
// @ts-expect-error it needs no deps, so none can be passed
void plain.run('hi', { deps: { db } })
// @ts-expect-error nor to stream
void plain.stream('hi', { deps: { db } })
// @ts-expect-error nor to iter
void plain.iter('hi', { deps: { db } })

// an agent that needs what two tools need together
const support = agent({ model: 'test', tools: [search, whoami, clock] })
expectType<Eq<InferDeps<typeof support>, { db: Db } & { userId: string }>>()
void support.run('hi', { deps: { db, userId: 'u' } })
void support.stream('hi', { deps: { db, userId: 'u' } }).output
void support.iter('hi', { deps: { db, userId: 'u' } }).result
// a value that has more is fine
const app = { db, userId: 'u', locale: 'en' }
void support.run('hi', { deps: app })
// @ts-expect-error deps are missing
void support.run('hi')
// @ts-expect-error deps are missing among the options
void support.run('hi', { metadata: {} })
// @ts-expect-error deps are missing in stream
void support.stream('hi')
// @ts-expect-error deps are missing in iter
void support.iter('hi')
// @ts-expect-error a key is missing: userId
void support.run('hi', { deps: { db } })
// @ts-expect-error a key is missing in stream: db
void support.stream('hi', { deps: { userId: 'u' } })
// @ts-expect-error a key is missing in iter: db
void support.iter('hi', { deps: { userId: 'u' } })
// @ts-expect-error a key has the wrong type
void support.run('hi', { deps: { db, userId: 7 } })
// @ts-expect-error undefined is not what the tools need
void support.run('hi', { deps: undefined })
// @ts-expect-error null neither
void support.run('hi', { deps: null })

// instructions see what the tools declared
agent({ model: 'test', tools: [search, whoami], instructions: ctx => ctx.deps.userId.toUpperCase() })
agent({
  model: 'test',
  tools: [search],
  // @ts-expect-error nobody declared userId
  instructions: ctx => ctx.deps.userId,
})
agent({
  model: 'test',
  // @ts-expect-error nobody declared anything
  instructions: ['Be brief.', ctx => ctx.deps.userId],
})

// … or what a witness declared
const tenant = agent({
  model: 'test',
  deps: depsType<{ tenant: string }>(),
  instructions: ['Be brief.', ctx => `Tenant: ${ctx.deps.tenant}`],
  systemPrompt: { id: 'tenant', dynamic: true, content: ctx => ctx.deps.tenant },
  metadata: ctx => ({ tenant: ctx.deps.tenant }),
  modelSettings: ctx => ({ temperature: ctx.deps.tenant === 'acme' ? 0 : 1 }),
})
expectType<Eq<InferDeps<typeof tenant>, { tenant: string }>>()
void tenant.run('hi', { deps: { tenant: 't' } })
// @ts-expect-error the witness is binding
void tenant.run('hi')
agent({
  model: 'test',
  deps: depsType<{ tenant: string }>(),
  // @ts-expect-error a system prompt sees the same deps
  systemPrompt: { content: ctx => ctx.deps.user },
})
agent({
  model: 'test',
  deps: depsType<{ tenant: string }>(),
  // @ts-expect-error settings see the same deps
  modelSettings: ctx => ({ temperature: ctx.deps.user.length }),
})
agent({
  model: 'test',
  deps: depsType<{ tenant: string }>(),
  // @ts-expect-error metadata sees the same deps
  metadata: ctx => ({ user: ctx.deps.user }),
})
// @ts-expect-error a witness, not a value
agent({ model: 'test', deps: { tenant: 't' } })
// a witness adds to what tools need
const both = agent({ model: 'test', deps: depsType<{ tenant: string }>(), tools: [whoami] })
expectType<Eq<InferDeps<typeof both>, { tenant: string } & { userId: string }>>()

// output functions and tools count too
const Query = z.object({ sql: z.string() })
const writer = agent({
  model: 'test',
  tools: [whoami],
  output: [
    outputTool({ schema: Query, run: ({ sql }, ctx: RunContext<{ db: Db }>) => ctx.deps.db.query(sql) }),
    textOutput((words, ctx: RunContext<{ locale: string }>) => words + ctx.deps.locale),
  ],
})
void writer.run('hi', { deps: { userId: 'u', db, locale: 'en' } })
// @ts-expect-error the output functions need db and locale
void writer.run('hi', { deps: { userId: 'u' } })
const single = agent({
  model: 'test',
  output: outputFunction({ schema: Query, run: (query, ctx: RunContext<{ db: Db }>) => ctx.deps.db.query(query.sql) }),
})
void single.run('hi', { deps: { db } })
// @ts-expect-error a wrong db
void single.run('hi', { deps: { db: 'postgres://' } })

// contradicting needs cannot be met
const odd = agent({
  model: 'test',
  tools: [whoami, tool({ name: 'n', input: z.object({}), run: (_, ctx: RunContext<{ userId: number }>) => ctx.deps })],
})
// @ts-expect-error userId would have to be a string and a number
void odd.run('hi', { deps: { userId: 'u' } })

// options of one run see the deps of the agent, or more
void support.run('hi', { deps: app, instructions: ctx => ctx.deps.locale })
void support.run('hi', { deps: app, metadata: ctx => ({ user: ctx.deps.userId }) })
// @ts-expect-error deps of this run hold no tenant
void support.run('hi', { deps: app, instructions: ctx => ctx.deps.tenant })
// @ts-expect-error an agent without deps has none in a run's instructions either
void plain.run('hi', { instructions: ctx => ctx.deps.locale })

// override() and with()
void support.override({ deps: { db, userId: 'u' } }, () => support.run('hi', { deps: app }))
// @ts-expect-error an override gives all deps or none
void support.override({ deps: { db } }, () => 1)
// @ts-expect-error of the right type
void support.override({ deps: { db, userId: 1 } }, () => 1)
// @ts-expect-error instructions of an override see the agent's deps only
void support.override({ instructions: ctx => ctx.deps.locale }, () => 1)
const renamed = support.with({ instructions: ctx => ctx.deps.userId })
void renamed.run('hi', { deps: app })
// @ts-expect-error a copy needs what the original needs
void renamed.run('hi')
// @ts-expect-error with() makes an agent, deps belong to a run
support.with({ deps: app })

// functions that are generic in the deps pass theirs on
async function ask<D, O>(asked: Agent<D, O>, deps: D): Promise<O> {
  const { output } = await asked.run('hi', { deps })
  expectType<Eq<typeof output, O>>()
  return await asked.stream('hi', { deps }).output
}
void ask(support, app)
// @ts-expect-error and are given what the agent needs
void ask(support, { db })
function askAll<D extends { db: Db }>(asked: Agent<D>, deps: D) {
  return asked.run('hi', { deps })
}
void askAll(support, app)
// deps of every kind
void agent({ model: 'test', deps: depsType<object>() }).run('hi', { deps: {} })
void agent({ model: 'test', deps: depsType<string>() }).run('hi', { deps: 'tenant' })
void agent({ model: 'test', deps: depsType<{ a: 1 } | { b: 2 }>() }).run('hi', { deps: { b: 2 } })

// variance: an agent that needs less does where more is supplied, never the reverse
const needsMore: Agent<{ db: Db; userId: string; locale: string }> = support
const needsNothing: Agent<{ db: Db }> = plain
void needsMore.run('hi', { deps: app })
void needsNothing.run('hi', { deps: { db } })
// @ts-expect-error support needs userId as well
const needsLess: Agent<{ db: Db }> = support
// @ts-expect-error and it does not run without deps
const free: Agent = support
void [needsLess, free]
// the output is covariant
const wide: Agent<unknown, string | number> = plain
// @ts-expect-error a text is not a number
const narrow: Agent<unknown, number> = plain
void [wide, narrow]
