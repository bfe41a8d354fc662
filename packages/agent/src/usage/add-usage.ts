import { addDecimals } from './decimal.ts'
import { tokenCounters, type RequestUsage } from './usage.ts'

/** The sum of two usages: every counter, also those in `details` and `extra`. The cost is the sum of the known costs. */
export function addUsage(left: RequestUsage, right: RequestUsage): RequestUsage {
  const sum: { -readonly [K in keyof RequestUsage]: RequestUsage[K] } = {
    ...left,
    details: sumNumbers(left.details, right.details),
  }
  for (const name of tokenCounters) sum[name] = left[name] + right[name]
  const cost = addCosts(left.cost, right.cost)
  if (cost !== undefined) sum.cost = cost
  const extra = addExtra(left.extra, right.extra)
  if (extra !== undefined) sum.extra = extra
  return sum
}

/** The sum of the known costs; `undefined` when neither is known. */
export function addCosts(left: string | undefined, right: string | undefined): string | undefined {
  if (left === undefined) return right
  return right === undefined ? left : addDecimals(left, right)
}

/** Adds the numbers of both records key by key. The result has no prototype: keys come from providers. */
function sumNumbers(
  left: Readonly<Record<string, number>>,
  right: Readonly<Record<string, number>>,
): Record<string, number> {
  const sum: Record<string, number> = Object.assign(Object.create(null), left)
  for (const key of Object.keys(right)) sum[key] = (sum[key] ?? 0) + (right[key] ?? 0)
  return sum
}

/** Numbers are added; of anything else the first value stays. */
export function addExtra(
  left: RequestUsage['extra'],
  right: RequestUsage['extra'],
): Readonly<Record<string, unknown>> | undefined {
  if (left === undefined || right === undefined) return left ?? right
  const sum: Record<string, unknown> = Object.assign(Object.create(null), left)
  for (const key of Object.keys(right)) {
    const [a, b] = [sum[key], right[key]]
    if (typeof a === 'number' && typeof b === 'number') sum[key] = a + b
    else if (a === undefined) sum[key] = b
  }
  return sum
}
