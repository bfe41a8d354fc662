import type { JsonSchema } from '../util/json.ts'

/** Makes a schema fit what a provider accepts.
 *  `strict: true` asks for the lossy rewrite; `undefined` leaves strictness to be inferred.
 *  Returns the schema and whether it may be sent as strict. */
export interface JsonSchemaTransformer {
  readonly name: string
  transform(
    schema: JsonSchema,
    strict: boolean | undefined,
  ): { readonly schema: JsonSchema; readonly isStrictCompatible: boolean }
}

/** What a model can do: facts as data. Shared code asks the profile and never compares a model's or provider's name.
 *  Provider-specific facts are added by each provider's folder through interface merging. */
export interface ModelProfile {
  readonly supportsTools: boolean
  readonly supportsToolReturnSchema: boolean
  readonly supportsJsonSchemaOutput: boolean
  readonly supportsJsonObjectOutput: boolean
  readonly supportsImageOutput: boolean
  readonly supportsAudioInput: boolean
  readonly supportsInlineSystemPrompts: boolean
  readonly defaultStructuredOutputMode: 'tool' | 'native' | 'prompted'
  /** Holds `{schema}` where the JSON Schema goes. */
  readonly promptedOutputTemplate: string
  readonly nativeOutputRequiresSchemaInInstructions: boolean
  readonly jsonSchemaTransformer?: JsonSchemaTransformer
  readonly supportsThinking: boolean
  readonly thinkingAlwaysEnabled: boolean
  readonly thinkingTags: readonly [open: string, close: string]
  readonly ignoreStreamedLeadingWhitespace: boolean
  /** Kinds of provider-run tools. */
  readonly supportedNativeTools: ReadonlySet<string>
  readonly toolDeferralMode?: 'standalone' | 'with-tool-search'
  readonly toolAdditionMode?: 'by-reference' | 'with-definitions'
}

const defaultPromptedOutputTemplate = [
  'Answer with one JSON object that fits this JSON Schema:',
  '{schema}',
  'Write the JSON alone: no other text, no Markdown fences.',
].join('\n\n')

/** What is assumed of a model nobody described. */
export const defaultProfile: ModelProfile = {
  supportsTools: true,
  supportsToolReturnSchema: false,
  supportsJsonSchemaOutput: false,
  supportsJsonObjectOutput: false,
  supportsImageOutput: false,
  supportsAudioInput: false,
  supportsInlineSystemPrompts: false,
  defaultStructuredOutputMode: 'tool',
  promptedOutputTemplate: defaultPromptedOutputTemplate,
  nativeOutputRequiresSchemaInInstructions: false,
  supportsThinking: false,
  thinkingAlwaysEnabled: false,
  thinkingTags: ['<think>', '</think>'],
  ignoreStreamedLeadingWhitespace: false,
  supportedNativeTools: new Set(),
}

/** A user's word about a model: keys that replace the known ones, or a function of the known profile. */
export type ProfileOverride = Partial<ModelProfile> | ((profile: ModelProfile) => ModelProfile)

/** The later layer wins, key by key; a key set to `undefined` is left alone. */
export function resolveProfile(...layers: readonly (ProfileOverride | undefined)[]): ModelProfile {
  return layers.reduce<ModelProfile>((profile, layer) => {
    if (layer === undefined) return profile
    if (typeof layer === 'function') return layer(profile)
    const set = Object.entries(layer).filter(([, value]) => value !== undefined)
    return { ...profile, ...Object.fromEntries(set) }
  }, defaultProfile)
}
