import { parseJson } from '../schema/parse-json.ts'
import type { ValidationResult } from '../schema/schema.ts'
import { IncrementalJson } from '../util/incremental-json.ts'
import type { PickedOutput } from './envelope.ts'
import { pickEnvelope, unwrapToolArgs } from './envelope.ts'
import type { TextProcessor } from './output.ts'

export type JsonTextProcessor = Extract<TextProcessor, { kind: 'json' }>

/** Reads a response's text as the JSON of an output: which alternative it is meant for, and the value still to be validated. */
export function parseOutputText(processor: JsonTextProcessor, text: string): ValidationResult<PickedOutput> {
  const json = parseTextJson(text)
  return json.ok ? pickOutput(processor, json.value) : json
}

/** The same from parsed JSON. */
export function pickOutput(processor: JsonTextProcessor, json: unknown): ValidationResult<PickedOutput> {
  const [alternative, ...others] = processor.alternatives
  if (!alternative || others.length > 0) return pickEnvelope(processor.alternatives, json)
  const unwrapped = unwrapToolArgs(alternative, json)
  return unwrapped.ok ? { ok: true, value: { alternative, value: unwrapped.value } } : unwrapped
}

/** JSON from a model's text: the text itself, or the first Markdown fence in it that holds an object or a list. */
function parseTextJson(text: string): ValidationResult {
  if (text.trimStart().startsWith('{') || !text.includes('```')) return parseJson(text)
  try {
    const parser = new IncrementalJson({ fenced: true })
    parser.push(text)
    return { ok: true, value: parser.end() }
  } catch {
    return parseJson(text)
  }
}
