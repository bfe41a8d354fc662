import type { DepsOfOutput, NativeOutputSpec, OutputEntries, OutputOf } from './output-spec.ts'
import { toList } from './to-list.ts'

export interface NativeOutputOptions {
  /** Name of the object for the provider. Default: the type's name. */
  readonly name?: string
  readonly description?: string
  readonly strict?: boolean
  /** For models that must also read the schema in their instructions. Default: the profile's; `false`: never. */
  readonly template?: string | false
}

/** Outputs the provider enforces itself, through its structured output feature.
 *  The model must support it, or the run throws a `UserError`.
 *  @example agent({ model, output: nativeOutput([Answer, Escalate]) }) */
export function nativeOutput<const E extends OutputEntries>(
  entries: E,
  options: NativeOutputOptions = {},
): NativeOutputSpec<OutputOf<E>, DepsOfOutput<E>> {
  return { kind: 'native-output', entries: toList(entries), ...options }
}
