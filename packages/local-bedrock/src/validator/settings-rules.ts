import { isJsonObject } from '../wire.ts'
import { constraint, firstOf, fromModel } from './rule.ts'
import type { Rule, ValidatedCall } from './rule.ts'

/** Numbers with a range: path below `inferenceConfig`, least, most. */
const ranges = [
  ['temperature', 0, 1],
  ['topP', 0, 1],
  ['maxTokens', 1, Infinity],
] as const

/** Settings with a fixed set of values: object, key, values. */
const enums = [
  ['performanceConfig', 'latency', ['standard', 'optimized']],
  ['serviceTier', 'type', ['priority', 'default', 'flex', 'reserved']],
  ['guardrailConfig', 'trace', ['enabled', 'disabled', 'enabled_full']],
  ['guardrailConfig', 'streamProcessingMode', ['sync', 'async']],
] as const

const promptFields = ['system', 'inferenceConfig', 'toolConfig', 'additionalModelRequestFields'] as const

function isGiven(value: unknown): boolean {
  if (Array.isArray(value)) return value.length > 0
  return isJsonObject(value) ? Object.keys(value).length > 0 : value !== undefined
}

/** Everything beside messages and tools. */
export const settingsRules: readonly Rule[] = [
  {
    id: 'inference-range',
    refuses: 'temperature or topP outside 0 to 1, maxTokens below 1',
    source: 'https://github.com/stdapi-ai/stdapi.ai/issues/224',
    check: ({ request }) =>
      firstOf(ranges, ([name, least, most]) => {
        const value = request.inferenceConfig?.[name]
        const path = `inferenceConfig.${name}`
        if (value === undefined) return undefined
        if (value > most) return constraint(value, path, `have value less than or equal to ${most}`)
        return value < least ? constraint(value, path, `have value greater than or equal to ${least}`) : undefined
      }),
  },
  {
    id: 'stop-sequences',
    refuses: 'an empty stop sequence, or more than 2500',
    source: 'https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_InferenceConfiguration.html',
    check: ({ request }) => {
      const sequences = request.inferenceConfig?.stopSequences ?? []
      const path = 'inferenceConfig.stopSequences'
      if (sequences.length > 2500) return constraint(sequences.length, path, 'have length less than or equal to 2500')
      return sequences.includes('') ? constraint('', path, 'have length greater than or equal to 1') : undefined
    },
  },
  {
    id: 'temperature-with-top-p',
    refuses: 'temperature and topP together, for models that take one',
    source: 'https://github.com/mem0ai/mem0/pull/4147',
    check: ({ request: { inferenceConfig }, family }) =>
      family.sampling === 'one' && inferenceConfig?.temperature !== undefined && inferenceConfig.topP !== undefined
        ? fromModel('`temperature` and `top_p` cannot both be specified for this model. Please use only one.')
        : undefined,
  },
  {
    id: 'sampling-unsupported',
    refuses: '`temperature` (but 1), `topP` and `top_k` for models that have none of them',
    source: 'https://github.com/promptfoo/promptfoo/issues/10307',
    check: ({ request: { inferenceConfig, additionalModelRequestFields: fields }, family }) => {
      if (family.sampling !== 'none') return undefined
      const { temperature, topP } = inferenceConfig ?? {}
      const topK = isJsonObject(fields) ? fields['top_k'] : undefined
      const given = Object.entries({
        temperature: temperature === 1 ? undefined : temperature,
        top_p: topP,
        top_k: topK,
      })
      const refused = given.find(([, value]) => value !== undefined)
      return refused && fromModel(`\`${refused[0]}\` is deprecated for this model.`)
    },
  },
  {
    id: 'setting-value',
    refuses: 'a latency, tier, trace or stream mode that does not exist',
    source: 'https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html',
    check: ({ request }) =>
      firstOf(enums, ([object, key, values]) => {
        const holder = request[object]
        const value = isJsonObject(holder) ? holder[key] : undefined
        if (value === undefined || values.some(item => item === value)) return undefined
        return constraint(value, `${object}.${key}`, `satisfy enum value set: [${values.join(', ')}]`)
      }),
  },
  {
    id: 'additional-fields',
    refuses: 'a key in `additionalModelRequestFields` that the model does not know',
    source: 'https://github.com/BerriAI/litellm/issues/7416',
    check: ({ request, family: { additionalFields } }) => {
      const fields = request.additionalModelRequestFields
      if (additionalFields === undefined || !isJsonObject(fields)) return undefined
      const unknown = Object.keys(fields).find(key => !additionalFields.includes(key))
      if (unknown === undefined) return undefined
      return fromModel(
        `Malformed input request: #: extraneous key [${unknown}] is not permitted, please reformat your input and try again.`,
      )
    },
  },
  {
    id: 'prompt-fields',
    refuses: 'system, inferenceConfig, toolConfig or additional fields beside a managed prompt',
    source: 'https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html',
    check: ({ request, kind }: ValidatedCall) => {
      const field = kind === 'prompt' ? promptFields.find(name => isGiven(request[name])) : undefined
      return (
        field && `The ${field} field can't be specified when the modelId is a prompt. Remove ${field} and try again.`
      )
    },
  },
]
