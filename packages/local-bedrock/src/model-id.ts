/** Geographic prefixes of cross-region inference profiles.
 *  @see https://docs.aws.amazon.com/bedrock/latest/userguide/inference-profiles-support.html (read 2026-11-20) */
const geoPrefixes = ['us-gov', 'us', 'eu', 'apac', 'jp', 'au', 'ca', 'global'] as const

/** Vendors whose models Bedrock Runtime serves. Names behind the vendor change monthly and are not listed.
 *  @see https://docs.aws.amazon.com/bedrock/latest/userguide/models-supported.html (read 2026-11-20) */
const vendors = [
  'ai21',
  'amazon',
  'anthropic',
  'cohere',
  'deepseek',
  'google',
  'luma',
  'meta',
  'minimax',
  'mistral',
  'moonshot',
  'moonshotai',
  'nvidia',
  'openai',
  'qwen',
  'stability',
  'twelvelabs',
  'writer',
  'zai',
] as const

/** The parts of a model id as it stands in the URL. */
export interface ModelId {
  kind: 'model' | 'profile' | 'prompt'
  /** e.g. `anthropic`; undefined when an ARN hides it */
  vendor?: string
  /** the model's name without vendor, geographic prefix and version, e.g. `claude-sonnet-4-5-20250929` */
  name?: string
  geo?: string
}

/** Resources whose ARN ends in the model's name … */
const namedResources = ['foundation-model', 'inference-profile']
/** … and those whose ARN hides it. */
const hiddenResources = [
  'application-inference-profile',
  'provisioned-model',
  'custom-model',
  'custom-model-deployment',
  'imported-model',
  'prompt-router',
  'default-prompt-router',
]

const arnPattern = /^arn:aws[a-z-]*:bedrock:[a-z0-9-]*:(?:\d{12})?:([a-z-]+)\/(.+)$/
const modelPattern = /^([a-z0-9]+)\.([a-zA-Z0-9][a-zA-Z0-9_.-]*?)(?:-v\d+)?(?::\d+)?(?::\d+k|:mm)?$/

/** Reads a model name, an inference profile id or an ARN.
 *  @returns undefined when the id has no form that Bedrock knows */
export function parseModelId(id: string): ModelId | undefined {
  const arn = arnPattern.exec(id)
  if (!arn) return parseName(id)
  const [, resource = '', rest = ''] = arn
  if (namedResources.includes(resource)) return parseName(rest)
  if (resource === 'prompt') return { kind: 'prompt' }
  return hiddenResources.includes(resource) ? { kind: 'profile' } : undefined
}

function parseName(id: string): ModelId | undefined {
  const geo = geoPrefixes.find(prefix => id.startsWith(`${prefix}.`))
  const match = modelPattern.exec(geo ? id.slice(geo.length + 1) : id)
  if (!match || !vendors.some(vendor => vendor === match[1])) return undefined
  const [, vendor, name] = match
  return { kind: geo ? 'profile' : 'model', vendor, name, ...(geo && { geo }) }
}
