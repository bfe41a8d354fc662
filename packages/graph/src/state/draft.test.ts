import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { runs } from '../../../../scripts/test-support/property-runs.ts'
import { cloneJson } from '../util/json.ts'
import { finishDraft, openDraft, plain } from './draft.ts'
import { Branch, compactPatch } from './patch.ts'

type Tree = { [key: string]: unknown }

/** Applies a mutation to a draft and to a plain copy; the patch must lead to the same. */
const agree = (base: Tree, mutate: (state: Tree) => void): Tree => {
  const before = JSON.stringify(base)
  const expected = cloneJson(base)
  mutate(expected)
  const draft = openDraft(base, 'node')
  mutate(draft.value as Tree)
  expect(plain(draft.value)).toEqual(expected)
  const patch = finishDraft(draft)
  expect(JSON.stringify(base)).toBe(before)
  for (const isView of [false, true]) {
    const branch = new Branch(isView ? base : cloneJson(base), isView)
    branch.apply(patch)
    expect(branch.root).toEqual(expected)
    if (isView) {
      expect(JSON.stringify(base)).toBe(before)
      const again = new Branch(cloneJson(base), false)
      again.apply(compactPatch(branch.ops))
      expect(again.root).toEqual(expected)
    }
  }
  return expected
}

describe('drafts', () => {
  const base = () => ({ n: 1, list: [1, 2, { deep: [3] }], map: { a: { b: 1 } } })

  it('agree with plain objects', () => {
    type Base = ReturnType<typeof base>
    const cases: ((state: Base) => void)[] = [
      state => void state.n++,
      state => void state.list.push(4, 5),
      state => void state.list.pop(),
      state => void state.list.shift(),
      state => void state.list.unshift(0),
      state => void state.list.splice(1, 1, 7, 8, 9),
      state => void state.list.reverse(),
      state => void (state.list = []),
      state => void (state.list.length = 1),
      state => {
        state.list.length = 1
        state.list.push(6)
      },
      state => {
        delete (state as Partial<Base>).n
      },
      state => void (state.map.a.b = 2),
      state => {
        const { a } = state.map
        state.map = { a: { b: 5 } }
        a.b = 9
      },
      state => {
        const { a } = state.map
        Object.assign(state, { moved: a })
        a.b = 9
      },
      state => void Object.assign(state.map, { x: [], y: { z: null } }),
      state => void (state.list as { deep: number[] }[])[2]!.deep.push(4),
      state => {
        for (const key of Object.keys(state.map)) (state.map as Record<string, unknown>)[key] = key in state
      },
      state => void Object.assign(state, JSON.parse('{"constructor":1,"toString":2}')),
      state =>
        void Object.defineProperty(state.map, '__proto__', {
          value: 1,
          enumerable: true,
          writable: true,
          configurable: true,
        }),
      state => void (state.list = [...state.list, ...state.list]),
      state =>
        void (state.list = state.list.filter(item => typeof item === 'number').map(item => (item as number) * 2)),
    ]
    for (const mutate of cases) agree(base(), mutate as (state: Tree) => void)
  })

  it('agree with plain objects, whatever is done to them', () => {
    const key = fc.constantFrom('a', 'b', 'list', '0', 'constructor')
    const value = fc.oneof(
      fc.integer(),
      fc.string(),
      fc.constant(null),
      fc.array(fc.integer(), { maxLength: 3 }),
      fc.dictionary(key, fc.integer(), { maxKeys: 2 }),
    )
    const action = fc.record({
      path: fc.array(key, { maxLength: 3 }),
      kind: fc.constantFrom('set', 'delete', 'push', 'pop', 'splice', 'move'),
      key,
      value,
      index: fc.nat(4),
    })
    fc.assert(
      fc.property(fc.array(action, { maxLength: 12 }), actions => {
        agree({ list: [1, [2, 3], { a: 1 }], a: { b: { a: 1 }, list: [4] } }, state => {
          for (const { path, kind, key: name, value: item, index } of actions) {
            let target: unknown = state
            for (const part of path)
              if (typeof target === 'object' && target !== null && Object.hasOwn(target, part))
                target = (target as Tree)[part]
            if (Array.isArray(target)) {
              if (kind === 'push') target.push(cloneJson(item))
              else if (kind === 'pop') target.pop()
              else if (kind === 'splice') target.splice(index, 1, cloneJson(item))
            } else if (typeof target === 'object' && target !== null) {
              if (kind === 'set') (target as Tree)[name] = cloneJson(item)
              else if (kind === 'delete') delete (target as Tree)[name]
              else if (kind === 'move' && target !== state)
                state[name] = plain(Object.hasOwn(target, name) ? (target as Tree)[name] : null)
            }
          }
        })
      }),
      runs(300),
    )
  })

  it('write nothing when nothing changes', () => {
    const draft = openDraft(base(), 'node')
    const state = draft.value as ReturnType<typeof base>
    state.n = 1
    state.map.a.b = 1
    delete (state as Partial<Record<string, unknown>>)['missing']
    expect(finishDraft(draft)).toEqual([])
  })

  it('append to a long array at the cost of what is appended', () => {
    const draft = openDraft({ log: Array.from({ length: 10_000 }, (_, index) => index) }, 'node')
    ;(draft.value as { log: number[] }).log.push(1, 2)
    expect(finishDraft(draft)).toEqual([
      [['log', 10_000], 1],
      [['log', 10_001], 2],
    ])
  })

  it('refuse what is not JSON, and name the place', () => {
    for (const value of [
      new Map(),
      new Date(),
      () => 1,
      Symbol('x'),
      1n,
      Number.NaN,
      Infinity,
      new (class Money {})(),
    ]) {
      const draft = openDraft({ a: { b: 0 } as Tree }, 'pay')
      ;(draft.value as { a: Tree }).a['b'] = value
      expect(() => finishDraft(draft)).toThrow(/state\.a\.b after node "pay" is not JSON/)
    }
    const cyclic: Tree = {}
    cyclic['self'] = cyclic
    const draft = openDraft({}, 'pay')
    ;(draft.value as Tree)['x'] = cyclic
    expect(() => finishDraft(draft)).toThrow(/cycle/)
    const turned = openDraft({}, 'pay')
    ;(turned.value as Tree)['self'] = turned.value
    expect(() => finishDraft(turned)).toThrow(/cycle/)
  })

  it('refuse writes after the node has finished', () => {
    const draft = openDraft(base(), 'node')
    const state = draft.value as ReturnType<typeof base>
    finishDraft(draft)
    expect(() => state.list.push(1)).toThrow(/after the node had finished/)
  })
})
