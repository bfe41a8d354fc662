import type { Schema, SchemaOutput } from '../schema/schema.ts'
import type { NamedOutputSpec } from './output-spec.ts'

/** A type under a name of your choice: it names the output tool, and the `kind` between several types.
 *  Without it the name is the schema's title, or what the schema is (`object`, `array`, …).
 *  @example agent({ model, output: [named(Answer, 'Answer'), named(Escalate, 'Escalate', 'Hand over to a person.')] }) */
export function named<S extends Schema>(
  schema: S,
  name: string,
  description?: string,
): NamedOutputSpec<SchemaOutput<S>> {
  return { kind: 'named-output', schema, name, description }
}
