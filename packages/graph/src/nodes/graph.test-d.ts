import { z } from 'zod'
import {
  anyNode,
  edge,
  End,
  expectDone,
  graph,
  interruptPoint,
  memoryStore,
  node,
  type,
  withCodec,
  type BaseNode,
  type GraphRunContext,
  type Json,
} from '../index.ts'

const State = z.object({ n: z.number() })
type State = z.infer<typeof State>
const reply = interruptPoint('reply', { payload: z.object({ q: z.string() }), resume: z.string() })

class Ask extends node('Ask') {
  static next = () => [Answer]
  async run(_ctx: GraphRunContext<State>) {
    return new Answer({ question: 'q' })
  }
}
class Answer extends node('Answer', z.object({ question: z.string() })) {
  static next = () => [Evaluate]
  async run(ctx: GraphRunContext<State>) {
    return new Evaluate({ answer: await ctx.interrupt(reply, { q: this.question }) })
  }
}
class Evaluate extends node('Evaluate', z.object({ answer: z.string(), strict: z.boolean().default(true) })) {
  static next = () => [edge(Ask, 'wrong'), edge(End<string>, 'right')]
  async run(ctx: GraphRunContext<State>): Promise<Ask | End<string>> {
    return ctx.state.n > 0 && this.strict ? new Ask() : new End(this.answer)
  }
}

const qa = graph({ name: 'qa', state: State, nodes: [Ask, Answer, Evaluate] })
// @ts-expect-error 1: Answer is missing
graph({ name: 'qa', state: State, nodes: [Ask, Evaluate] })

class Sly extends node('Sly') {
  static next = () => [Ask]
  async run(_ctx: GraphRunContext<State>): Promise<Ask | Answer> {
    return new Ask()
  }
}
// @ts-expect-error 2: Sly returns Answer but does not declare it
graph({ name: 'qa', state: State, nodes: [Ask, Answer, Evaluate, Sly] })

class SlyEnd extends node('SlyEnd') {
  static next = () => [Ask]
  async run(_ctx: GraphRunContext<State>): Promise<Ask | End<string>> {
    return new End('x')
  }
}
// @ts-expect-error 3: so must End be declared
graph({ name: 'qa', state: State, nodes: [Ask, Answer, Evaluate, SlyEnd] })

class Other extends node('Other') {
  static next = () => [End<string>]
  async run(_ctx: GraphRunContext<{ other: string }>) {
    return new End('x')
  }
}
// @ts-expect-error 4: Other expects another state
graph({ name: 'x', state: State, nodes: [Ask, Answer, Evaluate, Other] })
graph({ name: 'x', state: z.object({ other: z.string() }), nodes: [Other] })
// @ts-expect-error 5: and needs one at all
graph({ name: 'x', nodes: [Other] })

class NoRun extends node('NoRun') {
  static next = () => [End<string>]
}
// @ts-expect-error 6: a node must run
graph({ name: 'x', nodes: [NoRun] })

class NoNext extends node('NoNext') {
  async run(_ctx: GraphRunContext) {
    return new End('x')
  }
}
// @ts-expect-error 7: a node must declare where it goes
graph({ name: 'x', nodes: [NoNext] })

class Plain {
  async run(_ctx: GraphRunContext) {
    return new End('x')
  }
}
// @ts-expect-error 8: a class not made with node() is no node
graph({ name: 'x', nodes: [Plain] })

class Anywhere extends node('Anywhere') {
  static next = () => [anyNode]
  async run(_ctx: GraphRunContext<State>): Promise<BaseNode> {
    return new Ask()
  }
}
graph({ name: 'any', state: State, nodes: [Ask, Answer, Evaluate, Anywhere] })

// @ts-expect-error 9: data is required
new Answer()
// @ts-expect-error 10: and typed
new Answer({ question: 1 })
// @ts-expect-error 11: and has no other keys
new Answer({ question: 'q', extra: 1 })
new Evaluate({ answer: 'defaults may be left out' })
const strict: boolean = new Evaluate({ answer: 'a' }).strict
void strict
// @ts-expect-error 12: fields are readonly
new Answer({ question: 'q' }).question = 'z'
// @ts-expect-error 13: a look-alike is another node
const twin: Ask = new Sly()
void twin

// @ts-expect-error 14: node data is JSON too
node('Dated', z.object({ at: z.date() }))
node(
  'Dated',
  withCodec(z.object({ at: z.date() }), {
    encode: ({ at }) => at.toISOString(),
    decode: json => ({ at: new Date(json as string) }),
  }),
)
// @ts-expect-error 15: state is JSON
graph({ name: 'x', state: z.object({ s: z.set(z.string()) }), nodes: [Ask, Answer, Evaluate] })

class NeedsDb extends node('NeedsDb') {
  static next = () => [NeedsMail]
  async run(ctx: GraphRunContext<undefined, { db: string }>) {
    return new NeedsMail({ text: ctx.deps.db })
  }
}
class NeedsMail extends node('NeedsMail', z.object({ text: z.string() })) {
  static next = () => [End<number>]
  async run(ctx: GraphRunContext<undefined, { mail: string }>) {
    return new End(ctx.deps.mail.length + this.text.length)
  }
}
const withDeps = graph({ name: 'deps', nodes: [NeedsDb, NeedsMail] })

const run = async () => {
  const result = await qa.run(new Ask(), { state: { n: 1 } })
  if (result.status === 'done') result.output.toUpperCase()
  // @ts-expect-error 16: output is a string
  if (result.status === 'done') result.output.toFixed()
  // @ts-expect-error 17: the start node must belong to the graph
  await qa.run(new Sly(), { state: { n: 1 } })
  // @ts-expect-error 18: the state is required
  await qa.run(new Ask())
  // @ts-expect-error 19: and typed
  await qa.run(new Ask(), { state: { n: 'x' } })
  await withDeps.run(new NeedsDb(), { deps: { db: 'd', mail: 'm' } })
  // @ts-expect-error 20: deps are what all nodes need together
  await withDeps.run(new NeedsDb(), { deps: { db: 'd' } })
  // @ts-expect-error 21: and required
  await withDeps.run(new NeedsDb())
  await qa.resume('r', { store: memoryStore(), answers: [reply.answer('Paris')] })
  // @ts-expect-error 22: an answer has the point's type
  await qa.resume('r', { store: memoryStore(), answers: [reply.answer(1)] })
  // @ts-expect-error 23: answers are made by a point
  await qa.resume('r', { store: memoryStore(), answers: ['Paris'] })
  const hand = await qa.iter(new Ask(), { state: { n: 1 } })
  await hand.next(new Answer({ question: 'q' }))
  // @ts-expect-error 24: a node of another graph cannot be next
  await hand.next(new Sly())
  await qa.fork('r', { update: state => ({ n: state.n + 1 }) })
  // @ts-expect-error 25: an updated state is still the state
  await qa.fork('r', { update: () => ({ n: 'x' }) })
}
void run

class BadPayload extends node('BadPayload') {
  static next = () => [End<string>]
  async run(ctx: GraphRunContext) {
    // @ts-expect-error 26: the payload has a type
    return new End(await ctx.interrupt(reply, { q: 1 }))
  }
}
void BadPayload

// @ts-expect-error 27: End's data fits End's type
new End<number>('x')
new End<number>(1)

// what a run takes and what nodes get
const Tries = z.object({ tries: z.number().default(0), at: z.string().transform(Number) })
class Try extends node('Try') {
  static next = () => [End<number>]
  async run(ctx: GraphRunContext<z.infer<typeof Tries>>) {
    ctx.state.tries += ctx.state.at
    return new End(ctx.state.tries)
  }
}
const tries = graph({ name: 'tries', state: Tries, nodes: [Try] })
const runTries = async () => {
  await tries.run(new Try(), { state: { at: '1' } })
  await tries.run(new Try(), { state: { at: '1', tries: 1 } })
  await tries.iter(new Try(), { state: { at: '1' } })
  await tries.initialize(new Try(), { state: { at: '1' }, store: memoryStore() })
  // @ts-expect-error 28: the schema takes a string here
  await tries.run(new Try(), { state: { at: 1 } })
  // @ts-expect-error 29: what has no default is required
  await tries.run(new Try(), { state: {} })
  const { state } = await expectDone(tries.run(new Try(), { state: { at: '1' } }))
  state.at.toFixed()
  await tries.fork('r', { update: current => ({ tries: current.tries, at: current.at + 1 }) })
  // @ts-expect-error 30: an update changes what nodes get
  await tries.fork('r', { update: () => ({ tries: 1, at: '1' }) })
}
void runTries
class TryGiven extends node('TryGiven') {
  static next = () => [End<number>]
  async run(ctx: GraphRunContext<z.input<typeof Tries>>) {
    return new End(ctx.state.tries ?? 0)
  }
}
// @ts-expect-error 31: nodes get what the schema gives out
graph({ name: 'tries', state: Tries, nodes: [TryGiven] })

// state is read and written
const Wide = z.object({
  n: z.number(),
  tags: z.array(z.string()),
  user: z.object({ name: z.string(), age: z.number() }),
  step: z.enum(['a', 'b']),
  hint: z.string().optional(),
})
/** A node that takes the state for a `TView`. */
const viewer = <TView>() =>
  class extends node('Viewer') {
    static next = () => [End<string>]
    async run(_ctx: GraphRunContext<TView>) {
      return new End('')
    }
  }
const wide = { name: 'wide', state: Wide }
graph({ ...wide, nodes: [viewer<z.infer<typeof Wide>>()] })
// parts of it
graph({ ...wide, nodes: [viewer<{ n: number }>()] })
graph({ ...wide, nodes: [viewer<{ user: { name: string; age: number }; hint?: string | undefined }>()] })
graph({ ...wide, nodes: [viewer<unknown>()] })
graph({ ...wide, nodes: [viewer<object>()] })
// @ts-expect-error 32: it could write a string
graph({ ...wide, nodes: [viewer<{ n: number | string }>()] })
graph({ ...wide, nodes: [viewer<{ readonly n: number | string }>()] })
// @ts-expect-error 33: it could write another step
graph({ ...wide, nodes: [viewer<{ step: string }>()] })
graph({ ...wide, nodes: [viewer<{ readonly step: string }>()] })
// @ts-expect-error 34: it could write a user without an age
graph({ ...wide, nodes: [viewer<{ user: { name: string } }>()] })
graph({ ...wide, nodes: [viewer<{ readonly user: { name: string } }>()] })
// @ts-expect-error 35: what lies below a readonly key can be written
graph({ ...wide, nodes: [viewer<{ readonly user: { age: number | string } }>()] })
graph({ ...wide, nodes: [viewer<{ readonly user: { readonly age: number | string } }>()] })
// @ts-expect-error 36: it could push a number
graph({ ...wide, nodes: [viewer<{ readonly tags: (number | string)[] }>()] })
graph({ ...wide, nodes: [viewer<{ readonly tags: readonly (number | string)[] }>()] })
graph({ ...wide, nodes: [viewer<{ tags: readonly string[] }>()] })
// @ts-expect-error 37: it could remove n
graph({ ...wide, nodes: [viewer<{ n?: number }>()] })
graph({ ...wide, nodes: [viewer<{ readonly n?: number }>()] })
// @ts-expect-error 38: the graph has no such key
graph({ ...wide, nodes: [viewer<{ n: number; extra?: string }>()] })
// @ts-expect-error 39: it could write any key
graph({ name: 'n', state: z.object({ n: z.number() }), nodes: [viewer<Record<string, number>>()] })
graph({ name: 'n', state: z.record(z.string(), z.number()), nodes: [viewer<Record<string, number>>()] })
// @ts-expect-error 40: narrower than the graph's
graph({ ...wide, nodes: [viewer<{ step: 'a' }>()] })
const Phase = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('open'), n: z.number() }),
  z.object({ kind: z.literal('shut'), why: z.string() }),
])
graph({ name: 'phase', state: Phase, nodes: [viewer<z.infer<typeof Phase>>()] })
graph({ name: 'phase', state: Phase, nodes: [viewer<{ readonly kind: 'open' | 'shut' }>()] })
// @ts-expect-error 41: it could write one kind and leave the rest of the other
graph({ name: 'phase', state: Phase, nodes: [viewer<{ kind: 'open' | 'shut' }>()] })
// @ts-expect-error 42: it takes one of two phases for granted
graph({ name: 'phase', state: Phase, nodes: [viewer<{ kind: 'open'; n: number }>()] })
// recursive values and branded ones
interface Tree {
  v: number
  kids: Tree[]
}
interface Twin {
  v: number
  kids: Twin[]
}
interface WideTree {
  v: number | string
  kids: WideTree[]
}
const Id = z.string().brand<'Id'>()
const forest = { name: 'forest', state: type<{ tree: Tree; id: z.infer<typeof Id>; any: Json }>() }
graph({ ...forest, nodes: [viewer<{ tree: Twin; id: z.infer<typeof Id>; any: Json }>()] })
// @ts-expect-error 43: it could write text into the tree
graph({ ...forest, nodes: [viewer<{ tree: WideTree }>()] })
// @ts-expect-error 44: it could write any text for an id
graph({ ...forest, nodes: [viewer<{ id: string }>()] })
graph({ ...forest, nodes: [viewer<{ readonly id: string }>()] })
// @ts-expect-error 45: it could write what is no JSON
graph({ ...forest, nodes: [viewer<{ any: unknown }>()] })
graph({ ...forest, nodes: [viewer<{ readonly any: unknown }>()] })
