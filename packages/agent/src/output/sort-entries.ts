import { UserError } from '../errors/user-error.ts'
import type { OutputSource } from './alternative.ts'
import { nullSource, stringSource } from './alternative.ts'
import type {
  NativeOutputSpec,
  OutputEntries,
  OutputEntry,
  OutputSpec,
  PromptedOutputSpec,
  TextOutputSpec,
  TextSpec,
} from './output-spec.ts'
import { toList } from './to-list.ts'

/** An agent's output entries, told apart. */
export interface SortedEntries {
  readonly sources: readonly OutputSource[]
  readonly text?: TextSpec | TextOutputSpec
  readonly marker?: NativeOutputSpec | PromptedOutputSpec
  readonly allowsNull: boolean
  readonly allowsImage: boolean
  readonly allowsDeferred: boolean
}

/** @throws {UserError} for combinations that cannot work */
export function sortEntries(entries: OutputEntries): SortedEntries {
  const list = toList(entries)
  const specs = list.map(specOf)
  const texts = specs.filter(spec => spec?.kind === 'text-output')
  const markers = specs.filter(spec => spec?.kind === 'native-output' || spec?.kind === 'prompted-output')
  const sources = list.flatMap((entry, index) => sourceOf(entry, specs[index]) ?? [])
  if (texts.length > 1) {
    throw new UserError('An output holds one text entry only: `text` or one `textOutput()`.')
  }
  const [marker] = markers
  if (marker && (markers.length > 1 || texts.length > 0 || sources.length > 0)) {
    throw new UserError(
      `\`${nameOf(marker)}()\` stands alone: beside it only \`deferredToolRequests\`, \`imageOutput\` and \`null\` are possible. ` +
        'Put the other types into it.',
    )
  }
  const allowsImage = specs.some(spec => spec?.kind === 'image-output')
  if (sources.length === 0 && texts.length === 0 && !marker && !allowsImage) {
    throw new UserError(
      'An output needs a type, `text` or `imageOutput`: `null` and `deferredToolRequests` only stand beside them.',
    )
  }
  return {
    sources,
    text: texts[0],
    marker,
    allowsNull: list.includes(null),
    allowsImage,
    allowsDeferred: specs.some(spec => spec?.kind === 'deferred-output'),
  }
}

/** The types inside of a marker. */
export function sourcesOfMarker(marker: NativeOutputSpec | PromptedOutputSpec): readonly OutputSource[] {
  const sources = marker.entries.map(entry => sourceInMarker(entry, marker))
  if (sources.length === 0) throw new UserError(`\`${nameOf(marker)}()\` needs at least one type.`)
  return sources
}

function sourceInMarker(entry: OutputEntry, marker: NativeOutputSpec | PromptedOutputSpec): OutputSource {
  if (entry === null) return nullSource
  const spec = specOf(entry)
  if (spec?.kind === 'text-output' && !('run' in spec)) return stringSource
  const source = spec?.kind === 'output-tool' ? undefined : sourceOf(entry, spec)
  if (source) return source
  const beside = spec?.kind === 'deferred-output' || spec?.kind === 'image-output'
  throw new UserError(
    `\`${nameOf(spec!)}\` cannot be inside of \`${nameOf(marker)}()\`` +
      (beside ? `: put it beside it, \`output: [${nameOf(marker)}(…), ${nameOf(spec)}]\`.` : '.'),
  )
}

function sourceOf(entry: OutputEntry, spec: OutputSpec | undefined): OutputSource | undefined {
  if (entry === null) return undefined
  if (!spec) return { schema: entry as Exclude<typeof entry, OutputSpec> }
  switch (spec.kind) {
    case 'named-output':
      return { schema: spec.schema, name: spec.name, description: spec.description }
    case 'output-function':
      return { schema: spec.schema, name: spec.name, description: spec.description, run: spec.run }
    case 'output-tool': {
      const { schema, description, run, name, maxRetries, strict, sequential } = spec
      return { schema, description, run, tool: { name, maxRetries, strict, sequential } }
    }
    default:
      return undefined
  }
}

/** What an entry is, unless it is a schema: schemas have kinds of their own. */
function specOf(entry: OutputEntry): OutputSpec | undefined {
  return entry === null || '~standard' in entry ? undefined : entry
}

/** Those that are not called as their kind says. */
const names: { readonly [K in OutputSpec['kind']]?: string } = {
  'named-output': 'named',
  'deferred-output': 'deferredToolRequests',
}

function nameOf(spec: OutputSpec): string {
  return names[spec.kind] ?? spec.kind.replace(/-(.)/, (_, letter: string) => letter.toUpperCase())
}
