import { End, graph, graphBuilder, node, type, type GraphRunContext } from '@tenon/graph'

type State = { n: number }

/** Counts in its state up to `steps`, one step at a time, round a cycle. */
export const countingSteps = (steps: number) => {
  const g = graphBuilder({ name: 'count', state: type<State>(), input: type<number>(), output: type<number>() })
  const up = g.step('up', { input: type<number>() }, async ({ state }) => ++state.n)
  g.start.to(up)
  up.when(n => n >= steps, g.end).otherwise(up)
  const app = g.build()
  return () => app.run({ input: 0, state: { n: 0 }, maxSteps: steps + 10 })
}

/** The same with class nodes. */
export const countingNodes = (steps: number) => {
  class Up extends node('Up') {
    static next = () => [Up, End<number>]
    async run(ctx: GraphRunContext<State>): Promise<Up | End<number>> {
      return ++ctx.state.n >= steps ? new End(ctx.state.n) : new Up()
    }
  }
  const app = graph({ name: 'count', state: type<State>(), nodes: [Up] })
  return () => app.run(new Up(), { state: { n: 0 }, maxSteps: steps + 10 })
}

/** Maps over `items` numbers, 64 at a time, and sums. */
export const mapping = (items: number) => {
  const g = graphBuilder({ name: 'map', input: type<number[]>(), output: type<number>() })
  g.start
    .map({ concurrency: 64 })
    .step('double', async ({ input }) => input * 2)
    .sum()
    .to(g.end)
  const app = g.build()
  const input = Array.from({ length: items }, (_, index) => index)
  return () => app.run({ input })
}

/** The floor of both: a loop, and a pool of 64. */
export const countingLoop = (steps: number) => async () => {
  let state: State = { n: 0 }
  const up = async (before: State) => ({ ...before, n: before.n + 1 })
  const isDone = async ({ n }: State) => n >= steps
  do state = await up(state)
  while (!(await isDone(state)))
  return state.n
}

export const poolOf64 = (items: number) => async () => {
  let next = 0
  let sum = 0
  const work = async () => {
    while (next < items) {
      const item = next++
      sum += await Promise.resolve(item * 2)
    }
  }
  await Promise.all(Array.from({ length: 64 }, work))
  return sum
}

export const countingLangGraph = async (steps: number) => {
  const { Annotation, END, START, StateGraph } = await import('@langchain/langgraph')
  const app = new StateGraph(Annotation.Root({ n: Annotation<number>() }))
    .addNode('up', async ({ n }) => ({ n: n + 1 }))
    .addEdge(START, 'up')
    .addConditionalEdges('up', async ({ n }) => (n >= steps ? END : 'up'))
    .compile()
  return () => app.invoke({ n: 0 }, { recursionLimit: steps + 10 })
}

export const countingMastra = async (steps: number) => {
  const { createStep, createWorkflow } = await import('@mastra/core/workflows')
  const { z } = await import('zod')
  const schemas = { inputSchema: z.object({ n: z.number() }), outputSchema: z.object({ n: z.number() }) }
  const up = createStep({ id: 'up', ...schemas, execute: async ({ inputData }) => ({ n: inputData.n + 1 }) })
  const flow = createWorkflow({ id: 'count', ...schemas })
    .dountil(up, async ({ inputData }) => inputData.n >= steps)
    .commit()
  return async () => (await flow.createRun()).start({ inputData: { n: 0 } })
}
