import type { InstructionPart } from '../messages/part.ts'
import { given } from '../util/json.ts'
import type { OutputObjectDefinition } from './model.ts'

/** Writes the schema of the output into a template: at `{schema}`, or after it when the template has no such place.
 *  The object's name and description become the schema's title and description. */
export function renderPromptedTemplate(template: string, object: OutputObjectDefinition): string {
  const schema = {
    ...object.jsonSchema,
    ...given({ title: object.name, description: object.description }),
  }
  const json = spacedJson(schema)
  // a function, so that `$&` in a schema is no pattern
  return template.includes('{schema}') ? template.replace('{schema}', () => json) : `${template}\n\n${json}`
}

/** Puts a part behind the last static one, so that what a provider can cache stays in front. */
export function addStaticInstruction(parts: readonly InstructionPart[], content: string): readonly InstructionPart[] {
  const added: InstructionPart = { content, dynamic: false }
  const firstDynamic = parts.findIndex(part => part.dynamic)
  return firstDynamic < 0 ? [...parts, added] : parts.toSpliced(firstDynamic, 0, added)
}

/** JSON on one line with a space after each comma and colon, as most of what models were trained on has it. */
function spacedJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(spacedJson).join(', ')}]`
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value).filter(([, item]) => item !== undefined)
    return `{${entries.map(([key, item]) => `${JSON.stringify(key)}: ${spacedJson(item)}`).join(', ')}}`
  }
  return JSON.stringify(value) ?? 'null'
}
