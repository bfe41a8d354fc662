import { familyVendors } from './families.ts'

/** What a model id says of itself. */
export interface BedrockModelId {
  /** As given. */
  readonly id: string
  /** `us`, `eu`, `global`, …: a cross-region inference profile. */
  readonly geo?: string
  /** `anthropic`, `amazon`, …: absent when the id hides it (application inference profiles, custom models). */
  readonly vendor?: string
  /** The model's name without geography, vendor and version: `claude-sonnet-4-5-20250929`. Of a router: that of the model behind
   *  it which takes least. */
  readonly name?: string
  /** The id without geography, as `CountTokens` and price lists want it. Equals `id` where nothing is known. */
  readonly baseId: string
  /** Set for ARNs. */
  readonly arn?: { readonly resource: string; readonly region: string }
}

/** Geographies of cross-region inference profiles.
 *  @see https://docs.aws.amazon.com/bedrock/latest/userguide/inference-profiles-support.html (read 2026-08-22) */
const geographies = ['us', 'eu', 'apac', 'jp', 'au', 'ca', 'global', 'us-gov']

const arnPattern = /^arn:[^:]*:bedrock:([^:]*):[^:]*:([^/]+)\/(.+)$/
/** ARN resources whose last segment is a model id. */
const transparentResources = new Set(['foundation-model', 'inference-profile', 'default-prompt-router'])
/** … and which name one model, whose base id is that of the model. */
const namingResources = new Set(['foundation-model', 'inference-profile'])
/** The models behind AWS's own prompt routers that take least: what they take, the others take as well.
 *  @see https://docs.aws.amazon.com/bedrock/latest/userguide/prompt-routing.html (read 2026-11-23) */
const leastOfRouter = new Map([
  ['claude', 'claude-3-haiku-20240307'],
  ['llama', 'llama3-1-8b-instruct'],
  ['nova', 'nova-lite'],
])
/** `-v1:0`, and the size of the context or the kind of throughput behind it. */
const versionSuffix = /-v\d+(?::\d+)?(?::\d+k|:mm)?$/

/** Reads a model id, an inference profile id or an ARN. Never throws: what is not understood stays absent. */
export function parseModelId(id: string): BedrockModelId {
  const arn = arnPattern.exec(id)
  if (arn === null) return { ...parseName(id), id }
  const [, region = '', resource = '', last = ''] = arn
  const inner = transparentResources.has(resource) ? parseName(last) : { baseId: id }
  if (namingResources.has(resource)) return { ...inner, id, arn: { resource, region } }
  const name = leastOfRouter.get(inner.name?.replace(/:\d+$/, '') ?? '') ?? inner.name
  return { ...inner, ...(name !== undefined && { name }), id, baseId: id, arn: { resource, region } }
}

function parseName(id: string): Omit<BedrockModelId, 'id'> {
  const geo = geographies.find(prefix => id.startsWith(`${prefix}.`)) ?? unknownGeography(id)
  const baseId = geo === undefined ? id : id.slice(geo.length + 1)
  const dot = baseId.indexOf('.')
  if (dot < 0) return { baseId, geo }
  return { baseId, geo, vendor: baseId.slice(0, dot), name: baseId.slice(dot + 1).replace(versionSuffix, '') }
}

/** A geography newer than this version: not a vendor itself, and before one. */
function unknownGeography(id: string): string | undefined {
  const [first = '', second = '', third] = id.split('.', 3)
  return third !== undefined && !familyVendors.has(first) && familyVendors.has(second) ? first : undefined
}

/** `arn:…:prompt/ID[:version]`: a prompt kept by Prompt management, which brings its own system prompt and settings. */
export function isPromptArn(id: string): boolean {
  return arnPattern.exec(id)?.[2] === 'prompt'
}
