import type { JoinPolicy } from '../program.ts'
import { setOwn } from '../util/json.ts'

type Order = JoinPolicy['order']

const push = (items: unknown, item: unknown): unknown => {
  // every policy that uses this starts with an array of its own
  ;(items as unknown[]).push(item)
  return items
}

/** What the joins of the builder do, by name. */
export const joinPolicies = {
  reduce: (
    reduce: (accumulated: unknown, item: unknown) => unknown,
    { initial, order = 'input' }: { initial: () => unknown; order?: Order },
  ): JoinPolicy => ({ initial, reduce: (accumulated, item) => reduce(accumulated, item), order }),
  collect: (order: Order = 'input'): JoinPolicy => ({ initial: () => [], reduce: push, order }),
  race: {
    initial: () => [],
    reduce: push,
    finish: items => (items as unknown[])[0],
    order: 'completion',
    first: 1,
  } satisfies JoinPolicy as JoinPolicy,
  first: (count: number): JoinPolicy => ({ initial: () => [], reduce: push, order: 'completion', first: count }),
  settle: { initial: () => [], reduce: push, order: 'input', settle: true } satisfies JoinPolicy as JoinPolicy,
  sum: {
    initial: () => 0,
    reduce: (total, item) => (total as number) + (item as number),
    order: 'input',
  } satisfies JoinPolicy as JoinPolicy,
  ignore: { initial: () => null, reduce: () => null, order: 'input' } satisfies JoinPolicy as JoinPolicy,
  record: (names: readonly string[]): JoinPolicy => ({
    initial: () => [],
    reduce: push,
    order: 'input',
    finish: items => {
      const values = new Map(items as [string, unknown][])
      const record: Record<string, unknown> = {}
      for (const name of names) setOwn(record, name, values.get(name))
      return record
    },
  }),
}
