import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import {
  End,
  expectDone,
  exportPydanticSnapshots,
  graph,
  importPydanticSnapshots,
  interruptPoint,
  memoryStore,
  node,
  withCodec,
  type GraphRunContext,
} from '../index.ts'

const State = z.object({ n: z.number(), unit: z.string().default('kg') })
type Context = GraphRunContext<z.infer<typeof State>>

class Weigh extends node('Weigh', z.object({ by: z.number(), word: z.string().default('about') })) {
  static next = () => [End<string>]
  async run({ state }: Context) {
    return new End(`${this.word} ${this.by + state.n} ${state.unit}`)
  }
}
const weighing = graph({ name: 'weighing', state: State, nodes: [Weigh] })

const snapshot = (state: unknown, fields: object) => [{ kind: 'node', status: 'created', state, node: fields }]

describe('a history of pydantic_graph', () => {
  it('is checked by the schemas of the graph, which give their defaults', async () => {
    const store = memoryStore()
    await importPydanticSnapshots(weighing, snapshot({ n: 1 }, { node_id: 'Weigh', by: 2 }), { store, runId: 'r' })
    const done = await expectDone(weighing.resume('r', { store }))
    expect(done.output).toBe('about 3 kg')
    expect(done.state).toEqual({ n: 1, unit: 'kg' })
  })

  it('is refused when the state or the fields do not fit', async () => {
    const store = memoryStore()
    for (const [state, by] of [
      [{ n: 'one' }, 2],
      [{ n: 1 }, 'two'],
    ]) {
      const history = snapshot(state, { node_id: 'Weigh', by })
      const imported = importPydanticSnapshots(weighing, history, { store, runId: 'r' })
      await expect(imported).rejects.toMatchObject({ code: 'input' })
    }
    const end = [{ kind: 'end', state: {}, result: { data: 'x' } }]
    await expect(importPydanticSnapshots(weighing, end, { store, runId: 'r' })).rejects.toMatchObject({ code: 'input' })
    expect((await store.list()).runs).toEqual([])
  })

  it('that has ended is stored as done', async () => {
    const store = memoryStore()
    const end = [{ kind: 'end', state: { n: 1 }, result: { data: 'x' } }]
    await importPydanticSnapshots(weighing, end, { store, runId: 'r' })
    expect((await store.get('r'))?.status).toBe('done')
    expect((await expectDone(weighing.resume('r', { store }))).output).toBe('x')
  })

  it('is read by the codec of a node that has one', async () => {
    const Due = withCodec(z.object({ at: z.date() }), {
      encode: ({ at }) => ({ at: at.toISOString() }),
      decode: json => ({ at: new Date((json as { at: string }).at) }),
    })
    class Late extends node('Late', Due) {
      static next = () => [End<number>]
      async run(_context: GraphRunContext) {
        return new End(this.at.getTime())
      }
    }
    const app = graph({ name: 'late', nodes: [Late] })
    const store = memoryStore()
    const history = snapshot(null, { node_id: 'Late', at: '1970-01-01T00:00:01.000Z' })
    await importPydanticSnapshots(app, history, { store, runId: 'r' })
    expect((await expectDone(app.resume('r', { store }))).output).toBe(1000)
  })

  it('is written of a run that was migrated', async () => {
    const point = interruptPoint('p', { payload: z.number(), resume: z.number() })
    type Old = GraphRunContext<{ n: number }>
    type New = GraphRunContext<{ m: number }>
    class A1 extends node('A') {
      static next = () => [B1]
      async run({ state }: Old) {
        state.n = 1
        return new B1()
      }
    }
    class B1 extends node('B') {
      static next = () => [End<number>]
      async run({ interrupt, state }: Old) {
        await interrupt(point, 1)
        return new End(state.n)
      }
    }
    class A2 extends node('A') {
      static next = () => [B2]
      async run({ state }: New) {
        state.m = 1
        return new B2()
      }
    }
    class B2 extends node('B2') {
      static next = () => [End<number>]
      async run({ interrupt, state }: New) {
        state.m += 10
        await interrupt(point, 1)
        return new End(state.m)
      }
    }
    const before = graph({ name: 'g', state: z.object({ n: z.number() }), nodes: [A1, B1] })
    const after = graph({ name: 'g', version: 2, state: z.object({ m: z.number() }), nodes: [A2, B2] })
    const store = memoryStore()
    await before.run(new A1(), { state: { n: 0 }, store, runId: 'r' })
    const outcome = after.resume('r', {
      store,
      answers: [point.answer(1)],
      migrate: run => ({
        state: { m: (run.state as { n: number }).n },
        tasks: run.tasks.map(task => ({ ...task, node: task.node === 'B' ? 'B2' : task.node })),
      }),
    })
    expect((await expectDone(outcome)).output).toBe(11)
    const written = await exportPydanticSnapshots(after, 'r', { store })
    expect(
      written.map(each => (each.kind === 'node' ? [each.node.node_id, each.state, each.status] : each.state)),
    ).toEqual([['A', { n: 0 }, 'success'], ['B2', { m: 1 }, 'success'], { m: 11 }])
  })
})
