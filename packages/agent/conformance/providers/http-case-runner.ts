import type { Model } from '../../src/models/model.ts'
import { resolveProfile, type ModelProfile } from '../../src/models/profile.ts'
import { compare, type Difference } from '../compare/compare.ts'
import { Bindings } from '../compare/tokens.ts'
import type { Corpus } from '../corpus.ts'
import type { ModelRecord, ProviderCase, RecordedCall, RecordedUnit, WireRecord } from '../provider-case.ts'
import { attempt, combine, NotSupported, type Outcome } from '../report/outcome.ts'
import { recordedDownloads } from '../traffic/downloads.ts'
import { HttpStub } from '../traffic/http-stub.ts'
import { comparePrepared, compareResult } from '../wire/compare-call.ts'
import { isOwnFact, readProfile, writeProfile } from '../wire/profile.ts'
import type { CaseRunner, RecordedRow } from './case-runner.ts'
import { callModel } from './call-model.ts'
import { compareTraffic } from './compare-traffic.ts'
import type { HttpProvider } from './http-provider.ts'
import { readCall } from './read-call.ts'

interface ProfileRow {
  readonly provider: string
  readonly model_name: string
  readonly profile: WireRecord
}

interface SchemaRow {
  readonly transformer: string
  readonly strict: boolean | null
  readonly input: WireRecord
  readonly output: WireRecord
  readonly is_strict_compatible: boolean
}

/** Replays a provider's cases: our model, with recorded answers served by a local HTTP server. */
export class HttpCaseRunner implements CaseRunner {
  readonly #provider: HttpProvider
  readonly #stub: HttpStub
  readonly #profiles: readonly ProfileRow[]
  readonly #schemas: readonly SchemaRow[]

  private constructor(provider: HttpProvider, stub: HttpStub, corpus: Corpus) {
    this.#provider = provider
    this.#stub = stub
    this.#profiles = corpus.rows<ProfileRow>('profiles').filter(row => row.provider === provider.profileProvider)
    this.#schemas = corpus.rows<SchemaRow>('schemas').filter(row => Object.hasOwn(provider.transformers, row.transformer))
  }

  static async start(provider: HttpProvider, corpus: Corpus): Promise<HttpCaseRunner> {
    return new HttpCaseRunner(provider, await HttpStub.start(), corpus)
  }

  close(): Promise<void> {
    return this.#stub.close()
  }

  async runCase(recorded: ProviderCase): Promise<Outcome> {
    const outcomes: Outcome[] = []
    for (const call of recorded.calls) outcomes.push(await attempt(() => this.#runCall(call)))
    const units = recorded.units ?? []
    for (const unit of units) outcomes.push(await attempt(() => this.#runUnit(unit, units)))
    return combine(outcomes)
  }

  rows(): RecordedRow[] {
    const profiles = this.#profiles.map(row => ({
      id: `profile:${row.model_name}`,
      check: async () => compareProfile(row, this.#provider),
    }))
    const schemas = this.#schemas.map((row, index) => ({
      id: `schema:${row.transformer}-${index + 1}`,
      check: async () => this.#compareSchema(row),
    }))
    return [...profiles, ...schemas]
  }

  async #runCall(call: RecordedCall): Promise<Difference[]> {
    if (call.kind !== 'model') throw new NotSupported(`${call.model.class}: no embeddings`)
    const apiExchanges = (call.exchanges ?? []).filter(exchange => isApiCall(exchange.request.uri, call.model))
    const sdkReplies = (call.sdk_calls ?? []).map(sdkCall => this.#sdkResponse(sdkCall))
    const apiReplies = apiExchanges.flatMap(exchange => exchange.response ?? [])
    const model = await this.#createModel(call.model, call)
    this.#stub.play([...apiReplies, ...sdkReplies])

    const place = `call ${call.id}`
    const options = { bindings: new Bindings(), jsonStrings: true, nullIsAbsent: true }
    const modelCall = readCall(call.input)
    const before = comparePrepared(model, modelCall, call.prepared, options, place)
    const done = await callModel(model, modelCall, call)
    return [
      ...before,
      ...compareTraffic(call, apiExchanges, this.#stub.seen, `${place}.request`),
      ...this.#compareSdkCalls(call, `${place}.sdk_calls`),
      ...compareResult(call, done, options, { ours: this.#stub.url, recorded: call.model.base_url ?? '' }, place),
    ]
  }

  async #runUnit(unit: RecordedUnit, siblings: readonly RecordedUnit[]): Promise<readonly Difference[]> {
    const check = this.#provider.units?.[unit.target]
    if (check === undefined) throw new NotSupported(`no counterpart of ${unit.target}`)
    return check(unit, { model: await this.#createModel(unit.model), stub: this.#stub, siblings })
  }

  async #createModel(record: ModelRecord, call?: RecordedCall): Promise<Model> {
    const create = this.#provider.models[record.class]
    if (create === undefined) throw new NotSupported(`no class ${record.class}`)
    const traffic = { baseUrl: this.#stub.url, fetch: recordedDownloads(call?.exchanges ?? []) }
    return create(record, traffic, this.#profileOverride(record))
  }

  /** What a test said about its model: the recorded profile where it is not the provider's own. */
  #profileOverride(record: ModelRecord): Partial<ModelProfile> {
    if (record.profile === undefined) return {}
    const recorded = readProfile(record.profile)
    const row = this.#profiles.find(({ model_name: name }) => name === record.model_name)
    const transformer = this.#provider.transformers[String(record.profile.json_schema_transformer)]
    const full = transformer === undefined ? recorded : { ...recorded, jsonSchemaTransformer: transformer }
    if (row === undefined) return full
    const own: Record<string, unknown> = { ...resolveProfile(readProfile(row.profile)) }
    const changed = Object.entries(full).filter(([name, value]) => isOwnFact(name) || !sameFact(value, own[name]))
    return Object.fromEntries(changed)
  }

  #compareSchema(row: SchemaRow): Difference[] {
    const transformer = this.#provider.transformers[row.transformer]
    const ours = transformer?.transform(row.input, row.strict ?? undefined)
    const options = { bindings: new Bindings() }
    return [
      ...compare(row.output, ours?.schema, options, 'schema'),
      ...compare(row.is_strict_compatible, ours?.isStrictCompatible, options, 'is_strict_compatible'),
    ]
  }

  #sdkResponse(call: Parameters<NonNullable<HttpProvider['sdkResponse']>>[0]) {
    if (this.#provider.sdkResponse === undefined) throw new NotSupported(`a faked SDK call: ${call.callee}`)
    return this.#provider.sdkResponse(call)
  }

  #compareSdkCalls(call: RecordedCall, path: string): Difference[] {
    return (call.sdk_calls ?? []).flatMap((sdkCall, index) =>
      (this.#provider.compareSdkCall?.(sdkCall, this.#stub.seen[index]) ?? []).map(difference => ({
        ...difference,
        path: `${path}[${index}]${difference.path.slice(1)}`,
      })),
    )
  }
}

function isApiCall(uri: string, model: ModelRecord): boolean {
  return model.base_url !== null && new URL(uri).host === new URL(model.base_url).host
}

/** Only what was recorded: facts of other providers' families are kept, ours has to know them all the same. */
function compareProfile({ model_name: modelName, profile }: ProfileRow, provider: HttpProvider): Difference[] {
  const keys = Object.keys(profile).filter(name => !isOwnFact(name) || name === 'json_schema_transformer')
  const expected = writeProfile(resolveProfile(readProfile(profile)), keys)
  const transformer = provider.transformers[String(profile.json_schema_transformer)]?.name ?? profile.json_schema_transformer
  const withTransformer = keys.includes('json_schema_transformer') ? { json_schema_transformer: transformer } : {}
  const ours = writeProfile(provider.profileOf(modelName), keys)
  return compare({ ...expected, ...withTransformer }, ours, { bindings: new Bindings(), nullIsAbsent: true }, 'profile')
}

function sameFact(here: unknown, there: unknown): boolean {
  if (here instanceof Set && there instanceof Set) return here.size === there.size && [...here].every(item => there.has(item))
  return JSON.stringify(here) === JSON.stringify(there)
}
