import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import {
  eventStream,
  expectDone,
  graphBuilder,
  interruptPoint,
  lastSeq,
  memoryStore,
  sseFrame,
  sseStream,
  type,
  type GraphEvent,
} from '../index.ts'

const counting = () => {
  const g = graphBuilder({ name: 'c', state: type<{ n: number }>(), input: type<number>(), output: type<number>() })
  g.start
    .step('one', ({ input, state }) => {
      state.n++
      return [input, input]
    })
    .map()
    .step('two', ({ input, state }) => input + state.n)
    .sum()
    .to(g.end)
  return g.build()
}

const all = async (events: AsyncIterable<GraphEvent>) => {
  const out: GraphEvent[] = []
  for await (const event of events) out.push(event)
  return out
}

describe('server-sent events', () => {
  it('of a connection that is lost anywhere are read again from where it was, by whole seqs', async () => {
    const store = memoryStore()
    const app = counting()
    const live: GraphEvent[] = []
    await app.run({ input: 3, state: { n: 0 }, store, runId: 'r', onEvent: event => live.push(event) })
    const stored = await all(app.events('r', { store }))
    expect(stored).toEqual(live.filter(event => event.seq !== undefined))
    expect(stored.some(({ hasMore }) => hasMore)).toBe(true)
    for (let cut = 0; cut <= stored.length; cut++) {
      const seen = stored.slice(0, cut)
      let id: string | undefined
      for (const event of seen) id = /^id: (\d+)$/m.exec(sseFrame(event))?.[1] ?? id
      const afterSeq = lastSeq(id === undefined ? {} : { 'last-event-id': id })
      const rest = await all(app.events('r', { store, afterSeq }))
      // nothing of a seq that was seen whole comes again
      expect([...seen.filter(({ seq }) => seq! <= afterSeq), ...rest]).toEqual(stored)
      expect(afterSeq).toBe(Math.max(0, ...stored.slice(0, cut).map(({ seq, hasMore }) => (hasMore ? 0 : seq!))))
    }
  })

  it('go out when they happen, not when the next one does', async () => {
    let end = () => {}
    const isRead = new Promise<void>(resolve => {
      end = resolve
    })
    const g = graphBuilder({ name: 'x', input: type<number>(), output: type<number>() })
    g.start
      .step('work', async ({ emit }) => {
        emit('half of it')
        await isRead
        return 1
      })
      .to(g.end)
    const events = eventStream()
    const run = g.build().run({ input: 1, onEvent: events.push })
    void run.finally(events.end)
    const decoder = new TextDecoder()
    const reader = sseStream(events).getReader()
    let text = ''
    // the step does not end before its event has been read
    while (!text.includes('half of it')) text += decoder.decode((await reader.read()).value)
    end()
    await expectDone(run)
    for (let next = await reader.read(); !next.done; next = await reader.read()) text += decoder.decode(next.value)
    expect([...text.matchAll(/^event: (.*)$/gm)].map(match => match[1])).toEqual([
      'run-start',
      'task-start',
      'custom',
      'task-end',
      'run-end',
    ])
  })

  it('tell of the start of a run once, also when it goes on at its first node', async () => {
    const point = interruptPoint('p', { payload: z.number(), resume: z.number() })
    const g = graphBuilder({ name: 'y', input: z.number(), output: z.number() })
    g.start.step('ask', ({ interrupt }) => interrupt(point, 1)).to(g.end)
    const app = g.build()
    const store = memoryStore()
    const live: GraphEvent[] = []
    const onEvent = (event: GraphEvent) => live.push(event)
    await app.run({ input: 1, store, runId: 'r', onEvent })
    await app.resume('r', { store, onEvent, answers: [point.answer(1)] })
    expect(live.filter(event => event.type === 'run-start')).toHaveLength(1)
    expect(live.filter(({ seq }) => seq !== undefined)).toEqual(await all(app.events('r', { store })))
  })
})
