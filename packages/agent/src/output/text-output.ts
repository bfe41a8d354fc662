import type { OutputFunction, TextOutputSpec, TextSpec } from './output-spec.ts'

/** The model's text as the output. What an agent without `output` gives. */
export const text: TextSpec = { kind: 'text-output' }

/** The model's text handed to a function, whose result is the output.
 *  @example agent({ model, output: textOutput(text => text.split('\n')) }) */
export function textOutput<TOutput, TDeps = unknown>(
  run: OutputFunction<string, TOutput, TDeps>,
): TextOutputSpec<TOutput, TDeps> {
  return { kind: 'text-output', run }
}
