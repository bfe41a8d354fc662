import { describe, expect, it } from 'vitest'
import {
  graphBuilder,
  GraphBuildError,
  GraphError,
  GraphRuntimeError,
  GraphSetupError,
  GraphValidationError,
  NoBranchError,
  type,
} from '../index.ts'

const make = () => graphBuilder({ name: 'g', input: type<number>(), output: type<number>() })
const same = { input: type<number>() }
const identity = ({ input }: { input: number }) => input

const problems = (build: (g: ReturnType<typeof make>) => void): readonly string[] => {
  const g = make()
  try {
    build(g)
    g.build()
  } catch (error) {
    if (error instanceof GraphValidationError) return error.problems
    throw error
  }
  return []
}

describe('a built graph is checked', () => {
  it('for a start and an end', () => {
    expect(problems(() => {})).toEqual(['No edge leaves the start. Chain a step: g.start.step(…)'])
    expect(problems(g => void g.start.step('a', identity))).toEqual([
      'The end cannot be reached from the start. Connect a flow: flow.to(g.end)',
      'Node "a" is a dead end: nothing leaves it.',
    ])
  })

  it('for nodes nobody reaches and dead ends', () => {
    expect(
      problems(g => {
        g.start.to(g.end)
        g.step('island', same, identity).to(g.end)
      }),
    ).toEqual(['Node "island" cannot be reached from the start.'])
    expect(
      problems(g => {
        const flow = g.start.step('a', identity)
        flow.step('dead', identity)
        flow.to(g.end)
      }),
    ).toEqual(['Node "dead" is a dead end: nothing leaves it.'])
  })

  it('for cycles without a way out', () => {
    expect(
      problems(g => {
        const a = g.step('a', same, identity)
        const b = g.step('b', same, identity)
        g.start.when(n => n > 0, a).otherwise(g.end)
        a.to(b)
        b.to(a)
      }),
    ).toEqual(['No path leads from node "a" to the end.', 'No path leads from node "b" to the end.'])
  })

  it('for forks and joins that do not match', () => {
    expect(
      problems(g => {
        const list = g.start.transform(({ input }) => [input])
        const inside = g.step('inside', same, identity)
        list.map({ id: 'each' }).to(inside)
        g.start.to(inside)
        inside
          .collect()
          .transform(() => 1)
          .to(g.end)
      }).some(problem => problem.includes('Node "inside" is reached')),
    ).toBe(true)
    expect(
      problems(g => {
        const step = g.step('step', same, identity)
        g.start.to(step)
        step
          .collect()
          .transform(() => 1)
          .to(g.end)
      })[0],
    ).toContain('outside every fork')
    expect(
      problems(g => {
        const branch = g.start.transform(({ input }) => [input]).map({ id: 'each' })
        branch
          .when(
            n => n > 0,
            flow =>
              flow
                .collect({ id: 'one' })
                .transform(() => 1)
                .to(g.end),
          )
          .otherwise(flow =>
            flow
              .collect({ id: 'two' })
              .transform(() => 1)
              .to(g.end),
          )
      }),
    ).toEqual([
      'Fork "each" ends in two joins, "one" and "two", but its items meet in one place. ' +
        'Collect them in one join and part them afterwards, or give each join a fork of its own: flow.all({ … }).',
    ])
  })

  it('for ids', () => {
    expect(() => make().start.step('$end', identity)).toThrow(GraphBuildError)
    expect(() => make().start.step('a/b', identity)).toThrow(GraphBuildError)
    const g = make()
    g.step('a', same, identity)
    expect(() => g.step('a', same, identity)).toThrow(/Two nodes of the graph have the id "a"/)
  })

  it('and ids nobody chose are the same in every build', () => {
    const build = () => {
      const g = make()
      g.start
        .transform(({ input }) => [input])
        .map()
        .step('a', identity)
        .collect()
        .transform(({ input }) => input.length)
        .to(g.end)
      return g.build()
    }
    expect(build().topology).toEqual(build().topology)
    expect(build().program.hash).toBe(build().program.hash)
    expect(JSON.parse(JSON.stringify(build().topology))).toEqual(build().topology)
  })
})

describe('errors', () => {
  it('can be told by code and by class, across copies of the package', async () => {
    const g = make()
    g.start.when((n): n is never => n > 0, g.end).otherwise(g.end)
    const h = graphBuilder({ name: 'h', input: type<{ kind: 'a' }>(), output: type<{ kind: 'a' }>() })
    h.start.switch('kind', { a: h.end })
    const error: unknown = await h
      .build()
      .run({ input: { kind: 'b' } as never })
      .catch((caught: unknown) => caught)
    expect(error).toBeInstanceOf(NoBranchError)
    expect(error).toMatchObject({ code: 'no-branch', name: 'NoBranchError' })
    expect([GraphError, GraphRuntimeError, NoBranchError].map(kind => kind.isInstance(error))).toEqual([
      true,
      true,
      true,
    ])
    expect([
      GraphSetupError.isInstance(error),
      GraphError.isInstance(new Error('x')),
      GraphError.isInstance(null),
    ]).toEqual([false, false, false])
    const copy = Object.assign(new Error('from another copy'), {
      code: 'no-branch',
      [Symbol.for('tenon.graph.error')]: true,
    })
    expect(NoBranchError.isInstance(copy)).toBe(true)
  })
})
