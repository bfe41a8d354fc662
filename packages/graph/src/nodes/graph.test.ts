import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import {
  anyNode,
  edge,
  End,
  expectDone,
  exportPydanticSnapshots,
  graph,
  GraphSetupError,
  importPydanticSnapshots,
  memoryStore,
  node,
  UndeclaredEdgeError,
  VersionMismatchError,
  type BaseNode,
  type GraphRunContext,
} from '../index.ts'

const State = z.object({ n: z.number() })
type State = z.infer<typeof State>

class Up extends node('Up', z.object({ by: z.number().default(1) })) {
  static next = () => [Check]
  async run(ctx: GraphRunContext<State>) {
    ctx.state.n += this.by
    return new Check()
  }
}
class Check extends node('Check') {
  static next = () => [edge(Up, 'small'), edge(End<string>, 'large')]
  async run(ctx: GraphRunContext<State>): Promise<Up | End<string>> {
    if (ctx.state.n === 13) throw new RangeError('thirteen')
    return ctx.state.n < 5 ? new Up({ by: 2 }) : new End(`n is ${ctx.state.n}`)
  }
}
const counting = graph({ name: 'counting', state: State, nodes: [Up, Check] })

describe('class nodes', () => {
  it('run from node to node until an End', async () => {
    const { output, state } = await expectDone(counting.run(new Up(), { state: { n: 0 } }))
    expect({ output, state }).toEqual({ output: 'n is 5', state: { n: 5 } })
  })

  it('start anywhere', async () => {
    expect((await expectDone(counting.run(new Check(), { state: { n: 9 } }))).output).toBe('n is 9')
  })

  it('leave the caller’s state alone', async () => {
    const state = { n: 0 }
    await counting.run(new Up(), { state })
    expect(state).toEqual({ n: 0 })
  })

  it('iterate: start node first, End last', async () => {
    const run = await counting.iter(new Up({ by: 5 }), { state: { n: 0 } })
    const seen: string[] = []
    for await (const step of run) seen.push(step instanceof End ? `End ${step.data}` : step.constructor.name)
    expect(seen).toEqual(['Up', 'Check', 'End n is 5'])
    expect(run.result).toMatchObject({ output: 'n is 5', state: { n: 5 } })
  })

  it('can be replaced by hand, and repaired after an error', async () => {
    const run = await counting.iter(new Up({ by: 13 }), { state: { n: 0 } })
    await run.next()
    expect(run.nextNode).toBeInstanceOf(Check)
    await expect(run.next()).rejects.toThrow('thirteen')
    expect(await run.next(new Up({ by: 1 }))).toBeInstanceOf(Check)
    expect(await run.next()).toEqual(new End('n is 14'))
    await expect(run.next()).rejects.toMatchObject({ code: 'node-status' })
  })

  it('refuse a value that is no node', async () => {
    const run = await counting.iter(new Up(), { state: { n: 0 } })
    await expect(run.next('Check' as never)).rejects.toThrow(TypeError)
  })

  it('keep to their declared edges at run time', async () => {
    class Sly extends node('Sly') {
      static next = () => [End<string>]
      async run(_ctx: GraphRunContext<State>): Promise<End<string>> {
        return new Up() as never
      }
    }
    const sly = graph({ name: 'sly', state: State, nodes: [Sly, Up, Check] })
    await expect(sly.run(new Sly(), { state: { n: 0 } })).rejects.toThrow(UndeclaredEdgeError)
    class Lost extends node('Lost') {
      static next = () => [End<string>]
      async run(_ctx: GraphRunContext<State>): Promise<End<string>> {
        return { nowhere: true } as never
      }
    }
    const lost = graph({ name: 'lost', state: State, nodes: [Lost] })
    await expect(lost.run(new Lost(), { state: { n: 0 } })).rejects.toThrow('returned an object with keys nowhere')
  })

  it('may go anywhere when they say so', async () => {
    class Router extends node('Router') {
      static next = () => [anyNode]
      async run(ctx: GraphRunContext<State>): Promise<BaseNode> {
        return ctx.state.n > 3 ? new Check() : new Up({ by: 4 })
      }
    }
    const routed = graph({ name: 'routed', state: State, nodes: [Router, Up, Check] })
    expect((await expectDone(routed.run(new Router(), { state: { n: 1 } }))).state.n).toBe(5)
  })

  it('are checked when the graph is made', () => {
    class Twin extends node('Up') {
      static next = () => [End<string>]
      async run(_ctx: GraphRunContext<State>) {
        return new End('twin')
      }
    }
    expect(() => graph({ name: 'g', state: State, nodes: [Up, Check, Twin] })).toThrow(
      /Two classes have the node id "Up"/,
    )
    expect(() => graph({ name: 'g', state: State, nodes: [Up] as never })).toThrow(
      /"Check", where "Up" goes, is not in the graph/,
    )
    expect(() => graph({ name: 'g', nodes: [] as never })).toThrow(GraphSetupError)
    expect(() => graph({ name: 'g', nodes: [class {}] as never })).toThrow(/not a node class/)
  })

  it('check their data', () => {
    expect(() => new Up({ by: 'x' as never })).toThrow(/data of node "Up" does not fit/)
    expect(new Up().by).toBe(1)
  })

  it('give odd field names back unharmed', async () => {
    const Odd = z.object({ toString: z.number() }).loose()
    class Holder extends node('Holder', Odd) {
      static next = () => [End<string>]
      async run(_ctx: GraphRunContext) {
        return new End(Object.keys(this).sort().join())
      }
    }
    const holding = graph({ name: 'holding', nodes: [Holder] })
    const data = JSON.parse('{"constructor":1,"hasOwnProperty":3,"toString":2}') as { toString: number }
    expect((await expectDone(holding.run(new Holder(data), { store: memoryStore() }))).output).toBe(
      'constructor,hasOwnProperty,toString',
    )
  })
})

describe('initialize and iterFromStore', () => {
  it('store a run without running it', async () => {
    const store = memoryStore()
    const runId = await counting.initialize(new Up({ by: 3 }), { state: { n: 0 }, store })
    expect(await counting.at(runId, { store })).toMatchObject({
      status: 'paused',
      state: { n: 0 },
      tasks: [{ nodeId: 'Up', input: { by: 3 } }],
    })
    const run = await counting.iterFromStore(runId, { store })
    expect(run.nextNode).toEqual(new Up({ by: 3 }))
    await run.next()
    await run.pause()
    const again = await counting.iterFromStore(runId, { store })
    expect(again.state).toEqual({ n: 3 })
    expect(again.nextNode).toBeInstanceOf(Check)
    await again.pause()
    expect((await expectDone(counting.resume(runId, { store }))).output).toBe('n is 5')
  })

  it('a failed node of a stored run can be run again', async () => {
    const store = memoryStore()
    let isBroken = true
    class Flaky extends node('Flaky') {
      static next = () => [End<number>]
      async run(ctx: GraphRunContext<State>) {
        ctx.state.n++
        if (isBroken) throw new Error('broken')
        return new End(ctx.state.n)
      }
    }
    const flaky = graph({ name: 'flaky', state: State, nodes: [Flaky] })
    await expect(flaky.run(new Flaky(), { state: { n: 0 }, store, runId: 'f' })).rejects.toThrow('broken')
    expect(await flaky.at('f', { store })).toMatchObject({
      status: 'failed',
      state: { n: 0 },
      tasks: [{ status: 'failed' }],
    })
    await expect(flaky.resume('f', { store })).rejects.toThrow('broken')
    isBroken = false
    expect(await expectDone(flaky.resume('f', { store }))).toMatchObject({ output: 1, state: { n: 1 } })
  })
})

describe('versions', () => {
  class Next extends node('Next', z.object({ by: z.number() })) {
    static next = () => [Check]
    async run(ctx: GraphRunContext<State>) {
      ctx.state.n += this.by
      return new Check()
    }
  }
  class Both extends node('Up', z.object({ by: z.number() })) {
    static next = () => [Next]
    async run(_ctx: GraphRunContext<State>) {
      return new Next({ by: this.by })
    }
  }
  class NewCheck extends node('Check') {
    static next = () => [End<string>]
    async run(ctx: GraphRunContext<State>) {
      return new End(`new ${ctx.state.n}`)
    }
  }
  class NewNext extends node('Next', z.object({ by: z.number() })) {
    static next = () => [NewCheck]
    async run(ctx: GraphRunContext<State>) {
      ctx.state.n += this.by
      return new NewCheck()
    }
  }
  void Both
  void Next
  const newer = graph({ name: 'counting', version: 2, state: State, nodes: [NewNext, NewCheck] })

  it('a run of another version is refused, or migrated', async () => {
    const store = memoryStore()
    const run = await counting.iter(new Up({ by: 2 }), { state: { n: 0 }, store, runId: 'v' })
    await run.next()
    await run.next()
    await run.pause()
    await expect(newer.resume('v', { store })).rejects.toThrow(VersionMismatchError)
    const seen: unknown[] = []
    const done = await expectDone(
      newer.resume('v', {
        store,
        migrate: saved => {
          seen.push(saved)
          return { state: { n: 100 }, tasks: saved.tasks.map(task => ({ ...task, node: 'Next' })) }
        },
      }),
    )
    expect(seen).toEqual([
      { runId: 'v', graph: 'counting', version: 1, state: { n: 2 }, tasks: [{ id: 3, node: 'Up', input: { by: 2 } }] },
    ])
    expect(done.output).toBe('new 102')
  })
})

describe('snapshots of pydantic_graph', () => {
  const history = (status: string) => [
    {
      state: { n: 0 },
      node: { by: 2, node_id: 'Up' },
      start_ts: '2026-01-01T00:00:00Z',
      duration: 0.1,
      status: 'success',
      kind: 'node',
      id: 'Up:1',
    },
    {
      state: { n: 2 },
      node: { node_id: 'Check' },
      start_ts: null,
      duration: null,
      status: 'success',
      kind: 'node',
      id: 'Check:1',
    },
    {
      state: { n: 2 },
      node: { by: 7, node_id: 'Up' },
      start_ts: null,
      duration: null,
      status,
      kind: 'node',
      id: 'Up:2',
    },
  ]

  it('go on where they stopped, whatever the last status', async () => {
    for (const status of ['created', 'pending', 'running', 'error']) {
      const store = memoryStore()
      await importPydanticSnapshots(counting, JSON.stringify(history(status)), { store, runId: 'p' })
      expect((await expectDone(counting.resume('p', { store }))).output).toBe('n is 9')
    }
  })

  it('may be at their end', async () => {
    const store = memoryStore()
    await importPydanticSnapshots(
      counting,
      [
        ...history('success'),
        { state: { n: 9 }, result: { data: 'over' }, ts: '2026-01-01T00:00:00Z', kind: 'end', id: 'end:1' },
      ],
      { store, runId: 'p' },
    )
    expect(await expectDone(counting.resume('p', { store }))).toMatchObject({ output: 'over', state: { n: 9 } })
  })

  it('are refused when they are none', async () => {
    const store = memoryStore()
    await expect(importPydanticSnapshots(counting, '{}', { store, runId: 'p' })).rejects.toMatchObject({
      code: 'input',
    })
    await expect(importPydanticSnapshots(counting, [{ kind: 'node' }], { store, runId: 'p' })).rejects.toMatchObject({
      code: 'input',
    })
    await expect(
      importPydanticSnapshots(counting, [{ kind: 'node', state: {}, node: { node_id: 'No' } }], { store, runId: 'p' }),
    ).rejects.toThrow('"No"')
  })

  it('can be written: each node with the state before it', async () => {
    const store = memoryStore()
    await counting.run(new Up({ by: 4 }), { state: { n: 0 }, store, runId: 'x' })
    const out = await exportPydanticSnapshots(counting, 'x', { store })
    expect(
      out.map(snapshot =>
        snapshot.kind === 'node' ? [snapshot.node, snapshot.state, snapshot.status] : [snapshot.result, snapshot.state],
      ),
    ).toEqual([
      [{ by: 4, node_id: 'Up' }, { n: 0 }, 'success'],
      [{ node_id: 'Check' }, { n: 4 }, 'success'],
      [{ by: 2, node_id: 'Up' }, { n: 4 }, 'success'],
      [{ node_id: 'Check' }, { n: 6 }, 'success'],
      [{ data: 'n is 6' }, { n: 6 }],
    ])
    await importPydanticSnapshots(counting, out.slice(0, 3), { store, runId: 'y' })
    expect((await expectDone(counting.resume('y', { store }))).output).toBe('n is 6')
  })
})
