import { describe, expect, it } from 'vitest'
import { graphBuilder, memoryStore, sqlStore, type } from './index.ts'

const named = (name: string) => {
  const g = graphBuilder({ name, input: type<number>(), output: type<number>() })
  g.start.step('same', ({ input }) => input).to(g.end)
  return g.build()
}

describe('two graphs in one store', () => {
  it('do not touch each other’s runs', async () => {
    const store = memoryStore()
    const [mine, yours] = [named('mine'), named('yours')]
    await yours.run({ input: 1, store, runId: 'y' })
    for (const call of [
      () => mine.delete('y', { store }),
      () => mine.resume('y', { store }),
      () => mine.at('y', { store }),
      () => mine.history('y', { store }),
      () => mine.fork('y', { store }),
    ])
      await expect(call()).rejects.toThrow(/"y" belongs to graph "yours"/)
    expect((await mine.list({ store })).runs).toEqual([])
    expect(await yours.delete('y', { store })).toBe(true)
    expect(await mine.delete('y', { store })).toBe(false)
  })

  it('refuse a cursor that no page gave', async () => {
    const store = memoryStore()
    for (const cursor of ['', 'x', '{}', '[1]', '["a",1]', 'null'])
      await expect(named('mine').list({ store, cursor })).rejects.toMatchObject({ code: 'input' })
  })
})

describe('a database that was away', () => {
  it('is asked again', async () => {
    let isAway = true
    const store = sqlStore({
      query: async () => {
        if (isAway) throw new Error('connection refused')
        return { rows: [{ version: 0 }] }
      },
    })
    await expect(store.delete('r')).rejects.toThrow('connection refused')
    isAway = false
    expect(await store.delete('r')).toBe(true)
  })
})
