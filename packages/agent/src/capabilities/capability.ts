import type { DeferredToolRequests, DeferredToolResults } from '../messages/deferred.ts'
import type { AgentEvent } from '../messages/event.ts'
import type { UserPrompt } from '../messages/content.ts'
import type { ModelMessage, ModelRequest, ModelResponse } from '../messages/message.ts'
import type { RequestPart, ToolCallPart } from '../messages/part.ts'
import type { Model, ModelRequestParameters } from '../models/model.ts'
import type { ModelSettings } from '../models/settings.ts'
import type { KnownNativeTool } from '../native-tools/index.ts'
import type { NativeTool } from '../native-tools/native-tool.ts'
import type { RunContext } from '../tools/run-context.ts'
import type { ToolDefinition } from '../tools/tool-definition.ts'
import type { Toolset } from '../toolsets/toolset.ts'
import type { JsonObject, MaybePromise } from '../util/json.ts'

/** Instructions: a text, a function of the context evaluated before every request, or a list of both. */
export type InstructionSource<TDeps = unknown> =
  | string
  | ((ctx: RunContext<TDeps>) => MaybePromise<string | null | undefined>)

export type Instructions<TDeps = unknown> = InstructionSource<TDeps> | readonly InstructionSource<TDeps>[]

/** One request on its way to the model. Hooks return a changed copy. */
export interface ModelRequestContext {
  readonly model: Model
  readonly messages: readonly ModelMessage[]
  readonly settings: ModelSettings
  readonly parameters: ModelRequestParameters
  /** The answer is read as a stream. */
  readonly streaming: boolean
}

/** A node of the run's graph, before it runs. */
export type AgentNode = { readonly kind: 'user-prompt' } | ModelRequestNode | CallToolsNode | EndNode

/** Sends a request with these parts, after those of the history. */
export interface ModelRequestNode {
  readonly kind: 'model-request'
  readonly parts: readonly RequestPart[]
  /** The trailing request of an old history, sent again in place of a new one. */
  readonly resend?: ModelRequest
  /** A suspended response to be resumed instead of a request. */
  readonly resume?: ModelResponse
}

/** Answers what a response asks for: runs its tool calls, or takes its text as output. */
export interface CallToolsNode {
  readonly kind: 'call-tools'
  readonly response: ModelResponse
  /** Results made elsewhere, by tool call id; a resumed run has them. */
  readonly results?: ReadonlyMap<string, DeferredResolution>
  /** Asked after the results. */
  readonly prompt?: UserPrompt
}

/** The run is over. */
export interface EndNode extends RunOutcome {
  readonly kind: 'end'
}

/** How a deferred call is answered. */
export type DeferredResolution =
  /** It was executed by an earlier run. */
  | { readonly kind: 'answered' }
  | { readonly kind: 'approved'; readonly overrideArgs?: JsonObject; readonly metadata?: JsonObject }
  | { readonly kind: 'denied'; readonly message: string }
  /** A value, or a `ToolReturn`, `ModelRetryResult`, `ToolFailedResult` or `RetryPromptPart`. */
  | { readonly kind: 'result'; readonly value: unknown }

/** A call of a function tool as hooks see it. */
export interface ToolCallContext {
  readonly call: ToolCallPart
  readonly definition: ToolDefinition
}

/** An output on its way to becoming the result. */
export interface OutputContext {
  readonly mode: 'text' | 'tool' | 'native' | 'prompted' | 'image' | 'null'
  /** Name of the alternative; `undefined` for text, image and null. */
  readonly name?: string
  readonly hasFunction: boolean
  /** The output tool call it came from. */
  readonly call?: ToolCallPart
  readonly definition?: ToolDefinition
}

/** What a run ends with, as run hooks see it. */
export interface RunOutcome {
  readonly output: unknown
  readonly outputToolName?: string
  readonly outputToolCallId?: string
}

/** Where a capability stands among the others. Without it: in the order given, the first is outermost. */
export interface CapabilityOrdering {
  readonly position?: 'outermost' | 'innermost'
  /** Ids of capabilities that must be inside of this one. */
  readonly wraps?: readonly string[]
  /** Ids of capabilities that must be outside of this one. */
  readonly wrappedBy?: readonly string[]
  readonly requires?: readonly string[]
}

/** Points at which a capability takes part in a run. `before*` run in order, `after*` and `on*Error` in reverse,
 *  `wrap*` nest with the first capability outermost. Every hook may be async; a missing one costs nothing.
 *  A `before*` or `after*` hook that returns nothing leaves things as they are.
 *  They are properties, so that the compiler checks the deps they need; a class implements them as methods. */
export interface CapabilityHooks<in TDeps = unknown> {
  readonly beforeRun?: (ctx: RunContext<TDeps>) => MaybePromise<void>
  /** May return a result without calling the handler, or recover from its error (not from cancellation). */
  readonly wrapRun?: (ctx: RunContext<TDeps>, handler: () => Promise<RunOutcome>) => Promise<RunOutcome>
  readonly afterRun?: (ctx: RunContext<TDeps>, outcome: RunOutcome) => MaybePromise<RunOutcome | void>
  /** Throws to let the error pass, returns to recover. */
  readonly onRunError?: (ctx: RunContext<TDeps>, error: unknown) => MaybePromise<RunOutcome>

  readonly beforeNodeRun?: (ctx: RunContext<TDeps>, node: AgentNode) => MaybePromise<AgentNode | void>
  readonly wrapNodeRun?: (
    ctx: RunContext<TDeps>,
    node: AgentNode,
    handler: (node: AgentNode) => Promise<AgentNode>,
  ) => Promise<AgentNode>
  readonly afterNodeRun?: (ctx: RunContext<TDeps>, node: AgentNode, next: AgentNode) => MaybePromise<AgentNode | void>
  readonly onNodeRunError?: (ctx: RunContext<TDeps>, node: AgentNode, error: unknown) => MaybePromise<AgentNode>

  /** Maps, drops or adds events. Changes what consumers see, never what is recorded. */
  readonly wrapRunEventStream?: (ctx: RunContext<TDeps>, events: AsyncIterable<AgentEvent>) => AsyncIterable<AgentEvent>

  /** Throws `SkipModelRequest` to answer without the model. */
  readonly beforeModelRequest?: (
    ctx: RunContext<TDeps>,
    request: ModelRequestContext,
  ) => MaybePromise<ModelRequestContext | void>
  readonly wrapModelRequest?: (
    ctx: RunContext<TDeps>,
    request: ModelRequestContext,
    handler: (request: ModelRequestContext) => Promise<ModelResponse>,
  ) => Promise<ModelResponse>
  /** Throws `ModelRetry` to refuse the response; it stays in the history. */
  readonly afterModelRequest?: (
    ctx: RunContext<TDeps>,
    request: ModelRequestContext,
    response: ModelResponse,
  ) => MaybePromise<ModelResponse | void>
  readonly onModelRequestError?: (
    ctx: RunContext<TDeps>,
    request: ModelRequestContext,
    error: unknown,
  ) => MaybePromise<ModelResponse>

  /** `args` are as the model sent them. Throws `ModelRetry` or `SkipToolValidation`. */
  readonly beforeToolValidate?: (ctx: RunContext<TDeps>, call: ToolCallContext, args: unknown) => MaybePromise<unknown>
  readonly wrapToolValidate?: (
    ctx: RunContext<TDeps>,
    call: ToolCallContext,
    args: unknown,
    handler: (args: unknown) => Promise<unknown>,
  ) => Promise<unknown>
  readonly afterToolValidate?: (ctx: RunContext<TDeps>, call: ToolCallContext, args: unknown) => MaybePromise<unknown>
  readonly onToolValidateError?: (
    ctx: RunContext<TDeps>,
    call: ToolCallContext,
    args: unknown,
    error: unknown,
  ) => MaybePromise<unknown>

  /** The place to defer a call, or to answer it with `SkipToolExecution`. */
  readonly beforeToolExecute?: (ctx: RunContext<TDeps>, call: ToolCallContext, args: unknown) => MaybePromise<unknown>
  readonly wrapToolExecute?: (
    ctx: RunContext<TDeps>,
    call: ToolCallContext,
    args: unknown,
    handler: (args: unknown) => Promise<unknown>,
  ) => Promise<unknown>
  readonly afterToolExecute?: (
    ctx: RunContext<TDeps>,
    call: ToolCallContext,
    args: unknown,
    result: unknown,
  ) => MaybePromise<unknown>
  readonly onToolExecuteError?: (
    ctx: RunContext<TDeps>,
    call: ToolCallContext,
    args: unknown,
    error: unknown,
  ) => MaybePromise<unknown>

  /** Structured outputs only. `raw` is the JSON text or the arguments as the model sent them. */
  readonly beforeOutputValidate?: (ctx: RunContext<TDeps>, output: OutputContext, raw: unknown) => MaybePromise<unknown>
  readonly wrapOutputValidate?: (
    ctx: RunContext<TDeps>,
    output: OutputContext,
    raw: unknown,
    handler: (raw: unknown) => Promise<unknown>,
  ) => Promise<unknown>
  readonly afterOutputValidate?: (
    ctx: RunContext<TDeps>,
    output: OutputContext,
    value: unknown,
  ) => MaybePromise<unknown>
  readonly onOutputValidateError?: (
    ctx: RunContext<TDeps>,
    output: OutputContext,
    raw: unknown,
    error: unknown,
  ) => MaybePromise<unknown>

  /** All outputs; `value` is the semantic value: unwrapped and validated. */
  readonly beforeOutputProcess?: (
    ctx: RunContext<TDeps>,
    output: OutputContext,
    value: unknown,
  ) => MaybePromise<unknown>
  readonly wrapOutputProcess?: (
    ctx: RunContext<TDeps>,
    output: OutputContext,
    value: unknown,
    handler: (value: unknown) => Promise<unknown>,
  ) => Promise<unknown>
  readonly afterOutputProcess?: (ctx: RunContext<TDeps>, output: OutputContext, value: unknown) => MaybePromise<unknown>
  readonly onOutputProcessError?: (
    ctx: RunContext<TDeps>,
    output: OutputContext,
    value: unknown,
    error: unknown,
  ) => MaybePromise<unknown>

  /** Filters or changes the tools of a step. Cannot add or rename. A tool that is left out cannot be called. */
  readonly prepareTools?: (
    ctx: RunContext<TDeps>,
    tools: readonly ToolDefinition[],
  ) => MaybePromise<readonly ToolDefinition[]>
  readonly prepareOutputTools?: (
    ctx: RunContext<TDeps>,
    tools: readonly ToolDefinition[],
  ) => MaybePromise<readonly ToolDefinition[]>
  /** Answers some or all of the deferred calls in place. */
  readonly handleDeferredToolCalls?: (
    ctx: RunContext<TDeps>,
    requests: DeferredToolRequests,
  ) => MaybePromise<DeferredToolResults | undefined>
}

/** One that this library knows, with its options, or one that only its provider knows. */
export type AnyNativeTool = KnownNativeTool | NativeTool

/** A bundle of behaviour for agents: instructions, tools, settings and hooks. Write an object or a class with what it needs. */
export interface Capability<in TDeps = unknown> extends CapabilityHooks<TDeps> {
  /** Names it for `ordering` and in errors; unique within an agent. */
  readonly id?: string
  readonly ordering?: CapabilityOrdering
  readonly instructions?: Instructions<TDeps>
  readonly modelSettings?: ModelSettings | ((ctx: RunContext<TDeps>) => MaybePromise<ModelSettings>)
  readonly metadata?: JsonObject
  readonly toolset?: Toolset<TDeps>
  /** Tools that the provider runs itself, or functions that choose one for the next request. */
  readonly nativeTools?: readonly (AnyNativeTool | ((ctx: RunContext<TDeps>) => MaybePromise<AnyNativeTool | null>))[]
  /** A fresh copy for one run, so that its state is that run's alone. */
  readonly forRun?: (ctx: RunContext<TDeps>) => MaybePromise<Capability<TDeps>>
  /** The model of the next request; the last capability that names one wins. */
  readonly getModel?: (ctx: RunContext<TDeps>) => MaybePromise<Model | string | undefined>
  /** Turns a model string of its own into a model; the first that answers wins. */
  readonly resolveModelId?: (modelId: string, ctx: RunContext<TDeps>) => MaybePromise<Model | undefined>
  /** Wraps the toolset of the whole agent, which may need more deps than this capability does. */
  readonly wrapToolset?: <TAll extends TDeps>(toolset: Toolset<TAll>) => Toolset<TAll>
}

/** The id of the capability that finds hidden tools: an agent has at most one. */
export const toolSearchId = 'tool_search'
