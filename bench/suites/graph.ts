import {
  countingLangGraph,
  countingLoop,
  countingMastra,
  countingNodes,
  countingSteps,
  mapping,
  poolOf64,
} from '../contestants/graph.ts'
import { repeating } from '../contestants/work.ts'
import { rowOf } from '../measure/row.ts'
import { growth, medianOf } from '../measure/statistics.ts'
import type { Bench, Row, Samples, Suite } from '../suite.ts'

/** A graph that goes round a cycle, without a store. `steps`: how often; `front`: steps or class nodes; `items`: a map instead. */
export const suite: Suite = {
  name: 'graph',
  contestants: {
    floor: async ({ steps, items }) =>
      repeating(items === undefined ? countingLoop(Number(steps)) : poolOf64(Number(items))),
    ours: async ({ steps, items, front }) => {
      if (items !== undefined) return repeating(mapping(Number(items)))
      return repeating(front === 'nodes' ? countingNodes(Number(steps)) : countingSteps(Number(steps)))
    },
    mastra: async ({ steps }) => repeating(await countingMastra(Number(steps))),
    langgraph: async ({ steps }) => repeating(await countingLangGraph(Number(steps))),
  },
  measure: async bench => {
    const steps = bench.size(1000, 5)
    const rows: Row[] = []
    const all = await bench.cpu(suite, { input: { steps }, warmUpMs: 4000 })
    for (const peer of ['mastra', 'langgraph'])
      rows.push(
        rowOf(`one graph step of ${steps}, no store`, all, {
          unit: 'µs',
          divisor: steps,
          peer,
          budget: { max: 2, of: 'ours' },
        }),
      )
    const nodes = await alone(bench, { steps, front: 'nodes' })
    rows.push(rowOf('the same with class nodes', nodes, { unit: 'µs', divisor: steps, budget: { max: 2, of: 'ours' } }))
    const [small, large] = [bench.size(10_000, 5), bench.size(100_000, 10)]
    const few = await alone(bench, { steps: small })
    const many = await alone(bench, { steps: large })
    rows.push(rowOf(`one graph step of ${large}`, many, { unit: 'µs', divisor: large, budget: { max: 2, of: 'ours' } }))
    rows.push({
      what: `growth from ${small} to ${large} graph steps (1 = linear)`,
      unit: 'exponent',
      // never below zero in a trial, where the sizes are too small to mean anything
      ours: Math.max(
        0.01,
        growth({ size: small, cost: medianOf(few, 'ours')! }, { size: large, cost: medianOf(many, 'ours')! }),
      ),
      budget: { max: 1.1, of: 'ours' },
    })
    const items = bench.size(10_000, 5)
    rows.push(
      rowOf(`one item of a map over ${items}, 64 at once`, await alone(bench, { items }), {
        unit: 'µs',
        divisor: items,
      }),
    )
    return rows
  },
}

/** Us and the floor: what peers need for this many steps would take all day. */
function alone(bench: Bench, input: Record<string, string | number>): Promise<Samples> {
  return bench.cpu(suite, { input, contestants: ['ours', 'floor'] })
}
