import { describe, expect, it } from 'vitest'
import { graphBuilder, interruptPoint, memoryStore, runColours, type, type GraphEvent } from '../index.ts'

const wait = (ms: number) => new Promise(resolve => setTimeout(resolve, ms))
const ok = interruptPoint('ok', { payload: type<null>(), resume: type<boolean>() })

const listen = () => {
  const colours = runColours()
  const events: GraphEvent[] = []
  const onEvent = (event: GraphEvent) => {
    colours.add(event)
    events.push(event)
  }
  const of = (id: string) => events.flatMap(event => ('nodeId' in event && event.nodeId === id ? [event.type] : []))
  return { colours, events, onEvent, of, status: () => Object.fromEntries(colours.status) }
}

const race = () => {
  const g = graphBuilder({ name: 'race', input: type<number>(), output: type<unknown>() })
  g.start
    .broadcast(flow => [
      flow.step('fast', async () => (await wait(5), 1)),
      flow.step('slow', async () => (await wait(40), 2)),
      flow.step('asks', ({ interrupt }) => interrupt(ok, null)),
    ])
    .race()
    .step('after', () => 3)
    .to(g.end)
  return g.build()
}

describe('the colours of a run', () => {
  for (const kind of ['without a store', 'with a store'])
    it(`losers of a race are not running any more, ${kind}`, async () => {
      const { onEvent, of, status } = listen()
      const app = race()
      await app.run({ input: 1, onEvent, ...(kind === 'with a store' ? { store: memoryStore() } : {}) })
      expect(status()).toEqual({ fast: 'done', '$start.broadcast.join': 'done', after: 'done' })
      expect(of('slow').slice(-1)).toEqual(['task-cancel'])
      expect(of('asks').slice(-1)).toEqual(['task-cancel'])
      expect(of('fast').slice(-1)).toEqual(['task-end'])
    })

  it('a reload tells of cancelled tasks as the run did', async () => {
    const store = memoryStore()
    const { onEvent, events } = listen()
    const app = race()
    await app.run({ input: 1, onEvent, store, runId: 'r' })
    const stored: GraphEvent[] = []
    for await (const event of app.events('r', { store })) stored.push(event)
    const live = events.filter(({ seq, type: kind }) => seq !== undefined && kind !== 'run-start')
    expect(stored.filter(({ type: kind }) => kind !== 'run-start')).toEqual(live)
    expect(stored.filter(({ type: kind }) => kind === 'task-cancel')).toHaveLength(2)
  })

  it('a failed item of a join that settles is failed, and what lay beside it cancelled', async () => {
    const { onEvent, of, status } = listen()
    const g = graphBuilder({ name: 'settles', input: type<number[]>(), output: type<unknown>() })
    g.start
      .map({ id: 'each' })
      .all({
        good: flow => flow.step('good', () => wait(40)),
        bad: flow =>
          flow.step('bad', async () => {
            await wait(5)
            throw new Error('bad')
          }),
      })
      .settle()
      .to(g.end)
    await g.build().run({ input: [1], onEvent })
    expect(of('bad').slice(-1)).toEqual(['task-error'])
    expect(of('good').slice(-1)).toEqual(['task-cancel'])
    expect(status()).toMatchObject({ bad: 'failed' })
    expect(status()).not.toHaveProperty('good')
  })

  it('what was running when the run stopped is ready again', async () => {
    const { onEvent, status } = listen()
    const g = graphBuilder({ name: 'stops', input: type<number>(), output: type<unknown>() })
    g.start.step('slow', () => wait(40)).to(g.end)
    const run = g.build().run({ input: 1, onEvent, store: memoryStore(), signal: AbortSignal.timeout(5) })
    await expect(run).rejects.toMatchObject({ code: 'cancelled' })
    expect(status()).toEqual({ slow: 'ready' })
  })
})
