import { TestEmbeddingModel } from '../../src/testing/test-embedding-model.ts'
import { compare, isRecord, type Difference } from '../compare/compare.ts'
import { Bindings } from '../compare/tokens.ts'
import type { RecordedCall } from '../provider-case.ts'
import { callEmbeddingModel } from '../providers/embedding-calls.ts'
import { NotSupported } from '../report/outcome.ts'
import { readSettings } from '../wire/settings.ts'

/** Replays calls of the embedding double. */
export async function checkEmbeddingCalls(calls: readonly RecordedCall[]): Promise<readonly Difference[]> {
  const differences: Difference[] = []
  for (const recorded of calls) {
    const { model } = recorded
    if (model.class !== 'TestEmbeddingModel') throw new NotSupported(`no class ${model.class}`)
    const settings = readSettings(model.settings)
    const done = await callEmbeddingModel(new TestEmbeddingModel({ modelName: model.model_name, settings }), recorded)
    if (done.error !== undefined) throw done.error
    const options = { bindings: new Bindings(), nullIsAbsent: true }
    const place = `call ${recorded.id}.result`
    differences.push(...compare(withoutOwnId(recorded.result), withoutOwnId(done.result), options, place))
  }
  return differences
}

/** The double makes up the id of each answer. */
function withoutOwnId(result: unknown): unknown {
  return isRecord(result) ? { ...result, provider_response_id: null } : result
}
