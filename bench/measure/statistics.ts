import type { Contestant, Samples } from '../suite.ts'

function median(values: readonly number[]): number {
  if (values.length === 0) throw new RangeError('The median of nothing.')
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
}

/** The median of a contestant, `undefined` when it did not take part. */
export function medianOf(samples: Samples, contestant: Contestant): number | undefined {
  const values = samples.get(contestant)
  return values === undefined ? undefined : median(values)
}

/** `a` ÷ `b` within each round, then the median: what disturbs a whole round disturbs both. */
export function ratioOf(samples: Samples, a: Contestant, b: Contestant): number | undefined {
  const over = samples.get(a)
  const under = samples.get(b)
  if (over === undefined || under === undefined) return undefined
  return median(over.map((value, round) => value / under[round]!))
}

/** How cost grows with size: 1 is linear, 2 quadratic. */
export function growth(small: { size: number; cost: number }, large: { size: number; cost: number }): number {
  return Math.log(large.cost / small.cost) / Math.log(large.size / small.size)
}
