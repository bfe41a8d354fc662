import { appendFileSync, existsSync, readFileSync } from 'node:fs'
import {
  addUp,
  append,
  End,
  graph,
  graphBuilder,
  interruptPoint,
  node,
  type,
  type GraphOutcome,
  type GraphRunContext,
  type GraphStore,
  type Json,
} from '../index.ts'

/** Five graphs that are killed and resumed. Each writes its effects to a file, so that a doubled one shows. */
export interface CrashDeps {
  readonly effects: string
}

interface State {
  log: string[]
  total: number
}

type Context = GraphRunContext<State, CrashDeps>

/** Told of every effect, between the effect and the record of it. */
export const effectHook: { after?: (() => void) | undefined } = {}

/** Stretches every pause, for tests that need a run to last. */
const slowness = Number(process.env['CRASH_SLOWNESS'] ?? 1)
const pause = (ms: number) => new Promise(resolve => setTimeout(resolve, ms * slowness))

/** Appends a line once, whatever happens: after a crash the file itself tells whether it was written. */
const effect = async (ctx: Context, name: string): Promise<string> =>
  ctx.once(
    name,
    call => {
      appendFileSync(ctx.deps.effects, `${call.idempotencyKey}\t${name}\n`)
      effectHook.after?.()
      return name
    },
    {
      check: call => {
        if (!existsSync(ctx.deps.effects)) return undefined
        return readFileSync(ctx.deps.effects, 'utf8').includes(`${call.idempotencyKey}\t${name}\n`) ? name : undefined
      },
    },
  )

// types only: a child that loads no validator starts sooner
const State = type<State>()
const start = (): State => ({ log: [], total: 0 })
const common = { state: State, deps: type<CrashDeps>(), reducers: { log: append, total: addUp } }

class First extends node('First', type<{ n: number }>()) {
  static next = () => [Second]
  async run(ctx: Context) {
    ctx.state.log.push(await effect(ctx, 'first'))
    await pause(1)
    return new Second({ n: this.n + 1 })
  }
}
class Second extends node('Second', type<{ n: number }>()) {
  static next = () => [Third]
  async run(ctx: Context) {
    ctx.state.total += this.n
    return new Third({ text: `${await effect(ctx, 'second')} ${this.n}` })
  }
}
class Third extends node('Third', type<{ text: string }>()) {
  static next = () => [End<string>]
  async run(ctx: Context) {
    ctx.state.log.push(this.text)
    await pause(1)
    return new End(`${await effect(ctx, 'third')}: ${this.text}`)
  }
}
const sequence = graph({ name: 'sequence', state: State, nodes: [First, Second, Third] })

const cycle = (() => {
  const g = graphBuilder({ name: 'cycle', ...common, input: type<number>(), output: type<number>() })
  const turn = g.step('turn', { input: type<number>() }, async ({ input, ...rest }) => {
    void rest
    return input
  })
  const work = turn.step('work', async ctx => {
    ctx.state.log.push(await effect(ctx, `turn ${ctx.input}`))
    ctx.state.total += ctx.input
    await pause(1)
    return ctx.input - 1
  })
  g.start.to(turn)
  work.when(left => left > 0, turn).otherwise(flow => flow.transform(({ state }) => state.total).to(g.end))
  return g.build()
})()

const mapJoin = (() => {
  const g = graphBuilder({ name: 'map-join', ...common, input: type<number[]>(), output: type<string[]>() })
  g.start
    .map({ concurrency: 3 })
    .step('item', async ctx => {
      await pause(ctx.input % 3)
      ctx.state.log.push(`item ${ctx.input}`)
      ctx.state.total += ctx.input
      return effect(ctx, `item ${ctx.input}`)
    })
    .step('upper', ({ input }) => input.toUpperCase())
    .collect()
    .to(g.end)
  return g.build()
})()

const nested = (() => {
  const g = graphBuilder({ name: 'nested', ...common, input: type<number[][]>(), output: type<number[]>() })
  g.start
    .map()
    .map()
    .step('leaf', async ctx => {
      await pause(ctx.input % 2)
      ctx.state.total += ctx.input
      await effect(ctx, `leaf ${ctx.input}`)
      return ctx.input * 10
    })
    .sum()
    .step('row', async ctx => {
      ctx.state.log.push(`row ${ctx.input}`)
      return ctx.input
    })
    .collect()
    .to(g.end)
  return g.build()
})()

const approve = interruptPoint('approve', { payload: type<{ n: number }>(), resume: type<boolean>() })

const interrupted = (() => {
  const g = graphBuilder({
    name: 'interrupt',
    ...common,
    input: type<number>(),
    output: type<{ left: string; right: boolean }>(),
  })
  g.start
    .all({
      left: flow =>
        flow
          .step('slow', async ctx => {
            await pause(2)
            ctx.state.log.push('left')
            return effect(ctx, 'left')
          })
          .step('slower', async ({ input }) => (await pause(1), `${input}!`)),
      right: flow =>
        flow.step('ask', async ctx => {
          await effect(ctx, 'before asking')
          ctx.state.log.push('right')
          const ok = await ctx.interrupt(approve, { n: ctx.input })
          await effect(ctx, 'after asking')
          return ok
        }),
    })
    .to(g.end)
  return g.build()
})()

type Outcome = GraphOutcome<unknown, unknown>
interface Options {
  readonly store: GraphStore
  readonly deps: CrashDeps
  readonly leaseMs?: number
  readonly drainSignal?: AbortSignal
}

/** One graph of the test: how to start it, how to take it up, and what must come of it. */
export interface CrashShape {
  readonly run: (runId: string, options: Options) => Promise<Outcome>
  readonly resume: (
    runId: string,
    options: Options & { readonly takeOver?: boolean; readonly answers?: ReturnType<typeof approve.answer>[] },
  ) => Promise<Outcome>
  readonly history: (
    runId: string,
    options: { readonly store: GraphStore },
  ) => AsyncGenerator<{ readonly type: string }>
  readonly expected: {
    readonly output: Json
    readonly state: Json
    readonly effects: readonly string[]
    readonly tasks: number
  }
}

const numbers = [1, 2, 3, 4, 5, 6]

export const crashShapes: Readonly<Record<string, CrashShape>> = {
  sequence: {
    run: (runId, options) => sequence.run(new First({ n: 1 }), { runId, state: start(), ...options }),
    resume: (runId, options) => sequence.resume(runId, options),
    history: (runId, options) => sequence.events(runId, options),
    expected: {
      output: 'third: second 2',
      state: { log: ['first', 'second 2'], total: 2 },
      effects: ['first', 'second', 'third'],
      tasks: 3,
    },
  },
  cycle: {
    run: (runId, options) => cycle.run({ input: 4, runId, state: start(), ...options }),
    resume: (runId, options) => cycle.resume(runId, options),
    history: (runId, options) => cycle.events(runId, options),
    expected: {
      output: 10,
      state: { log: ['turn 4', 'turn 3', 'turn 2', 'turn 1'], total: 10 },
      effects: ['turn 1', 'turn 2', 'turn 3', 'turn 4'],
      tasks: 8,
    },
  },
  'map-join': {
    run: (runId, options) => mapJoin.run({ input: numbers, runId, state: start(), ...options }),
    resume: (runId, options) => mapJoin.resume(runId, options),
    history: (runId, options) => mapJoin.events(runId, options),
    expected: {
      output: numbers.map(n => `ITEM ${n}`),
      state: { log: numbers.map(n => `item ${n}`), total: 21 },
      effects: numbers.map(n => `item ${n}`),
      tasks: 13,
    },
  },
  nested: {
    run: (runId, options) => nested.run({ input: [[1, 2], [], [3, 4, 5]], runId, state: start(), ...options }),
    resume: (runId, options) => nested.resume(runId, options),
    history: (runId, options) => nested.events(runId, options),
    expected: {
      output: [30, 0, 120],
      state: { log: ['row 30', 'row 0', 'row 120'], total: 15 },
      effects: [1, 2, 3, 4, 5].map(n => `leaf ${n}`),
      tasks: 12,
    },
  },
  interrupt: {
    run: (runId, options) => interrupted.run({ input: 7, runId, state: start(), ...options }),
    resume: (runId, options) => interrupted.resume(runId, options),
    history: (runId, options) => interrupted.events(runId, options),
    expected: {
      output: { left: 'left!', right: true },
      state: { log: ['left', 'right'], total: 0 },
      effects: ['after asking', 'before asking', 'left'],
      tasks: 4,
    },
  },
}

/** Drives a run to its end from wherever it is, answering what it asks. */
export const complete = async (name: string, runId: string, options: Options): Promise<Outcome> => {
  const shape = crashShapes[name]!
  const known = await options.store.get(runId)
  let outcome =
    known === undefined ? await shape.run(runId, options) : await shape.resume(runId, { ...options, takeOver: true })
  while (outcome.status === 'interrupted')
    outcome = await shape.resume(runId, {
      ...options,
      answers: outcome.interrupts.map(({ id }) => approve.answer(true, id)),
    })
  return outcome
}

/** What is wrong with a finished run; empty when nothing is. */
export const problemsOf = async (
  name: string,
  runId: string,
  outcome: Outcome,
  options: Options,
): Promise<string[]> => {
  const { expected, history } = crashShapes[name]!
  const problems: string[] = []
  const compare = (what: string, actual: unknown, wanted: unknown) => {
    if (JSON.stringify(actual) !== JSON.stringify(wanted))
      problems.push(`${runId}: ${what} is ${JSON.stringify(actual)}, should be ${JSON.stringify(wanted)}`)
  }
  compare('status', outcome.status, 'done')
  compare('output', outcome.status === 'done' ? outcome.output : undefined, expected.output)
  compare('state', outcome.state, expected.state)
  const lines = readFileSync(options.deps.effects, 'utf8').split('\n').filter(Boolean)
  compare('effects', lines.map(line => line.slice(line.indexOf('\t') + 1)).sort(), [...expected.effects].sort())
  compare('effect keys', new Set(lines).size, lines.length)
  let ended = 0
  for await (const event of history(runId, options)) if (event.type === 'task-end') ended++
  compare('finished tasks', ended, expected.tasks)
  return problems
}
