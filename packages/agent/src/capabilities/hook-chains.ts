import type { Around } from './around.ts'
import type {
  AgentNode,
  CapabilityHooks,
  ModelRequestContext,
  OutputContext,
  RunOutcome,
  ToolCallContext,
} from './capability.ts'
import type { ModelResponse } from '../messages/message.ts'
import type { RunContext } from '../tools/run-context.ts'

/** The pieces of work that have a hook before, around, after and for the failure of them: what comes in, what comes out,
 *  and what hooks are told besides the context. */
interface Areas {
  Run: { input: void; output: RunOutcome; fact?: undefined }
  NodeRun: { input: AgentNode; output: AgentNode; fact?: undefined }
  ModelRequest: { input: ModelRequestContext; output: ModelResponse; fact?: undefined }
  ToolValidate: { input: unknown; output: unknown; fact: ToolCallContext }
  ToolExecute: { input: unknown; output: unknown; fact: ToolCallContext }
  OutputValidate: { input: unknown; output: unknown; fact: OutputContext }
  OutputProcess: { input: unknown; output: unknown; fact: OutputContext }
}

type Area = keyof Areas
type Point =
  | `before${Area}`
  | `wrap${Area}`
  | `after${Area}`
  | `on${Area}Error`
  | 'wrapRunEventStream'
  | 'prepareTools'
  | 'prepareOutputTools'
  | 'handleDeferredToolCalls'

/** Every hook of a run's capabilities, one ordered list per hook point. A point without hooks is absent and costs nothing. */
export type HookChains = { readonly [K in Point]?: readonly NonNullable<CapabilityHooks[K]>[] }

/** The chains of a run without capabilities. */
export const noHooks: HookChains = Object.freeze({})

const areas: readonly Area[] = [
  'Run',
  'NodeRun',
  'ModelRequest',
  'ToolValidate',
  'ToolExecute',
  'OutputValidate',
  'OutputProcess',
]

const points: readonly Point[] = [
  ...areas.flatMap(area => [`before${area}`, `wrap${area}`, `after${area}`, `on${area}Error`] as const),
  'wrapRunEventStream',
  'prepareTools',
  'prepareOutputTools',
  'handleDeferredToolCalls',
]

/** Points whose hooks run innermost first. */
const fromInside = /^after|^on|Stream$/

/** Collects the hooks of capabilities, given outermost first. */
export function compileHooks(capabilities: readonly CapabilityHooks[]): HookChains {
  const chains: { -readonly [K in Point]?: unknown[] } = {}
  for (const point of points) {
    const hooks = capabilities.flatMap(capability => {
      const hook = capability[point] as ((...args: never[]) => unknown) | undefined
      return hook === undefined ? [] : [hook.bind(capability)]
    })
    if (hooks.length > 0) chains[point] = fromInside.test(point) ? hooks.reverse() : hooks
  }
  // each list was filled from the hook of its own name
  return chains as HookChains
}

interface HookScope {
  readonly context: () => RunContext
}

type AnyHook = (...args: unknown[]) => never

/** The hooks around a piece of work; `undefined` when there are none. Those before and after a model request are not among
 *  them: the loop runs these itself, because they decide what the request and the answer are.
 *  @param scope makes a context, which only happens for hooks that are there */
export function hooksAround<A extends Area>(
  chains: HookChains,
  area: A,
  scope: HookScope,
  fact?: Areas[A]['fact'],
): Around<Areas[A]['input'], Areas[A]['output']> | undefined {
  return chains === noHooks ? undefined : chained(chains, area, scope, fact)
}

function chained<A extends Area>(
  chains: HookChains,
  area: A,
  scope: HookScope,
  fact: Areas[A]['fact'] | undefined,
): Around<Areas[A]['input'], Areas[A]['output']> | undefined {
  // the name of a point says what its hooks take
  const hooksOf = (point: Point) => (chains as { readonly [K in Point]?: readonly AnyHook[] })[point]
  const isRequest = area === 'ModelRequest'
  const before = isRequest ? undefined : hooksOf(`before${area}`)
  const wrap = hooksOf(`wrap${area}`)
  const after = isRequest ? undefined : hooksOf(`after${area}`)
  const onError = hooksOf(`on${area}Error`)
  if (!(before ?? wrap ?? after ?? onError)) return undefined
  const told = fact === undefined ? [scope.context()] : [scope.context(), fact]
  // a run has no input; after a check, what was checked is the output
  const heard = area === 'Run' ? () => told : (input: unknown) => [...told, input]
  const seesInput = area === 'NodeRun' || area === 'ToolExecute'
  return {
    before: before?.map(hook => input => hook(...heard(input))),
    wrap: wrap?.map(hook => (input, handler) => hook(...heard(input), handler)),
    after: after?.map(hook => (input, output) => hook(...(seesInput ? heard(input) : told), output)),
    onError: onError?.map(hook => (input, error) => hook(...heard(input), error)),
  }
}
