import type { Schema, SchemaOutput } from '../schema/schema.ts'
import type { OutputFunction, OutputFunctionSpec } from './output-spec.ts'

export interface OutputFunctionOptions<S extends Schema, TOutput, TDeps> {
  /** The arguments the model writes. */
  readonly schema: S
  /** Name of the alternative. Default: the schema's title. */
  readonly name?: string
  readonly description?: string
  /** What it returns is the output. The model does not see it. */
  readonly run: OutputFunction<SchemaOutput<S>, TOutput, TDeps>
}

/** A function as an output: the model fills in its arguments, its result is the run's output. Unlike `outputTool` it leaves
 *  the way the model answers (tool, native, prompted) to the model's profile, or to the marker around it.
 *  @example
 *  agent({ model, output: outputFunction({ name: 'hand_off', schema: Case, run: c => queue.add(c) }) }) */
export function outputFunction<S extends Schema, TOutput, TDeps = unknown>(
  options: OutputFunctionOptions<S, TOutput, TDeps>,
): OutputFunctionSpec<TOutput, TDeps> {
  return { kind: 'output-function', ...options }
}
