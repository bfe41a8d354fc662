import { UserError } from '../errors/user-error.ts'
import type { NativeTool } from '../native-tools/native-tool.ts'
import type { ToolDefinition } from '../tools/tool-definition.ts'
import { cached } from '../util/cached.ts'
import type { Model, OutputObjectDefinition } from './model.ts'
import type { JsonSchemaTransformer, ModelProfile } from './profile.ts'

/** Definitions as a model takes them: schemas transformed, strictness inferred, return schemas kept or moved into the description.
 *  Each definition is worked on once per transformer, and a list that was seen before is returned as it was. */
export function prepareToolDefinitions(
  tools: readonly ToolDefinition[],
  profile: ModelProfile,
): readonly ToolDefinition[] {
  if (tools.length === 0) return tools
  const cache = cacheFor(profile)
  return cached(cache.lists, tools, () => {
    const changed = tools.map(tool => prepareDefinition(tool, profile, cache.definitions))
    return changed.every((tool, i) => tool === tools[i]) ? tools : changed
  })
}

export function prepareOutputObject(object: OutputObjectDefinition, profile: ModelProfile): OutputObjectDefinition {
  const transformer = profile.jsonSchemaTransformer
  if (transformer === undefined) return object
  return cached(cacheFor(profile).objects, object, () => {
    const { schema, isStrictCompatible } = transformer.transform(object.jsonSchema, object.strict)
    return { ...object, jsonSchema: schema, strict: object.strict ?? isStrictCompatible }
  })
}

interface PreparedCache {
  readonly definitions: WeakMap<ToolDefinition, ToolDefinition>
  readonly lists: WeakMap<readonly ToolDefinition[], readonly ToolDefinition[]>
  readonly objects: WeakMap<OutputObjectDefinition, OutputObjectDefinition>
}

type CacheByTransformer = WeakMap<JsonSchemaTransformer | typeof noTransformer, PreparedCache>

/** Profiles come and go with their models; what matters of them here is the transformer and one flag. */
const cacheWithReturnSchemas: CacheByTransformer = new WeakMap()
const cacheWithoutReturnSchemas: CacheByTransformer = new WeakMap()
const noTransformer = {}

function cacheFor({ jsonSchemaTransformer, supportsToolReturnSchema }: ModelProfile): PreparedCache {
  const caches = supportsToolReturnSchema ? cacheWithReturnSchemas : cacheWithoutReturnSchemas
  return cached(caches, jsonSchemaTransformer ?? noTransformer, newCache)
}

function newCache(): PreparedCache {
  return { definitions: new WeakMap(), lists: new WeakMap(), objects: new WeakMap() }
}

function prepareDefinition(
  tool: ToolDefinition,
  profile: ModelProfile,
  cache: WeakMap<ToolDefinition, ToolDefinition>,
): ToolDefinition {
  return cached(cache, tool, () =>
    placeReturnSchema(transformParameters(tool, profile.jsonSchemaTransformer), profile.supportsToolReturnSchema),
  )
}

function transformParameters(tool: ToolDefinition, transformer: JsonSchemaTransformer | undefined): ToolDefinition {
  if (transformer === undefined) return tool
  const { schema, isStrictCompatible } = transformer.transform(tool.parametersJsonSchema, tool.strict)
  return { ...tool, parametersJsonSchema: schema, strict: tool.strict ?? isStrictCompatible }
}

function placeReturnSchema(tool: ToolDefinition, isSupported: boolean): ToolDefinition {
  const { returnSchema, ...rest } = tool
  if (returnSchema === undefined) return tool
  if (tool.includeReturnSchema !== true) return rest
  if (isSupported) return tool
  const shape = `Return schema:\n\n${JSON.stringify(returnSchema, undefined, 2)}`
  return { ...rest, description: tool.description ? `${tool.description}\n\n${shape}` : shape }
}

/** Decides which provider-run tools a request has, and which function tools stand in for those it has not.
 *  @throws {UserError} for a tool the model cannot run that is neither optional nor has a stand-in */
export function chooseNativeTools(
  model: Model,
  { functionTools, nativeTools }: { functionTools: readonly ToolDefinition[]; nativeTools: readonly NativeTool[] },
): { functionTools: readonly ToolDefinition[]; nativeTools: readonly NativeTool[] } {
  const chosen = nativeTools.length === 0 ? nativeTools : supportedTools(model, functionTools, nativeTools)
  return { functionTools: withoutReplaced(functionTools, chosen), nativeTools: chosen }
}

function supportedTools(
  model: Model,
  functionTools: readonly ToolDefinition[],
  nativeTools: readonly NativeTool[],
): readonly NativeTool[] {
  const { supportedNativeTools } = model.profile
  const unique = lastOfEachId(nativeTools)
  const wanted = hidesOnlyCapabilities(functionTools) ? unique.filter(tool => tool.kind !== 'tool_search') : unique
  for (const tool of wanted) {
    if (supportedNativeTools.has(tool.kind) || tool.optional === true) continue
    if (!functionTools.some(({ unlessNative }) => unlessNative !== undefined && names(unlessNative, tool))) {
      throw unsupportedNativeTool(model, tool)
    }
  }
  return wanted.filter(tool => supportedNativeTools.has(tool.kind))
}

/** Hidden tools of a provider's search stay when the provider does not search: the local search finds them. */
function withoutReplaced(tools: readonly ToolDefinition[], natives: readonly NativeTool[]): readonly ToolDefinition[] {
  if (!tools.some(tool => tool.unlessNative !== undefined || tool.withNative !== undefined)) return tools
  const has = (name: string) => natives.some(native => names(name, native))
  return tools.filter(
    ({ unlessNative, withNative, deferLoading }) =>
      (unlessNative === undefined || !has(unlessNative)) &&
      (withNative === undefined || deferLoading === true || has(withNative)),
  )
}

/** Tools of a capability are loaded, not searched: with them alone a search has nothing to find. */
function hidesOnlyCapabilities(tools: readonly ToolDefinition[]): boolean {
  const hidden = tools.filter(tool => tool.deferLoading === true)
  return hidden.length > 0 && hidden.every(tool => tool.capabilityId !== undefined)
}

function lastOfEachId(tools: readonly NativeTool[]): readonly NativeTool[] {
  return [...new Map(tools.map(tool => [tool.uniqueId ?? tool.kind, tool])).values()]
}

function names(name: string, tool: NativeTool): boolean {
  return name === tool.kind || name === tool.uniqueId
}

function unsupportedNativeTool(model: Model, tool: NativeTool): UserError {
  const supported = [...model.profile.supportedNativeTools].map(kind => `\`${kind}\``).join(', ')
  return new UserError(
    `The model \`${model.modelName}\` cannot run the native tool \`${tool.kind}\`. ` +
      `It has ${supported || 'none'}. ` +
      `Mark the tool \`optional: true\`, or add a function tool with \`unlessNative: '${tool.kind}'\`.`,
  )
}
