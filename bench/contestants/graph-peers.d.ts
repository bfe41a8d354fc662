// What the graph benchmark uses of its peers, so that this folder compiles without them: `npm run bench` alone installs them.

declare module '@langchain/langgraph' {
  export const START: '__start__'
  export const END: '__end__'
  export const Annotation: { <T>(): T; Root(fields: Readonly<Record<string, unknown>>): unknown }
  interface CompiledGraph {
    invoke(state: { readonly n: number }, options: { readonly recursionLimit: number }): Promise<{ readonly n: number }>
  }
  export class StateGraph {
    constructor(state: unknown)
    addNode(id: string, run: (state: { readonly n: number }) => Promise<{ readonly n: number }>): this
    addEdge(from: string, to: string): this
    addConditionalEdges(from: string, choose: (state: { readonly n: number }) => Promise<string>): this
    compile(): CompiledGraph
  }
}

declare module '@mastra/core/workflows' {
  interface Step {
    readonly id: string
  }
  interface Workflow {
    dountil(step: Step, isDone: (context: { readonly inputData: { readonly n: number } }) => Promise<boolean>): this
    commit(): this
    createRun(): Promise<{
      start(options: { readonly inputData: { readonly n: number } }): Promise<{ readonly status: string }>
    }>
  }
  export function createStep(options: {
    readonly id: string
    readonly inputSchema: unknown
    readonly outputSchema: unknown
    readonly execute: (context: { readonly inputData: { readonly n: number } }) => Promise<{ readonly n: number }>
  }): Step
  export function createWorkflow(options: {
    readonly id: string
    readonly inputSchema: unknown
    readonly outputSchema: unknown
  }): Workflow
}
