import type {
  ConverseRequest,
  CountTokensRequest,
  InferenceConfiguration,
  OutputConfig,
} from '@aws-sdk/client-bedrock-runtime'
import { UserError } from '../../errors/user-error.ts'
import type { FetchedFiles } from '../fetch-files.ts'
import type { ModelCall, OutputObjectDefinition } from '../model.ts'
import type { ModelSettings } from '../settings.ts'
import { additionalFields } from './additional-fields.ts'
import { cacheNewestUserTurn, fitCacheTimes, limitCachePoints } from './cache-points.ts'
import { mapConversation } from './conversation.ts'
import type { BedrockProfile } from './facts.ts'
import { isPromptArn, parseModelId } from './model-id.ts'
import { samplingOf, type Sampling } from './sampling.ts'
import { beginWithInstructions, mapSystem } from './system.ts'
import { mayThinkNow } from './thinking.ts'
import { mapToolConfig, toolsOfHistory } from './tool-config.ts'
import { toolNamesOf } from './tool-names.ts'

/** What the request mapping needs to know of the model. */
export interface RequestScope {
  readonly modelName: string
  /** Provider name: only its own thinking and native tools are sent back as such. */
  readonly system: string
  readonly profile: BedrockProfile
}

/** The body of `Converse` and `ConverseStream` for a prepared call. Pure: files were fetched before.
 *  @throws {UserError} for what Bedrock would refuse and we can tell */
export function mapRequest(call: ModelCall, scope: RequestScope, files: FetchedFiles): ConverseRequest {
  const { settings, parameters } = call
  const modelId = settings.bedrockInferenceProfile || scope.modelName
  const input = mapCommon(call, scope, files)
  if (isPromptArn(modelId)) return { modelId, ...promptRequest(call, input) }
  const { outputObject } = parameters
  return {
    modelId,
    ...input,
    inferenceConfig: mapInference(settings, samplingOf(settings, scope.profile, parameters.thinking)),
    ...(parameters.outputMode === 'native' &&
      outputObject !== undefined && { outputConfig: nativeOutput(outputObject) }),
    ...passedThrough(settings),
  }
}

/** The body of `CountTokens`: the same mapping, so that what is counted is what is sent. */
export function mapCountTokens(call: ModelCall, scope: RequestScope, files: FetchedFiles): CountTokensRequest {
  const { messages, system, toolConfig, additionalModelRequestFields } = mapCommon(call, scope, files)
  const converse = {
    messages,
    system,
    ...(toolConfig && { toolConfig }),
    ...(additionalModelRequestFields && { additionalModelRequestFields }),
  }
  return { modelId: parseModelId(scope.modelName).baseId, input: { converse } }
}

type CommonInput = Pick<ConverseRequest, 'system' | 'toolConfig' | 'additionalModelRequestFields'> & {
  messages: NonNullable<ConverseRequest['messages']>
}

function mapCommon(call: ModelCall, scope: RequestScope, files: FetchedFiles): CommonInput {
  const { settings, parameters } = call
  const { profile, modelName } = scope
  const names = toolNamesOf(parameters)
  const { messages, systemPrompts } = mapConversation(call.messages, {
    profile,
    system: scope.system,
    modelName,
    names,
    files,
    guard: settings.bedrockGuardContent,
  })
  const caching = profile.bedrockSupportsPromptCaching
  const instructions = mapSystem(
    systemPrompts,
    parameters.instructionParts ?? [],
    caching ? settings.bedrockCacheInstructions : undefined,
  )
  const system = profile.bedrockSupportsSystem ? instructions : []
  if (!profile.bedrockSupportsSystem) beginWithInstructions(messages, instructions)
  const toolConfig =
    mapToolConfig({ modelName, profile, parameters, settings, names }) ??
    toolsOfHistory(messages, [...parameters.functionTools, ...parameters.outputTools], { profile, names })
  if (caching && settings.bedrockCacheMessages) cacheNewestUserTurn(messages, settings.bedrockCacheMessages)
  const cacheable = { messages, system, tools: toolConfig?.tools ?? [] }
  limitCachePoints(cacheable)
  fitCacheTimes(cacheable, profile.bedrockSupportsHourCaching)
  const thinking = mayThinkNow(messages, profile) ? parameters.thinking : undefined
  const additional = additionalFields(thinking, profile, settings, toolConfig)
  return {
    messages,
    system,
    ...(toolConfig && { toolConfig }),
    // plain JSON, whose arrays the SDK types as mutable
    ...(additional && { additionalModelRequestFields: additional as ConverseRequest['additionalModelRequestFields'] }),
  }
}

function mapInference(
  { maxTokens, stopSequences }: ModelSettings,
  { temperature, topP }: Sampling,
): InferenceConfiguration {
  return {
    ...(maxTokens && { maxTokens }),
    ...(temperature !== undefined && { temperature }),
    ...(topP !== undefined && { topP }),
    ...(stopSequences?.length && { stopSequences: [...stopSequences] }),
  }
}

function nativeOutput({ jsonSchema, name, description }: OutputObjectDefinition): OutputConfig {
  const schema = JSON.stringify(jsonSchema)
  return {
    textFormat: {
      type: 'json_schema',
      structure: { jsonSchema: { name: name ?? 'final_result', schema, ...(description && { description }) } },
    },
  }
}

/** Settings whose value is the wire's own. */
function passedThrough(settings: ModelSettings): Partial<ConverseRequest> {
  const {
    bedrockGuardrailConfig: guardrailConfig,
    bedrockPerformanceConfiguration: performanceConfig,
    bedrockRequestMetadata: requestMetadata,
    bedrockAdditionalModelResponseFieldsPaths: paths,
    bedrockPromptVariables: promptVariables,
  } = settings
  const serviceTier = tierOf(settings)
  return {
    ...(guardrailConfig && { guardrailConfig }),
    ...(performanceConfig && { performanceConfig }),
    ...(requestMetadata && { requestMetadata: { ...requestMetadata } }),
    ...(paths?.length && { additionalModelResponseFieldPaths: [...paths] }),
    ...(promptVariables && { promptVariables: { ...promptVariables } as ConverseRequest['promptVariables'] }),
    ...(serviceTier && { serviceTier }),
  }
}

function tierOf({ bedrockServiceTier, serviceTier }: ModelSettings): ConverseRequest['serviceTier'] {
  if (bedrockServiceTier !== undefined) return bedrockServiceTier
  return serviceTier === undefined || serviceTier === 'auto' ? undefined : { type: serviceTier }
}

/** A managed prompt brings its own system prompt, settings and tools; Bedrock refuses a request that sends them as well. */
function promptRequest(
  { settings, parameters }: ModelCall,
  { messages, system, toolConfig }: CommonInput,
): Partial<ConverseRequest> {
  const extra = system!.length > 0 ? 'instructions' : toolConfig !== undefined ? 'tools' : undefined
  if (extra !== undefined || parameters.outputMode === 'native') {
    throw new UserError(
      `A prompt of Prompt management takes no ${extra ?? 'output schema'}: it has its own. Leave them out, or call the model itself.`,
    )
  }
  return { messages, ...passedThrough(settings) }
}
