import { graphBuilder, type } from '../index.ts'

/** Counts down to nothing, and how often it did in the state. */
export const countdown = (work?: (n: number) => Promise<void> | void) => {
  const g = graphBuilder({
    name: 'countdown',
    state: type<{ n: number; kept?: string }>(),
    input: type<number>(),
    output: type<number>(),
  })
  const down = g.step('down', { input: type<number>() }, async ({ input, state }) => {
    state.n++
    await work?.(input)
    return input - 1
  })
  g.start.to(down)
  down.when(left => left > 0, down).otherwise(flow => flow.transform(({ state }) => state.n).to(g.end))
  return g.build()
}
