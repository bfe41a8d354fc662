import type { DepsOfOutput, OutputEntries, OutputOf, PromptedOutputSpec } from './output-spec.ts'
import { toList } from './to-list.ts'

export interface PromptedOutputOptions {
  /** Title of the schema in the instructions. Default: the type's name. */
  readonly name?: string
  readonly description?: string
  /** Text of the instruction; `{schema}` is replaced by the JSON Schema, which goes to the end when it is missing.
   *  Default: the profile's; `false`: nothing is said, your instructions do it. */
  readonly template?: string | false
}

/** Outputs asked for in the instructions and read from the text: works with every model.
 *  @example agent({ model, output: promptedOutput(Answer, { template: 'Answer as JSON: {schema}' }) }) */
export function promptedOutput<const E extends OutputEntries>(
  entries: E,
  options: PromptedOutputOptions = {},
): PromptedOutputSpec<OutputOf<E>, DepsOfOutput<E>> {
  return { kind: 'prompted-output', entries: toList(entries), ...options }
}
