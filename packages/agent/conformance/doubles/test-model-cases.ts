import { TestModel, type TestModelOptions } from '../../src/testing/test-model.ts'
import { isRecord } from '../compare/compare.ts'
import type { ErrorRecord, RecordedCall, WireRecord } from '../provider-case.ts'
import { factsOf } from '../wire/errors.ts'
import { readProfile } from '../wire/profile.ts'
import { readSettings } from '../wire/settings.ts'

/** Models a recorded one may have been. Its options were not recorded: the default ones come first, then what the
 *  recorded answers suggest. One of them has to give every answer of the case. */
export function testModelCandidates(calls: readonly RecordedCall[]): TestModel[] {
  const [first] = calls
  if (first === undefined) return []
  const { model_name: modelName, profile, settings } = first.model
  const common = { modelName, profile: readProfile(profile ?? {}), settings: readSettings(settings) }
  return candidateOptions(calls).map(options => new TestModel({ ...common, ...options }))
}

function candidateOptions(calls: readonly RecordedCall[]): TestModelOptions[] {
  const results = calls.flatMap(({ result }) => (result ? [result] : []))
  const texts = results.flatMap(result => partsOf(result, 'text').map(part => String(part.content)))
  const args = results.flatMap(result => partsOf(result, 'tool-call').map(part => part.args))
  const outputs: TestModelOptions[] = [
    {},
    ...texts.slice(-1).map(customOutputText => ({ customOutputText })),
    ...args
      .slice(-1)
      .flatMap(value => [value, unwrapped(value)])
      .map(customOutputArgs => ({ customOutputArgs })),
    ...calls.flatMap(({ error }) => (error ? [{ customOutputText: 'some text' }] : [])),
  ]
  const tools: TestModelOptions[] = [{}, { callTools: [] }, ...namedTools(calls).map(callTools => ({ callTools }))]
  return outputs.flatMap(output => tools.map(called => ({ ...output, ...called })))
}

/** A value that is no object travels in one. */
function unwrapped(args: unknown): unknown {
  return isRecord(args) && 'response' in args ? args.response : args
}

/** The tools of the first answer, or the ones an error speaks of. */
function namedTools(calls: readonly RecordedCall[]): string[][] {
  const offered = ((calls[0]?.input.parameters.function_tools ?? []) as WireRecord[]).map(tool => tool.name)
  const called = partsOf(calls[0]?.result ?? {}, 'tool-call').map(part => part.tool_name)
  const answered = called.filter(name => offered.includes(name)).map(String)
  const refused = calls.flatMap(({ error }) => (error ? toolNames(error) : []))
  return [answered, refused].filter(names => names.length > 0)
}

function toolNames({ message }: ErrorRecord): string[] {
  return factsOf(message).slice(0, 1)
}

function partsOf(message: WireRecord, kind: string): WireRecord[] {
  return ((message.parts ?? []) as WireRecord[]).filter(part => part.part_kind === kind)
}
