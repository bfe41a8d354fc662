import type {
  AgentNode,
  CapabilityHooks,
  ModelRequestContext,
  OutputContext,
  RunOutcome,
  ToolCallContext,
} from './capability.ts'
import type { Around } from './around.ts'
import type { ModelResponse } from '../messages/message.ts'
import type { RunContext } from '../tools/run-context.ts'

type Hook<K extends keyof CapabilityHooks> = NonNullable<CapabilityHooks[K]>

/** Every hook of a run's capabilities, one ordered list per hook point. A point without hooks is absent and costs nothing. */
export type HookChains = { readonly [K in keyof CapabilityHooks]?: readonly Hook<K>[] }

/** The chains of a run without capabilities. */
export const noHooks: HookChains = Object.freeze({})

/** In which direction a point's hooks run when capabilities are listed outermost first. */
const direction: { readonly [K in keyof Required<CapabilityHooks>]: 'forward' | 'reverse' } = {
  beforeRun: 'forward',
  wrapRun: 'forward',
  afterRun: 'reverse',
  onRunError: 'reverse',
  beforeNodeRun: 'forward',
  wrapNodeRun: 'forward',
  afterNodeRun: 'reverse',
  onNodeRunError: 'reverse',
  wrapRunEventStream: 'reverse',
  beforeModelRequest: 'forward',
  wrapModelRequest: 'forward',
  afterModelRequest: 'reverse',
  onModelRequestError: 'reverse',
  beforeToolValidate: 'forward',
  wrapToolValidate: 'forward',
  afterToolValidate: 'reverse',
  onToolValidateError: 'reverse',
  beforeToolExecute: 'forward',
  wrapToolExecute: 'forward',
  afterToolExecute: 'reverse',
  onToolExecuteError: 'reverse',
  beforeOutputValidate: 'forward',
  wrapOutputValidate: 'forward',
  afterOutputValidate: 'reverse',
  onOutputValidateError: 'reverse',
  beforeOutputProcess: 'forward',
  wrapOutputProcess: 'forward',
  afterOutputProcess: 'reverse',
  onOutputProcessError: 'reverse',
  prepareTools: 'forward',
  prepareOutputTools: 'forward',
  handleDeferredToolCalls: 'forward',
}

const points = Object.keys(direction) as readonly (keyof CapabilityHooks)[]

/** Collects the hooks of capabilities, given outermost first. */
export function compileHooks(capabilities: readonly CapabilityHooks[]): HookChains {
  const chains: { -readonly [K in keyof CapabilityHooks]?: unknown[] } = {}
  for (const point of points) {
    const hooks = capabilities.flatMap(capability => {
      const hook = capability[point] as ((...args: never[]) => unknown) | undefined
      return hook === undefined ? [] : [hook.bind(capability)]
    })
    if (hooks.length > 0) chains[point] = direction[point] === 'forward' ? hooks : hooks.reverse()
  }
  // each list was filled from the hook of its own name
  return chains as HookChains
}

/** The hooks around a run; `undefined` when there are none. */
export function runHooks(chains: HookChains, ctx: RunContext): Around<void, RunOutcome> | undefined {
  const { beforeRun, wrapRun, afterRun, onRunError } = chains
  if (!(beforeRun ?? wrapRun ?? afterRun ?? onRunError)) return undefined
  return {
    before: beforeRun?.map(hook => () => hook(ctx)),
    wrap: wrapRun?.map(hook => (_, handler) => hook(ctx, () => handler())),
    after: afterRun?.map(hook => (_, outcome) => hook(ctx, outcome)),
    onError: onRunError?.map(hook => (_, error) => hook(ctx, error)),
  }
}

export function nodeHooks(chains: HookChains, ctx: RunContext): Around<AgentNode, AgentNode> | undefined {
  const { beforeNodeRun, wrapNodeRun, afterNodeRun, onNodeRunError } = chains
  if (!(beforeNodeRun ?? wrapNodeRun ?? afterNodeRun ?? onNodeRunError)) return undefined
  return {
    before: beforeNodeRun?.map(hook => node => hook(ctx, node)),
    wrap: wrapNodeRun?.map(hook => (node, handler) => hook(ctx, node, handler)),
    after: afterNodeRun?.map(hook => (node, next) => hook(ctx, node, next)),
    onError: onNodeRunError?.map(hook => (node, error) => hook(ctx, node, error)),
  }
}

/** Without the before hooks, which the loop runs itself: they decide what the request is. */
export function modelRequestHooks(
  chains: HookChains,
  ctx: RunContext,
): Around<ModelRequestContext, ModelResponse> | undefined {
  const { wrapModelRequest, onModelRequestError } = chains
  if (!(wrapModelRequest ?? onModelRequestError)) return undefined
  return {
    wrap: wrapModelRequest?.map(hook => (request, handler) => hook(ctx, request, handler)),
    onError: onModelRequestError?.map(hook => (request, error) => hook(ctx, request, error)),
  }
}

export function toolValidateHooks(
  chains: HookChains,
  ctx: RunContext,
  call: ToolCallContext,
): Around<unknown, unknown> | undefined {
  const { beforeToolValidate, wrapToolValidate, afterToolValidate, onToolValidateError } = chains
  if (!(beforeToolValidate ?? wrapToolValidate ?? afterToolValidate ?? onToolValidateError)) return undefined
  return {
    before: beforeToolValidate?.map(hook => args => hook(ctx, call, args)),
    wrap: wrapToolValidate?.map(hook => (args, handler) => hook(ctx, call, args, handler)),
    after: afterToolValidate?.map(hook => (_, args) => hook(ctx, call, args)),
    onError: onToolValidateError?.map(hook => (args, error) => hook(ctx, call, args, error)),
  }
}

export function toolExecuteHooks(
  chains: HookChains,
  ctx: RunContext,
  call: ToolCallContext,
): Around<unknown, unknown> | undefined {
  const { beforeToolExecute, wrapToolExecute, afterToolExecute, onToolExecuteError } = chains
  if (!(beforeToolExecute ?? wrapToolExecute ?? afterToolExecute ?? onToolExecuteError)) return undefined
  return {
    before: beforeToolExecute?.map(hook => args => hook(ctx, call, args)),
    wrap: wrapToolExecute?.map(hook => (args, handler) => hook(ctx, call, args, handler)),
    after: afterToolExecute?.map(hook => (args, result) => hook(ctx, call, args, result)),
    onError: onToolExecuteError?.map(hook => (args, error) => hook(ctx, call, args, error)),
  }
}

export function outputValidateHooks(
  chains: HookChains,
  ctx: RunContext,
  output: OutputContext,
): Around<unknown, unknown> | undefined {
  const { beforeOutputValidate, wrapOutputValidate, afterOutputValidate, onOutputValidateError } = chains
  if (!(beforeOutputValidate ?? wrapOutputValidate ?? afterOutputValidate ?? onOutputValidateError)) return undefined
  return {
    before: beforeOutputValidate?.map(hook => raw => hook(ctx, output, raw)),
    wrap: wrapOutputValidate?.map(hook => (raw, handler) => hook(ctx, output, raw, handler)),
    after: afterOutputValidate?.map(hook => (_, value) => hook(ctx, output, value)),
    onError: onOutputValidateError?.map(hook => (raw, error) => hook(ctx, output, raw, error)),
  }
}

export function outputProcessHooks(
  chains: HookChains,
  ctx: RunContext,
  output: OutputContext,
): Around<unknown, unknown> | undefined {
  const { beforeOutputProcess, wrapOutputProcess, afterOutputProcess, onOutputProcessError } = chains
  if (!(beforeOutputProcess ?? wrapOutputProcess ?? afterOutputProcess ?? onOutputProcessError)) return undefined
  return {
    before: beforeOutputProcess?.map(hook => value => hook(ctx, output, value)),
    wrap: wrapOutputProcess?.map(hook => (value, handler) => hook(ctx, output, value, handler)),
    after: afterOutputProcess?.map(hook => (_, value) => hook(ctx, output, value)),
    onError: onOutputProcessError?.map(hook => (value, error) => hook(ctx, output, value, error)),
  }
}
