import { describe, expect, it } from 'vitest'
import { jsonDeltas } from './deltas.ts'
import { GrowingJson } from './floor-json.ts'

describe('GrowingJson', () => {
  it.each([1, 3, 20, 1000])('reads a document in pieces of %i characters', size => {
    const text = '{"a":[1,-2.5e3,true,null,"x\\"\\u00e9",[],{}],"b":{"c":"d","e":{"f":[[0]]}},"g":""}'
    const json = new GrowingJson()
    for (let at = 0; at < text.length; at += size) json.push(text.slice(at, at + size), () => {})
    expect(json.value).toEqual(JSON.parse(text))
  })

  it('shows what has come, and tells of every container that is whole', () => {
    const json = new GrowingJson()
    const done: unknown[] = []
    json.push('{"items":[{"id":1},{"na', (value, depth) => done.push({ depth, value }))
    expect(json.value).toEqual({ items: [{ id: 1 }, {}] })
    json.push('me":"Pers', () => {})
    expect(json.value).toEqual({ items: [{ id: 1 }, { name: 'Pers' }] })
    expect(done).toEqual([{ depth: 2, value: { id: 1 } }])
  })

  it('reads the document of the benchmark', () => {
    const deltas = jsonDeltas('items', 5000)
    const json = new GrowingJson()
    for (const delta of deltas) json.push(delta, () => {})
    expect(deltas.every(delta => delta.length <= 20)).toBe(true)
    expect(json.value).toEqual(JSON.parse(deltas.join('')))
  })
})
