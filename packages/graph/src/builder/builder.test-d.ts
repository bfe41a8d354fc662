import { z } from 'zod'
import {
  addUp,
  expectDone,
  append,
  goto,
  graphBuilder,
  interruptPoint,
  memoryStore,
  node,
  End,
  taskFor,
  type,
  withCodec,
  type Flow,
  type GraphRunContext,
} from '../index.ts'

type Message = { kind: 'a'; x: number } | { kind: 'b'; y: string }
const isA = (message: Message): message is Extract<Message, { kind: 'a' }> => message.kind === 'a'
const isB = (message: Message): message is Extract<Message, { kind: 'b' }> => message.kind === 'b'

const g = graphBuilder({
  name: 'demo',
  state: z.object({ seen: z.number(), log: z.array(z.string()) }),
  deps: type<{ db: string }>(),
  input: z.array(z.string()),
  output: z.number(),
  reducers: { log: append, seen: addUp },
})

// output type fits the next input
const total = g.start
  .map({ concurrency: 4 })
  .step('len', ({ input, state, deps }) => input.length + state.seen + deps.db.length)
  .join((sum, n) => sum + n, { initial: () => 0 })
total.to(g.end)
const text = total.step('fmt', ({ input }) => input.toFixed(1))
// @ts-expect-error 1: the end takes a number, not a string
text.to(g.end)
// @ts-expect-error 2: an input has the type of the output before it
total.step('bad1', ({ input }) => input.toUpperCase())
// @ts-expect-error 3: a step that takes a string cannot follow a number
total.to(g.step('takesText', { input: z.string() }, ({ input }) => input))
total.to(g.step('takesNumber', { input: z.number() }, ({ input }) => input))

// maps
g.start.map().step('up', ({ input }) => input.toUpperCase())
// @ts-expect-error 4: a string is not mapped character by character
text.map().step('c', ({ input }) => input)
// @ts-expect-error 5: a number cannot be mapped
total.map().step('d', ({ input }) => input)

// joins
g.start
  .map()
  .collect()
  .step('all', ({ input }) => input.length)
// @ts-expect-error 6: a join needs an open fork in front of it
total.collect()
// @ts-expect-error 7: the reducer gives what `initial` gives
g.start.map().join((sum, item) => sum + item, { initial: () => 0 })
g.start.map().join((sum, item) => sum + item.length, { initial: () => 0 })
// @ts-expect-error 8: a join's initial value is a factory
g.start.map().join((all, item) => [...all, item], { initial: [] })
// @ts-expect-error 9: only numbers have a sum
g.start.map().sum()
g.start
  .map()
  .transform(({ input }) => input.length)
  .sum()
// @ts-expect-error 10: one map is closed by one join
g.start.map().collect().collect()
g.start
  .map()
  .transform(({ input }) => [input])
  .map()
  .collect()
  .collect()

// decisions
const message = total.step('msg', async ({ input }): Promise<Message> =>
  input > 1 ? { kind: 'a', x: 1 } : { kind: 'b', y: '' },
)
const onA = g.step('onA', { input: type<{ kind: 'a'; x: number }>() }, ({ input }) => input.x)
const onB = g.step('onB', { input: type<{ kind: 'b'; y: string }>() }, ({ input }) => input.y.length)
message.switch('kind', { a: onA, b: onB })
message
  .switch('kind', { a: onA, b: flow => flow.step('inline', ({ input }) => input.y) })
  .step('after', ({ input }) => input.length)
// @ts-expect-error 11: case b is missing
message.switch('kind', { a: onA })
// @ts-expect-error 12: the handler of b cannot take a
message.switch('kind', { a: onB, b: onB })
// @ts-expect-error 13: there is no case c
message.switch('kind', { a: onA, b: onB, c: onB })
// @ts-expect-error 14: there is no such property
message.switch('kidn', { a: onA, b: onB })
message.when(isA, onA).otherwise(onB)
message.when(isA, onA).when(isB, onB).exhaustive()
// @ts-expect-error 15: b is not covered
message.when(isA, onA).exhaustive()
// @ts-expect-error 16: what is left is b, and onA takes a
message.when(isA, onA).otherwise(onA)

// records and branches
const record = total.all({
  n: flow => flow.step('n', ({ input }) => input),
  s: flow => flow.step('s', ({ input }) => String(input)),
})
record.step('use', ({ input }) => input.n + input.s.length)
// @ts-expect-error 17: the record has the branches' names and types
record.step('misuse', ({ input }) => input.s.toFixed())

// transforms
total.transform(({ input }) => input + 1).to(g.end)
// @ts-expect-error 18: a transform is synchronous
total.transform(async ({ input }) => input + 1).to(g.end)

// interrupts
const approve = interruptPoint('approve', {
  payload: z.object({ amount: z.number() }),
  resume: z.object({ ok: z.boolean() }),
})
total.step('pay', async ({ input, interrupt }) => {
  const { ok } = await interrupt(approve, { amount: input })
  return ok ? 1 : 0
})
// @ts-expect-error 19: the payload has a type
total.step('pay2', async context => context.interrupt(approve, { amount: 'x' }))
approve.answer({ ok: true })
// @ts-expect-error 20: so has the answer
approve.answer({ ok: 'yes' })
// @ts-expect-error 21: what the node gets is the answer's type
total.step('pay3', async context => (await context.interrupt(approve, { amount: 1 })).amount)

// error handlers
const sorry = g.step('sorry', { input: z.string() }, ({ input }) => input.length)
total.step('work', ({ input }) => input, { onError: () => 0 })
total.step('work2', ({ input }) => input, { onError: error => goto(sorry, String(error)), errorTo: [sorry] })
// @ts-expect-error 22: a handler gives what the step gives
total.step('work3', ({ input }) => input, { onError: () => 'zero' })
// @ts-expect-error 23: goto's input fits the step it goes to
goto(sorry, 1)

// state
graphBuilder({ name: 'ok', state: z.object({ when: z.string() }) })
// @ts-expect-error 24: a Date in the state is not JSON
graphBuilder({ name: 'no', state: z.object({ when: z.date() }) })
// @ts-expect-error 25: neither is a Map, however deep
graphBuilder({ name: 'no', state: z.object({ deep: z.array(z.object({ m: z.map(z.string(), z.number()) })) }) })
// @ts-expect-error 26: nor a function
graphBuilder({ name: 'no', state: type<{ f: () => void }>() })
// @ts-expect-error 27: a reducer has the type of its key
graphBuilder({ name: 'no', state: z.object({ n: z.number() }), reducers: { n: append } })
// @ts-expect-error 28: the state has no such key
total.step('state', ({ state }) => state.nope)
g.step(
  'late',
  { input: withCodec(z.date(), { encode: date => date.toISOString(), decode: json => new Date(json as string) }) },
  ({ input }) => input.getTime(),
)

// running
const app = g.build()
const store = memoryStore()
const run = async () => {
  const result = await app.run({ input: ['a'], state: { seen: 0, log: [] }, deps: { db: 'x' }, store })
  if (result.status === 'done') result.output.toFixed()
  // @ts-expect-error 29: an outcome may be an interrupt: ask before you read the output
  result.output.toFixed()
  if (result.status === 'interrupted')
    await app.resume(result.runId, { deps: { db: 'x' }, answers: [approve.answer({ ok: true })] })
  // @ts-expect-error 30: deps are required when the graph has some
  await app.run({ input: ['a'], state: { seen: 0, log: [] } })
  // @ts-expect-error 31: so is the state
  await app.run({ input: ['a'], deps: { db: 'x' } })
  // @ts-expect-error 32: the input has a type
  await app.run({ input: [1], state: { seen: 0, log: [] }, deps: { db: 'x' } })
  const hand = await app.iter({ input: ['a'], state: { seen: 0, log: [] }, deps: { db: 'x' } })
  await hand.override([taskFor(sorry, 'x')])
  // @ts-expect-error 33: an override's input fits its step
  await hand.override([taskFor(sorry, 1)])
}
void run

// class nodes in a builder
class Stop extends node('Stop', z.object({ n: z.number() })) {
  static next = () => [End<number>]
  async run(_ctx: GraphRunContext) {
    return new End(this.n)
  }
}
class Wrong extends node('Wrong') {
  static next = () => [End<string>]
  async run(_ctx: GraphRunContext) {
    return new End('x')
  }
}
const mixed = graphBuilder({ name: 'mixed', input: z.number(), output: z.number() })
mixed.nodes(Stop)
// @ts-expect-error 34: the graph ends with a number
mixed.nodes(Wrong)
mixed.start.transform(({ input }) => new Stop({ n: input })).toNodes(Stop)
// @ts-expect-error 35: a number is not an instance of Stop
mixed.start.toNodes(Stop)

// subgraphs
const inner = graphBuilder({ name: 'inner', input: z.number(), output: z.string() })
inner.start.step('text', ({ input }) => String(input)).to(inner.end)
const sub = inner.build()
total.subgraph('sub', sub).step('afterSub', ({ input }) => input.length)
// @ts-expect-error 36: the subgraph takes a number
text.subgraph('sub2', sub).step('afterSub2', ({ input }) => input.length)

// what a run takes and what steps get
const given = graphBuilder({
  name: 'given',
  state: z.object({ tries: z.number().default(0) }),
  input: z.object({ n: z.string().transform(Number), by: z.number().default(1) }),
  output: z.number(),
})
given.start.step('add', ({ input, state }) => input.n.valueOf() + input.by + state.tries).to(given.end)
const givenApp = given.build()
const runGiven = async () => {
  await givenApp.run({ input: { n: '5' }, state: {} })
  await givenApp.iter({ input: { n: '5', by: 2 }, state: { tries: 1 } })
  // @ts-expect-error 37: the schema takes a string in
  await givenApp.run({ input: { n: 5 }, state: {} })
  // @ts-expect-error 38: a default stands for a key, not for the whole
  await givenApp.run({ input: { n: '5' } })
  const { state } = await expectDone(givenApp.run({ input: { n: '5' }, state: {} }))
  state.tries.toFixed()
  const optional = graphBuilder({ name: 'optional', input: z.number().default(1), output: z.number() })
  optional.start.to(optional.end)
  await optional.build().run()
  await optional.build().run({ input: 2 })
}
void runGiven
// a subgraph gets its input and its state from steps: as its own steps get them
const outer = graphBuilder({ name: 'outer', state: z.object({ tries: z.number() }), input: z.number() })
outer.start.transform(({ input }) => ({ n: input, by: 1 })).subgraph('given', givenApp)
// @ts-expect-error 39: nothing is parsed on the way
const unparsed: Flow<never, number> = outer.start.transform(() => ({ n: '5' })).subgraph('given2', givenApp)
void unparsed
outer.start
  .transform(({ input }) => ({ n: input, by: 1 }))
  .subgraph('given3', givenApp, { state: () => ({ tries: 0 }) })
// @ts-expect-error 40: nor in its state
outer.start.transform(({ input }) => ({ n: input, by: 1 })).subgraph('given4', givenApp, { state: () => ({}) })

// a declared step: edges bring what its schema takes in, it gets what that makes of it
const parse = given.step(
  'parse',
  { input: z.string().transform(Number), cache: { key: n => n.toFixed() }, onError: (_error, { input }) => input },
  ({ input }) => input + 1,
)
given.start.transform(() => '5').to(parse)
// @ts-expect-error 41: it takes a string in
given.start.transform(() => 5).to(parse)
goto(parse, '5')
taskFor(parse, '5')
// @ts-expect-error 42: also by hand
taskFor(parse, 5)
given.step('fill', { input: z.object({ n: z.number().default(1) }) }, ({ input }) => input.n.toFixed())

// a map over nothing has no first item
const racers = g.start.map()
racers.race().step('none', ({ input }) => input?.length)
// @ts-expect-error 43: there may be none
racers.race().step('some', ({ input }) => input.length)
total
  .broadcast(flow => [flow.step('left', () => 'l'), flow.step('right', () => 'r')])
  .race()
  .step('one', ({ input }) => input.length)
racers
  .broadcast(flow => [flow.step('left2', () => 'l'), flow.step('right2', () => 'r')])
  .race()
  .step('one2', ({ input }) => input.length)
const inner2 = racers.broadcast(flow => [flow]).race()
// @ts-expect-error 44: the broadcast is one fork, the map around it another
inner2.race().step('one3', ({ input }) => input.length)

// a subgraph that shares the state writes it, too
const loose = graphBuilder({ name: 'loose', state: type<{ tries: number | string }>(), input: z.number() })
const careful = graphBuilder({ name: 'careful', state: type<{ readonly tries: number | string }>(), input: z.number() })
outer.start.subgraph('careful', careful.build())
// @ts-expect-error 45: it could write a string where the outer graph has a number
outer.start.subgraph('loose', loose.build())
outer.start.subgraph('loose2', loose.build(), { state: () => ({ tries: 'own' }) })

// what a join begins with is made by a function; a value is the only thing the compiler complains of
const lengths = graphBuilder({ name: 'joins', input: type<string[]>() })
  .start.map()
  .step('length', ({ input }) => input.length)
lengths
  .join((all, n) => ({ ...all, [n]: true }), { initial: (): Record<number, boolean> => ({}) })
  .step('read', ({ input }) => input[1] === true)
lengths
  .join(async (all: number[], n) => [...all, n], { initial: () => [] })
  .step('first', ({ input }) => input[0]?.toFixed())
lengths
  .join((all, n) => [...all, n], {
    // @ts-expect-error 46: a list
    initial: [] as number[],
  })
  .step('list', ({ input }) => input.length)
lengths
  .join((all, n) => all + n, {
    // @ts-expect-error 47: a number
    initial: 0,
  })
  .step('number', ({ input }) => input.toFixed())
g.join(
  'declared object',
  {
    item: type<number>(),
    // @ts-expect-error 48: an object
    initial: {} as Record<number, boolean>,
  },
  (all, n) => ({ ...all, [n]: true }),
)
