// The output of a run is the union of what the agent may answer with, and is used as that.
import { type } from 'arktype'
import * as v from 'valibot'
import { z } from 'zod'
import {
  agent,
  deferredToolRequests,
  imageOutput,
  jsonSchema,
  ModelRetry,
  named,
  nativeOutput,
  outputFunction,
  outputTool,
  promptedOutput,
  text,
  textOutput,
  tool,
  type AgentRunResult,
  type BinaryContent,
  type DeferredToolRequests,
  type InferOutput,
  type RunContext,
} from '../../src/index.ts'
import { expectType, type Eq } from './expect.ts'

const Answer = z.object({ answer: z.string(), sources: z.array(z.string()), score: z.number().default(1) })
const Escalate = v.object({ to: v.string() })
const Page = type({ url: 'string' })
type AnswerOutput = { answer: string; sources: string[]; score: number }

// text
const plain = await agent({ model: 'test' }).run('hi')
expectType<Eq<typeof plain, AgentRunResult<string>>>()
plain.output.toUpperCase()
// @ts-expect-error text is no object
void plain.output.answer
// @ts-expect-error text is no number
plain.output.toFixed(2)

// one schema
const one = await agent({ model: 'test', output: Answer }).run('hi')
expectType<Eq<typeof one.output, AnswerOutput>>()
one.output.sources.map(source => source.length)
// @ts-expect-error structured output is no text
one.output.toUpperCase()
// @ts-expect-error no such key
void one.output.text
// @ts-expect-error a list is no text
one.output.sources.toUpperCase()

// a union, over three vendors
const union = await agent({ model: 'test', output: [Answer, Escalate, Page, text, null] }).run('hi')
expectType<Eq<typeof union.output, AnswerOutput | { to: string } | { url: string } | string | null>>()
if (typeof union.output === 'object' && union.output !== null && 'to' in union.output) union.output.to.toUpperCase()
// @ts-expect-error it may be another member of the union
void union.output.to
// @ts-expect-error it may be null
void ('to' in union.output)
// @ts-expect-error it may be an object
union.output?.toUpperCase()

// null
const perhaps = await agent({ model: 'test', output: [Answer, null] }).run('hi')
expectType<Eq<typeof perhaps.output, AnswerOutput | null>>()
void perhaps.output?.answer
// @ts-expect-error it may be null
void perhaps.output.answer

// lists and scalars
const list = await agent({ model: 'test', output: z.array(Escalated()) }).run('hi')
expectType<Eq<typeof list.output, { to: string }[]>>()
void list.output[0]?.to
// @ts-expect-error a list is not its element
void list.output.to
// @ts-expect-error there may be no first element
void list.output[0].to
const scalar = await agent({ model: 'test', output: z.number() }).run('hi')
// @ts-expect-error a number is no text
scalar.output.toUpperCase()
scalar.output.toFixed(1)

function Escalated() {
  return z.object({ to: z.string() })
}

// functions and tools: what they return is the output
const made = agent({
  model: 'test',
  output: [
    outputTool({ name: 'count', schema: Answer, run: async answer => answer.sources.length }),
    outputFunction({ schema: Escalate, run: ({ to }) => new Set([to]) }),
    textOutput(words => words.split(' ')),
  ],
})
expectType<Eq<InferOutput<typeof made>, number | Set<string> | string[]>>()
agent({
  model: 'test',
  // @ts-expect-error the function gets what the schema yields
  output: outputTool({ schema: Answer, run: (wrong: { question: string }) => wrong.question }),
})
agent({
  model: 'test',
  // @ts-expect-error inline too
  output: [outputFunction({ schema: Escalate, run: ({ from }) => from })],
})
agent({
  model: 'test',
  // @ts-expect-error a text function gets text
  output: textOutput((words: number) => words),
})
agent({
  model: 'test',
  // @ts-expect-error deps that are not declared are unknown
  output: outputTool({ schema: Answer, run: (_, ctx) => ctx.deps.db }),
})
const needsDb = agent({
  model: 'test',
  output: outputTool({ schema: Answer, run: (_, ctx: RunContext<{ db: string }>) => ctx.deps.db }),
})
void needsDb.run('hi', { deps: { db: 'pg' } })
// @ts-expect-error output functions need their deps at the run
void needsDb.run('hi')

// markers
expectType<
  Eq<InferOutput<ReturnType<typeof markers>>, AnswerOutput | { to: string } | BinaryContent | DeferredToolRequests>
>()
function markers() {
  return agent({
    model: 'test',
    output: [nativeOutput([Answer, named(Escalate, 'Escalate')]), imageOutput, deferredToolRequests],
  })
}
const prompted = agent({ model: 'test', output: promptedOutput(Page) })
expectType<Eq<InferOutput<typeof prompted>, { url: string }>>()
const raw = agent({ model: 'test', output: jsonSchema<{ n: number }>({ type: 'object' }) })
expectType<Eq<InferOutput<typeof raw>, { n: number }>>()
// @ts-expect-error a JSON Schema as data is no schema
agent({ model: 'test', output: { type: 'object', properties: {} } })
// @ts-expect-error nor is a word
agent({ model: 'test', output: 'text' })
// @ts-expect-error nor in a list
agent({ model: 'test', output: [Answer, String] })
// @ts-expect-error a tool is no output
agent({ model: 'test', output: tool({ name: 't', input: Answer, run: () => 1 }) })

// validators get the output, and may replace it by another of its type
agent({
  model: 'test',
  output: Answer,
  outputValidators: [
    (answer, ctx) => {
      expectType<Eq<typeof answer, AnswerOutput>>()
      if (answer.sources.length === 0 && !ctx.lastAttempt) throw new ModelRetry('Name a source.')
    },
    async answer => ({ ...answer, score: 2 }),
  ],
})
agent({
  model: 'test',
  output: Answer,
  // @ts-expect-error a validator of another type
  outputValidators: [(output: string) => output.trim()],
})
agent({
  model: 'test',
  output: Answer,
  // @ts-expect-error a replacement has to be an output
  outputValidators: [() => 'ok'],
})
agent({
  model: 'test',
  output: [Answer, Escalate],
  // @ts-expect-error a validator sees the whole union
  outputValidators: [output => void output.answer],
})
agent({
  model: 'test',
  output: Answer,
  // @ts-expect-error nobody declared these deps
  outputValidators: [(answer, ctx) => void ctx.deps.min],
})

// a run may replace the output
const support = agent({ model: 'test', output: Answer })
const replaced = await support.run('hi', { output: [Escalate, text] })
expectType<Eq<typeof replaced.output, { to: string } | string>>()
const kept = await support.run('hi', { metadata: {} })
expectType<Eq<typeof kept.output, AnswerOutput>>()
// @ts-expect-error the agent's own output is not what this run gives
void replaced.output.answer
const withDeps = agent({
  model: 'test',
  output: Answer,
  tools: [tool({ name: 't', input: z.object({}), run: (_, ctx: RunContext<{ db: string }>) => ctx.deps.db })],
})
const both = await withDeps.run('hi', { deps: { db: 'pg' }, output: z.number() })
expectType<Eq<typeof both.output, number>>()
// @ts-expect-error what replaces it must be an output
void support.run('hi', { output: 'text' })
// @ts-expect-error an output function of a run cannot need more deps than the run has
void support.run('hi', { output: textOutput((words, ctx: RunContext<{ db: string }>) => words + ctx.deps.db) })
// … and can use those it has
void withDeps.run('hi', {
  deps: { db: 'pg' },
  output: [Answer, textOutput((words, ctx: RunContext<{ db: string }>) => words + ctx.deps.db)],
})
