import { UserError } from '../errors/user-error.ts'
import type { OutputObjectDefinition } from '../models/model.ts'
import type { OutputSource } from './alternative.ts'
import { joinDescriptions, nullSource, ownName, toAlternative, typeName } from './alternative.ts'
import { envelopeSchema } from './envelope.ts'
import type { OutputAlternative, OutputSchema, OutputTool, TextProcessor } from './output.ts'
import type { NativeOutputSpec, OutputEntries, PromptedOutputSpec } from './output-spec.ts'
import type { SortedEntries } from './sort-entries.ts'
import { sortEntries, sourcesOfMarker } from './sort-entries.ts'
import { text } from './text-output.ts'

/** What an agent's `output` means for its loop: which tools to offer, what object to ask for, what to make of text.
 *
 *  | entries | mode | text |
 *  |---|---|---|
 *  | `text` or `textOutput()` | `text` | the output |
 *  | types only | `auto`: the model's profile decides | JSON |
 *  | an `outputTool()`, or types beside text | `tool` | the output if text is among the entries |
 *  | `nativeOutput()`, `promptedOutput()` | `native`, `prompted` | JSON |
 *  | `imageOutput` | `image` | – |
 *
 *  @throws {UserError} for combinations that cannot work, and for schemas without a JSON Schema form */
export function buildOutputSchema(entries: OutputEntries = text): OutputSchema {
  const sorted = sortEntries(entries)
  const flags = {
    allowsNull: sorted.allowsNull,
    allowsImage: sorted.allowsImage,
    allowsDeferred: sorted.allowsDeferred,
  }
  if (sorted.marker) return { ...flags, ...markerSchema(sorted.marker) }
  const plain = plainText(sorted)
  if (sorted.sources.length === 0) {
    return { ...flags, mode: plain ? 'text' : 'image', allowsText: plain !== undefined, tools: [], text: plain }
  }
  const sources = sorted.allowsNull ? [...sorted.sources, nullSource] : sorted.sources
  const alternatives = toAlternatives(sources)
  const tools = toTools(sources, alternatives)
  if (plain || sources.some(source => source.tool)) {
    return { ...flags, mode: 'tool', allowsText: plain !== undefined, tools, text: plain }
  }
  const object = objectOf(sources, alternatives)
  return { ...flags, mode: 'auto', allowsText: false, tools, object, text: { kind: 'json', object, alternatives } }
}

type PlainText = Extract<TextProcessor, { kind: 'plain' }>

function plainText({ text: spec }: SortedEntries): PlainText | undefined {
  if (!spec) return undefined
  if (!('run' in spec)) return { kind: 'plain' }
  // the spec's type has made sure that the run's deps are those the function takes
  return { kind: 'plain', run: spec.run as NonNullable<PlainText['run']> }
}

function markerSchema(marker: NativeOutputSpec | PromptedOutputSpec) {
  const sources = sourcesOfMarker(marker)
  const alternatives = toAlternatives(sources)
  const object = objectOf(sources, alternatives, marker)
  const mode = marker.kind === 'native-output' ? ('native' as const) : ('prompted' as const)
  return {
    mode,
    allowsText: true,
    tools: [],
    object,
    template: marker.template,
    text: { kind: 'json' as const, object, alternatives },
  }
}

function objectOf(
  sources: readonly OutputSource[],
  alternatives: readonly OutputAlternative[],
  marker: { readonly name?: string; readonly description?: string; readonly strict?: boolean } = {},
): OutputObjectDefinition {
  const [source, ...others] = sources
  const single = others.length === 0 ? alternatives[0] : undefined
  const name = marker.name ?? (single && source && ownName(source))
  const description = joinDescriptions(marker.description, single?.description)
  return {
    jsonSchema: single ? single.jsonSchema : envelopeSchema(alternatives),
    name,
    description,
    strict: marker.strict,
  }
}

function toAlternatives(sources: readonly OutputSource[]): readonly OutputAlternative[] {
  const taken = new Set<string>()
  return sources.map(source => toAlternative(source, unique(ownName(source) ?? typeName(source), taken)))
}

const defaultToolName = 'final_result'
const defaultDescription = 'The final response which ends this conversation'

function toTools(sources: readonly OutputSource[], alternatives: readonly OutputAlternative[]): readonly OutputTool[] {
  const taken = new Set<string>()
  const several = sources.length > 1
  return sources.map((source, index) => {
    const alternative = alternatives[index]!
    const name = unique(source.tool?.name ?? (several ? suffixed(alternative.name) : defaultToolName), taken)
    return toTool(source, alternative, { name, several })
  })
}

function toTool(
  { tool = {} }: OutputSource,
  alternative: OutputAlternative,
  { name, several }: { readonly name: string; readonly several: boolean },
): OutputTool {
  const { maxRetries, strict, sequential } = tool
  if (maxRetries !== undefined && !(maxRetries >= 0)) {
    throw new UserError(`\`maxRetries\` of tool \`${name}\` is ${maxRetries}; it must be 0 or more.`)
  }
  return {
    definition: {
      name,
      description:
        alternative.description ?? (several ? `${alternative.name}: ${defaultDescription}` : defaultDescription),
      parametersJsonSchema: alternative.jsonSchema,
      kind: 'output',
      outerTypedDictKey: alternative.outerKey,
      strict,
      sequential,
    },
    alternative,
    maxRetries,
  }
}

/** Providers take letters, digits, `_` and `-` in tool names. */
function suffixed(name: string): string {
  const clean = name.replace(/[^\w-]/g, '')
  return clean === '' ? defaultToolName : `${defaultToolName}_${clean}`
}

function unique(name: string, taken: Set<string>): string {
  let free = name
  for (let count = 2; taken.has(free); count++) free = `${name}_${count}`
  taken.add(free)
  return free
}
