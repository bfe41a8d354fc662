import type { Schema, SchemaOutput } from '../schema/schema.ts'
import type { OutputFunction, OutputToolSpec } from './output-spec.ts'

export interface OutputToolOptions<S extends Schema, TOutput, TDeps> {
  readonly schema: S
  /** Name of the tool. Default `final_result`, with the type's name when there are several. */
  readonly name?: string
  /** Goes before the schema's own description. */
  readonly description?: string
  /** Default: the run's budget for outputs. */
  readonly maxRetries?: number
  /** `true`: the provider is to enforce the schema. */
  readonly strict?: boolean
  /** Runs alone within its batch of calls. Default `false`. */
  readonly sequential?: boolean
  /** Turns the validated value into the output. The model does not see what it returns. */
  readonly run?: OutputFunction<SchemaOutput<S>, TOutput, TDeps>
}

/** An output the model gives by calling a tool, whatever the model's profile prefers.
 *  @example
 *  agent({ model, output: [Answer, outputTool({ name: 'sql', schema: Query, run: (query, ctx: RunContext<Deps>) => ctx.deps.db.run(query) })] }) */
export function outputTool<S extends Schema, TOutput = SchemaOutput<S>, TDeps = unknown>(
  options: OutputToolOptions<S, TOutput, TDeps>,
): OutputToolSpec<TOutput, TDeps> {
  return { kind: 'output-tool', ...options }
}
