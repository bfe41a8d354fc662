// The library without the provider registry: models are given as objects, so a bundle holds only what it uses.
import { createAgentFactory } from './agent/agent.ts'
import { createKitFactory } from './agent/kit.ts'
import { UserError } from './errors/user-error.ts'

function noRegistry(modelId: string): never {
  throw new UserError(
    `\`tenon/core\` has no providers, so \`${modelId}\` cannot be resolved. Pass a model object, or import \`agent\` from \`tenon\`.`,
  )
}

export const agent = createAgentFactory<never>({ resolveModel: noRegistry })
export const kit = createKitFactory<never>({ resolveModel: noRegistry })

// agents
export { depsType } from './agent/agent.ts'
export { captureRunMessages, type CapturedRun } from './agent/capture-run-messages.ts'
export { failedRunOf } from './agent/execute-run.ts'
export type { AgentStream, ViewOptions } from './agent/agent-stream.ts'
export type { EndStrategy, MetadataSource, ModelSettingsSource, Retries, SystemPrompt } from './agent/agent-config.ts'
export type {
  Agent,
  AgentOptions,
  AgentOverride,
  AgentRun,
  DepsOfTools,
  DepsType,
  InferDeps,
  InferOutput,
  OutputCheck,
  RunOutput,
} from './agent/agent-types.ts'
export type { AgentRunResult } from './agent/run-result.ts'
export type { RunOptions, RunOptionsBase, RunOptionsWithoutDeps } from './agent/run-options.ts'

// tools and toolsets
export { tool, toolReturn, type ToolConfig } from './tools/function-tool.ts'
export type { AnyTool, DepsOfTool, PrepareTool, Tool, ToolOptions } from './tools/tool.ts'
export type { ToolDefinition, ToolDefinitionKind } from './tools/tool-definition.ts'
export type { EnqueuePriority, RunContext, RunUsageView } from './tools/run-context.ts'
export type { Toolset, ToolsetTool } from './toolsets/toolset.ts'
export { FunctionToolset, type FunctionToolsetOptions } from './toolsets/function-toolset.ts'
export { CombinedToolset } from './toolsets/combined.ts'
export { ExternalToolset } from './toolsets/external-toolset.ts'
export { WrapperToolset, type ToolMap } from './toolsets/wrapper-toolset.ts'
export { deriveTool } from './toolsets/derive-tool.ts'
export { approvalRequired, type ApprovalPredicate } from './toolsets/approval-required.ts'
export { deferLoading } from './toolsets/defer-loading.ts'
export { dynamicToolset, type DynamicToolsetOptions } from './toolsets/dynamic-toolset.ts'
export { filtered } from './toolsets/filtered.ts'
export { includeReturnSchemas } from './toolsets/include-return-schemas.ts'
export { prefixed } from './toolsets/prefixed.ts'
export { prepared } from './toolsets/prepared.ts'
export { renamed } from './toolsets/renamed.ts'
export { withMetadata } from './toolsets/with-metadata.ts'

// output
export { text, textOutput } from './output/text-output.ts'
export { outputTool } from './output/output-tool.ts'
export { outputFunction } from './output/output-function.ts'
export { nativeOutput } from './output/native-output.ts'
export { promptedOutput } from './output/prompted-output.ts'
export { imageOutput } from './output/image-output.ts'
export { deferredToolRequests } from './output/deferred-output.ts'
export { named } from './output/named-output.ts'
export { structuredDict } from './output/structured-dict.ts'
export type {
  DeepPartial,
  DepsOfOutput,
  OutputEntries,
  OutputEntry,
  OutputOf,
  OutputSpec,
} from './output/output-spec.ts'

// schemas
export { jsonSchema } from './schema/json-schema.ts'
export { registerJsonSchemaConverter, type JsonSchemaConverter } from './schema/json-schema-of.ts'
export { ValidationError } from './schema/validation-error.ts'
export type { Schema, SchemaInput, SchemaOutput, ValidationResult } from './schema/schema.ts'

// messages
export type * from './messages/content.ts'
export type * from './messages/deferred.ts'
export type * from './messages/event.ts'
export type * from './messages/message.ts'
export type * from './messages/part.ts'
export {
  audioUrl,
  binaryContent,
  binaryContentFromDataUri,
  cachePoint,
  contentBytes,
  dataUri,
  documentUrl,
  imageUrl,
  textContent,
  uploadedFile,
  videoUrl,
} from './messages/user-content.ts'
export { messagesFromJson, messagesFromWire, messagesToJson, messagesToWire } from './messages/codec.ts'
export { eventFromWire, eventToWire } from './messages/event-codec.ts'
export {
  deferredToolRequestsFromWire,
  deferredToolRequestsToWire,
  deferredToolResultsFromWire,
  deferredToolResultsToWire,
} from './messages/deferred-codec.ts'
export { cleanHistory, type CleanHistoryOptions } from './messages/history.ts'
export { sanitizeMessages, type SanitizeOptions } from './messages/sanitize.ts'
export {
  responseFiles,
  responseImages,
  responseNativeToolCalls,
  responseText,
  responseThinking,
  responseToolCalls,
} from './messages/response-accessors.ts'
export { argsAsJson, argsAsObject } from './messages/call-args.ts'

// models
export type {
  Model,
  ModelCall,
  ModelRequestParameters,
  OutputMode,
  OutputObjectDefinition,
  StreamedResponse,
  ToolVisibility,
} from './models/model.ts'
export type { ModelResolver, ProviderModule } from './models/provider.ts'
export { defaultProfile, resolveProfile } from './models/profile.ts'
export type { JsonSchemaTransformer, ModelProfile, ProfileOverride } from './models/profile.ts'
export type { ModelSettings, ServiceTier, ThinkingLevel, ToolChoice, ToolOrOutput } from './models/settings.ts'
export { areModelRequestsAllowed, setModelRequestsAllowed, withoutModelRequests } from './models/request-switch.ts'
export { countTokens, requestModel, streamModel, type DirectCall } from './models/direct.ts'
export { completedStreamedResponse, streamedResponse } from './models/streamed-response.ts'
export { FallbackModel, type FallbackModelOptions, type FallbackOn } from './models/wrap/fallback-model.ts'
export { WrapperModel } from './models/wrap/wrapper-model.ts'
export { ConcurrencyLimitedModel } from './models/wrap/concurrency-limited-model.ts'
export { ConcurrencyLimiter, type ConcurrencyLimit } from './models/concurrency-limiter.ts'
export type { NativeTool } from './native-tools/native-tool.ts'
export {
  isNativeTool,
  mcpServerTool,
  type KnownNativeTool,
  type NativeToolKind,
  type NativeTools,
} from './native-tools/index.ts'

// embeddings
export { embedder, embeddingOf, type Embedder, type EmbedderOptions, type EmbedOptions } from './embeddings/embedder.ts'
export type {
  EmbeddingCall,
  EmbeddingInputType,
  EmbeddingModel,
  EmbeddingResult,
  EmbeddingSettings,
} from './embeddings/embedding-model.ts'

// capabilities and effects
export type {
  AgentNode,
  AnyNativeTool,
  CallToolsNode,
  Capability,
  CapabilityHooks,
  CapabilityOrdering,
  DeferredResolution,
  EndNode,
  Instructions,
  InstructionSource,
  ModelRequestContext,
  ModelRequestNode,
  OutputContext,
  RunOutcome,
  ToolCallContext,
} from './capabilities/capability.ts'
export { toolSearch, type ToolSearchOptions } from './capabilities/tool-search.ts'
export type { Effects, EffectStep } from './durable/effects.ts'
export { directEffects } from './durable/direct-effects.ts'

// usage
export { RunUsage, type RunUsageRecord } from './usage/run-usage.ts'
export { cacheHitRatio, emptyUsage, requestUsage, totalTokens, type RequestUsage } from './usage/usage.ts'
export type { UsageLimits } from './usage/limits.ts'
export { costOf, priceTable, type Price, type PriceQuery, type PriceTable } from './usage/cost.ts'

// errors
export { AgentError, type ErrorCode, type FailedRun } from './errors/agent-error.ts'
export { MissingPackageError, ModelRequestsBlocked, UserError } from './errors/user-error.ts'
export {
  FallbackFailed,
  ModelConnectionError,
  ModelError,
  ModelTimeoutError,
  StreamInterrupted,
  SuspendedResponseExpired,
} from './errors/model-error.ts'
export { ModelHttpError } from './errors/model-http-error.ts'
export {
  ConcurrencyLimitExceeded,
  ContentFilterError,
  IncompleteToolCall,
  ResponseRejected,
  RunCancelled,
  UnexpectedModelBehavior,
  UsageLimitExceeded,
} from './errors/run-error.ts'
export {
  ApprovalRequired,
  CallDeferred,
  ModelRetry,
  SkipModelRequest,
  SkipToolExecution,
  SkipToolValidation,
  ToolFailed,
} from './errors/signals.ts'
export type { JsonObject, JsonSchema, JsonValue, MaybePromise } from './util/json.ts'
