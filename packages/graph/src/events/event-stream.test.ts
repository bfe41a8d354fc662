import { describe, expect, it } from 'vitest'
import { eventStream, graphBuilder, memoryStore, type, type GraphEvent } from '../index.ts'

describe('an event stream', () => {
  it('of a run whose node throws ends with the failure, and nothing is left unhandled', async () => {
    const unhandled: unknown[] = []
    const note = (error: unknown) => void unhandled.push(error)
    process.on('unhandledRejection', note)
    try {
      const g = graphBuilder({ name: 'throws', input: type<number>(), output: type<number>() })
      g.start
        .step('throws', (): number => {
          throw new Error('the node threw')
        })
        .to(g.end)
      for (const store of [undefined, memoryStore()]) {
        const events = eventStream()
        // as the guide says
        void g
          .build()
          .run({ input: 1, onEvent: events.push, ...(store && { store }) })
          .then(events.end, events.end)
        const seen: GraphEvent[] = []
        for await (const event of events) seen.push(event)
        expect(seen.at(-1)).toMatchObject({ type: 'run-status', status: 'failed' })
        expect(JSON.stringify(seen)).toContain('the node threw')
      }
      await new Promise(resolve => setTimeout(resolve, 0))
      expect(unhandled).toEqual([])
    } finally {
      process.off('unhandledRejection', note)
    }
  })
})
