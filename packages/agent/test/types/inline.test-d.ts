// An output or a tool written in place infers as much as one with a name.
import { z } from 'zod'
import {
  agent,
  outputFunction,
  outputTool,
  textOutput,
  nativeOutput,
  promptedOutput,
  named,
  tool,
  kit,
  type InferDeps,
  type InferOutput,
} from '../../src/index.ts'
import { expectType, type Eq } from './expect.ts'
const Schema = z.object({ a: z.string() })
const bareTool = agent({ output: outputTool({ schema: Schema }) })
expectType<Eq<InferDeps<typeof bareTool>, unknown>>()
expectType<Eq<InferOutput<typeof bareTool>, { a: string }>>()
const listedTool = agent({ output: [outputTool({ schema: Schema })] })
expectType<Eq<InferDeps<typeof listedTool>, unknown>>()
expectType<Eq<InferOutput<typeof listedTool>, { a: string }>>()
const words = agent({ output: textOutput(w => w.length) })
expectType<Eq<InferDeps<typeof words>, unknown>>()
expectType<Eq<InferOutput<typeof words>, number>>()
const listedWords = agent({ output: [textOutput(w => w.length)] })
expectType<Eq<InferDeps<typeof listedWords>, unknown>>()
expectType<Eq<InferOutput<typeof listedWords>, number>>()
const fn = agent({ output: outputFunction({ schema: Schema, run: x => x.a.length }) })
expectType<Eq<InferDeps<typeof fn>, unknown>>()
expectType<Eq<InferOutput<typeof fn>, number>>()
const nativeFn = agent({ output: nativeOutput(outputFunction({ schema: Schema, run: x => x.a.length })) })
expectType<Eq<InferDeps<typeof nativeFn>, unknown>>()
expectType<Eq<InferOutput<typeof nativeFn>, number>>()
const prompted = agent({ output: promptedOutput([Schema, named(Schema, 'x')]) })
expectType<Eq<InferDeps<typeof prompted>, unknown>>()
expectType<Eq<InferOutput<typeof prompted>, { a: string }>>()
const toolFn = agent({ output: outputTool({ schema: Schema, run: x => x.a.length }) })
expectType<Eq<InferDeps<typeof toolFn>, unknown>>()
expectType<Eq<InferOutput<typeof toolFn>, number>>()
const asyncFn = agent({
  output: [
    outputTool({
      schema: Schema,
      run: async (x, ctx) => {
        void ctx.step
        return x.a.length
      },
    }),
  ],
})
expectType<Eq<InferDeps<typeof asyncFn>, unknown>>()
expectType<Eq<InferOutput<typeof asyncFn>, number>>()
const inlineTool = agent({
  tools: [
    tool({
      name: 'x',
      input: Schema,
      run: (args, ctx) => {
        void ctx.step
        return args.a
      },
    }),
  ],
})
expectType<Eq<InferDeps<typeof inlineTool>, unknown>>()
const app = kit<{ db: string }>()
const helper = app.agent({
  output: outputTool({ schema: Schema }),
  tools: [
    tool({
      name: 'x',
      input: Schema,
      run: (args, ctx) => {
        void ctx.step
        return args.a
      },
    }),
  ],
})
expectType<Eq<InferOutput<typeof helper>, { a: string }>>()
const replaced = await agent({}).run('x', { output: outputTool({ schema: Schema }) })
expectType<Eq<typeof replaced.output, { a: string }>>()
const union = await agent({}).run('x', { output: [textOutput(w => w.length), outputTool({ schema: Schema })] })
expectType<Eq<typeof union.output, { a: string } | number>>()
