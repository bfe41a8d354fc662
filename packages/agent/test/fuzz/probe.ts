import fc from 'fast-check'
import type { Capability, CapabilityHooks } from '../../src/core.ts'

const before = (_ctx: unknown, ...rest: readonly unknown[]) => rest.at(-1)
const wrap = (_ctx: unknown, ...rest: readonly unknown[]) => {
  const handler = rest.at(-1) as (input: unknown) => Promise<unknown>
  return handler(rest.at(-2))
}
const after = before
const onError = (_ctx: unknown, ...rest: readonly unknown[]) => {
  throw rest.at(-1)
}
const keepWaiting = async (ctx: unknown, ...rest: readonly unknown[]) => {
  await Promise.resolve()
  return before(ctx, ...rest)
}

async function* passOn<T>(events: AsyncIterable<T>): AsyncGenerator<T> {
  for await (const event of events) yield event
}

const points = ['Run', 'NodeRun', 'ModelRequest', 'ToolValidate', 'ToolExecute', 'OutputValidate', 'OutputProcess']

/** Every hook there is, doing nothing. */
const passThrough: Readonly<Record<string, unknown>> = Object.fromEntries([
  ...points.flatMap(point => [
    [`before${point}`, keepWaiting],
    [`wrap${point}`, wrap],
    [`after${point}`, after],
    [`on${point}Error`, onError],
  ]),
  ['wrapRunEventStream', (_ctx: unknown, events: AsyncIterable<unknown>) => passOn(events)],
  ['prepareTools', before],
  ['prepareOutputTools', before],
  ['handleDeferredToolCalls', () => undefined],
  [
    'forRun',
    function (this: object) {
      return { ...this, forRun: undefined }
    },
  ],
])

/** A capability with some of the hooks, none of which changes anything. */
export function probe(hooks: readonly string[]): Capability {
  // each function passes on what the hook of that name is given
  return Object.fromEntries(hooks.map(hook => [hook, passThrough[hook]])) as CapabilityHooks
}

const names = Object.keys(passThrough)

/** The names of the hooks of up to two probes. */
export const probePlans: fc.Arbitrary<readonly (readonly string[])[]> = fc.array(
  fc.oneof(fc.subarray(names, { minLength: 1, maxLength: 4 }), fc.subarray(names, { minLength: 1 })),
  { minLength: 1, maxLength: 2 },
)
