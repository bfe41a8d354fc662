/** What runs in a browser or a worker: nothing here may need the types of Node. */
import { End, expectDone, graph, memoryStore, node, type GraphRunContext } from '@tenon/graph'
import * as storeTests from '@tenon/graph/testing'
import {
  agent,
  depsType,
  FunctionToolset,
  tool,
  WrapperModel,
  type Capability,
  type InferDeps,
  type InferOutput,
  type Model,
  type RunContext,
  type Toolset,
} from 'tenon'
import * as families from 'tenon/bedrock-families'
import * as core from 'tenon/core'
import * as testing from 'tenon/testing'
import { z } from 'zod'

export { core, families, storeTests }

const search = tool({
  name: 'search',
  // what is optional may be left open
  description: undefined,
  input: z.object({ query: z.string(), limit: z.number().optional() }),
  run: ({ query, limit }, ctx: RunContext<{ notes: readonly string[] }>) => [query, limit ?? ctx.deps.notes.length],
})

class Notes implements Capability<{ notes: readonly string[] }> {
  readonly id = 'notes'
  get toolset(): Toolset<unknown> | undefined {
    return new FunctionToolset([])
  }
}

const Answer = z.object({ answer: z.string(), score: z.number().optional() })

export const helper = agent({
  name: undefined,
  model: new testing.TestModel(),
  deps: depsType<{ readonly user?: string }>(),
  tools: [search],
  output: Answer,
  capabilities: [new Notes()],
})

type Same<A, B> = [A, B] extends [B, A] ? true : false
export const output: Same<InferOutput<typeof helper>, z.infer<typeof Answer>> = true
export const deps: Same<InferDeps<typeof helper>, { notes: readonly string[] } & { readonly user?: string }> = true

export const model: Model = new WrapperModel(new testing.FunctionModel({ function: () => 'Hello' }))

export async function ask(question: string, signal?: AbortSignal): Promise<string> {
  await using run = helper.stream(question, { deps: { notes: [] }, signal, modelSettings: { maxTokens: undefined } })
  for await (const partial of run.partials()) console.log(partial.answer?.length, partial.score)
  // @ts-expect-error there is no such key
  void run.output.then(({ source }) => source)
  // @ts-expect-error the notes are missing
  void (() => helper.run(question, { deps: {} }))
  return (await run.output).answer
}

class Double extends node('Double', z.object({ value: z.number() })) {
  static next = () => [End<number>]
  async run(_ctx: GraphRunContext) {
    return new End(this.value * 2)
  }
}

export async function double(value: number): Promise<number> {
  const doubling = graph({ name: 'doubling', nodes: [Double] })
  const done = await expectDone(doubling.run(new Double({ value }), { store: memoryStore() }))
  return done.output
}
