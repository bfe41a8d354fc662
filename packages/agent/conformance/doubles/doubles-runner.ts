import type { Model } from '../../src/models/model.ts'
import type { Difference } from '../compare/compare.ts'
import { Bindings } from '../compare/tokens.ts'
import type { ProviderCase, RecordedCall, RecordedUnit } from '../provider-case.ts'
import { callModel } from '../providers/call-model.ts'
import type { CaseRunner } from '../providers/case-runner.ts'
import { readCall } from '../providers/read-call.ts'
import { checkPrepareMessages } from '../providers/units.ts'
import { attempt, combine, NotSupported, type Outcome } from '../report/outcome.ts'
import { comparePrepared, compareResult } from '../wire/compare-call.ts'
import { checkEmbeddingCalls } from './embedding-cases.ts'
import { checkFallbackCalls } from './fallback-cases.ts'
import { functionModelFor } from './function-model-cases.ts'
import { PreparingModel } from './preparing-model.ts'
import { testModelCandidates } from './test-model-cases.ts'

/** Replays cases of models that send nothing: test doubles and wrappers. */
export const doublesRunner: CaseRunner = { runCase }

async function runCase(recorded: ProviderCase): Promise<Outcome> {
  const top = recorded.calls.filter(({ parent }) => parent === null)
  const outcomes: Outcome[] = []
  for (const group of groupByModel(top)) outcomes.push(await attempt(() => runGroup(group, recorded.calls)))
  for (const unit of recorded.units ?? []) outcomes.push(await attempt(() => runUnit(unit)))
  return combine(outcomes)
}

/** Calls of one model, in order: they share its options and its state. */
function groupByModel(calls: readonly RecordedCall[]): RecordedCall[][] {
  const groups = new Map<string, RecordedCall[]>()
  for (const call of calls) {
    const key = `${call.model.class} ${call.model.model_name}`
    groups.set(key, [...(groups.get(key) ?? []), call])
  }
  return [...groups.values()]
}

async function runGroup(calls: RecordedCall[], all: readonly RecordedCall[]): Promise<readonly Difference[]> {
  const [{ model, kind } = {}] = calls
  if (model === undefined) return []
  if (kind === 'embedding') return checkEmbeddingCalls(calls)
  if (model.class === 'FallbackModel') return checkFallbackCalls(calls, all)
  if (model.class === 'TestModel') return checkFirstFitting(testModelCandidates(calls), calls)
  // wrappers written by a test keep the calls of what they wrap
  const isFunctionModel = [model, model.wrapped].some(
    record => record?.module === functionModule || isOwnFunctionModel(record?.class),
  )
  if (isFunctionModel) return checkEach(calls, functionModelFor)
  throw new NotSupported(`no class ${model.class}`)
}

const functionModule = 'pydantic_ai.models.function'

/** Subclasses that only change the profile. */
function isOwnFunctionModel(name: string | undefined): boolean {
  return name === 'NoNativeToolSearchModel'
}

/** No differences when one candidate fits; else those of the first, which has the default options. */
async function checkFirstFitting(
  models: readonly Model[],
  calls: readonly RecordedCall[],
): Promise<readonly Difference[]> {
  let ofFirst: readonly Difference[] | undefined
  for (const model of models) {
    const differences = await checkEach(calls, () => model)
    if (differences.length === 0) return []
    ofFirst ??= differences
  }
  return ofFirst ?? []
}

async function checkEach(
  calls: readonly RecordedCall[],
  modelFor: (call: RecordedCall) => Model,
): Promise<Difference[]> {
  const differences: Difference[] = []
  for (const recorded of calls) {
    // what went in is as recorded, so every call names its ids anew
    const options = { bindings: new Bindings(), nullIsAbsent: true }
    const model = modelFor(recorded)
    const call = readCall(recorded.input)
    const place = `call ${recorded.id}`
    const done = await callModel(model, call, recorded)
    differences.push(
      ...(recorded.error ? [] : comparePrepared(model, call, recorded.prepared, options, place)),
      ...compareResult(recorded, done, options, { ours: '', recorded: '' }, place),
    )
  }
  return differences
}

async function runUnit(unit: RecordedUnit): Promise<readonly Difference[]> {
  if (unit.target !== 'prepare_messages') throw new NotSupported(`no counterpart of ${unit.target}`)
  return checkPrepareMessages(unit, { model: new PreparingModel(unit.model) })
}
