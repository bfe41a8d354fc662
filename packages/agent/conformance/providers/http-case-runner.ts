import { createHash } from 'node:crypto'
import type { Model } from '../../src/models/model.ts'
import { resolveProfile, type ModelProfile } from '../../src/models/profile.ts'
import { compare, type Difference } from '../compare/compare.ts'
import { Bindings } from '../compare/tokens.ts'
import type { Corpus } from '../corpus.ts'
import type {
  ErrorRecord,
  ModelRecord,
  ProviderCase,
  RecordedCall,
  RecordedResponse,
  RecordedUnit,
  WireRecord,
} from '../provider-case.ts'
import { attempt, combine, NotSupported, type Outcome } from '../report/outcome.ts'
import { recordedDownloads } from '../traffic/downloads.ts'
import { HttpStub } from '../traffic/http-stub.ts'
import { compareError } from '../wire/errors.ts'
import { comparePrepared, compareResult, type Endpoint } from '../wire/compare-call.ts'
import { isFactOf, isOwnFact, readProfile, writeProfile } from '../wire/profile.ts'
import type { CaseRunner, RecordedRow } from './case-runner.ts'
import { callModel } from './call-model.ts'
import { compareTraffic } from './compare-traffic.ts'
import { callEmbeddingModel } from './embedding-calls.ts'
import type { HttpProvider, Traffic } from './http-provider.ts'
import { readCall } from './read-call.ts'

interface ProfileRow {
  readonly provider: string
  readonly model_name: string
  /** `null`: the provider says nothing. */
  readonly profile: WireRecord | null
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
    this.#schemas = corpus
      .rows<SchemaRow>('schemas')
      .filter(row => Object.hasOwn(provider.transformers, row.transformer))
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
    const schemas = this.#schemas.map(row => ({
      id: `schema:${row.transformer}-${fingerprint(row)}`,
      check: async () => this.#compareSchema(row),
    }))
    return [...profiles, ...schemas]
  }

  async #runCall(call: RecordedCall): Promise<Difference[]> {
    if (call.kind === 'embedding') return this.#runEmbedding(call)
    const apiExchanges = (call.exchanges ?? []).filter(exchange => isApiCall(exchange.request.uri, call.model))
    const sdkReplies = (call.sdk_calls ?? []).map(sdkCall => this.#sdkResponse(sdkCall))
    const recorded = [...apiExchanges.flatMap(exchange => exchange.response ?? []), ...sdkReplies]
    const replies = recorded.length > 0 ? recorded : this.#unrecordedReply(call)
    const model = await this.#createModel(call.model, call)
    this.#stub.play(replies)

    const place = `call ${call.id}`
    const options = { bindings: new Bindings(), jsonStrings: true, wholeNumbers: true, nullIsAbsent: true }
    const modelCall = readCall(call.input)
    const before = comparePrepared(model, modelCall, call.prepared, options, place)
    const done = await callModel(model, modelCall, call)
    return [
      ...before,
      ...(replies !== recorded ? [] : compareTraffic(call, apiExchanges, this.#stub.seen, `${place}.request`)),
      ...this.#compareSdkCalls(call, `${place}.sdk_calls`),
      ...compareResult(call, done, options, this.#endpointOf(call), place),
    ]
  }

  async #runEmbedding(call: RecordedCall): Promise<Difference[]> {
    const create = this.#provider.embeddings?.[call.model.class]
    if (create === undefined) throw new NotSupported(`no class ${call.model.class}`)
    const exchanges = call.exchanges ?? []
    const recorded = exchanges.flatMap(({ response }) => response ?? [])
    this.#stub.play(recorded.length > 0 ? recorded : this.#unrecordedReply(call))
    const done = await callEmbeddingModel(create(call.model, this.#trafficOf(call.model, call)), call)

    const place = `call ${call.id}`
    if (call.error) return compareError(soleError(call.error), done.error ?? done.result, `${place}.error`)
    if (done.error !== undefined) throw done.error
    const options = { bindings: new Bindings(), nullIsAbsent: true }
    return [
      ...compareTraffic(call, exchanges, this.#stub.seen, `${place}.request`),
      ...compare(call.result, done.result, options, `${place}.result`),
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
    return create(record, this.#trafficOf(record, call), this.#profileOverride(record))
  }

  #trafficOf(record: ModelRecord, call?: RecordedCall): Traffic {
    return { baseUrl: this.#stub.url + pathOf(record.base_url), fetch: recordedDownloads(call?.exchanges ?? []) }
  }

  /** What a test said about its model: the recorded profile where it is not the provider's own. */
  #profileOverride(record: ModelRecord): Partial<ModelProfile> {
    if (record.profile === undefined) return {}
    const recorded = readProfile(record.profile)
    const row = this.#profiles.find(({ model_name: name }) => name === record.model_name)
    const transformer = this.#provider.transformers[String(record.profile.json_schema_transformer)]
    const full = transformer === undefined ? recorded : { ...recorded, jsonSchemaTransformer: transformer }
    if (row === undefined) return full
    const own: Record<string, unknown> = { ...resolveProfile(readProfile(row.profile ?? {})) }
    const changed = Object.entries(full).filter(([name, value]) => isOwnFact(name) || !sameFact(value, own[name]))
    return Object.fromEntries(changed)
  }

  #compareSchema(row: SchemaRow): Difference[] {
    const transformer = this.#provider.transformers[row.transformer]
    const ours = transformer?.transform(row.input, row.strict ?? undefined)
    const options = { bindings: new Bindings(), wholeNumbers: true }
    return [
      ...compare(row.output, ours?.schema, options, 'schema'),
      ...compare(row.is_strict_compatible, ours?.isStrictCompatible, options, 'is_strict_compatible'),
    ]
  }

  #endpointOf({ model }: RecordedCall): Endpoint {
    return {
      ours: this.#stub.url,
      recorded: originOf(model.base_url),
      ownDetails: this.#provider.ownDetails,
    }
  }

  /** For a test that only looked at what its own transport was given: an error or a response is all that is known. */
  #unrecordedReply({ error, result }: RecordedCall): RecordedResponse[] {
    const headers = { 'content-type': 'application/json' }
    if (result) {
      const json = this.#provider.plainAnswer?.(result)
      if (json === undefined) throw new NotSupported('an answer that was not recorded')
      return [{ status: 200, headers, body: { json } }]
    }
    const { status_code: status, body, headers: sent } = soleError(error ?? { type: '', message: '' })
    if (status === undefined) return []
    const json = this.#provider.errorBody?.(body) ?? body
    return [{ status, headers: { ...sent, ...headers }, body: { json } }]
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

/** The error itself, where parallel work wrapped it. */
function soleError(error: ErrorRecord): ErrorRecord {
  return error.exceptions?.length === 1 ? error.exceptions[0]! : error
}

/** Tells rows apart whatever stands around them. */
function fingerprint({ strict, input }: SchemaRow): string {
  return createHash('sha1')
    .update(JSON.stringify([strict, input]))
    .digest('hex')
    .slice(0, 8)
}

function originOf(baseUrl: string | null): string {
  return baseUrl !== null && URL.canParse(baseUrl) ? new URL(baseUrl).origin : (baseUrl ?? '')
}

/** A gateway puts a path before that of the API. */
function pathOf(baseUrl: string | null): string {
  const path = baseUrl !== null && URL.canParse(baseUrl) ? new URL(baseUrl).pathname : ''
  return path === '/' ? '' : path
}

function isApiCall(uri: string, model: ModelRecord): boolean {
  return model.base_url !== null && URL.canParse(model.base_url) && new URL(uri).host === new URL(model.base_url).host
}

/** Compares the facts that were recorded, but for those of other providers' adapters. */
function compareProfile(
  { model_name: modelName, profile: recorded }: ProfileRow,
  provider: HttpProvider,
): Difference[] {
  const profile = recorded ?? {}
  const keys = Object.keys(profile).filter(
    name => isFactOf(name, provider.factPrefix) && (!isOwnFact(name) || name === 'json_schema_transformer'),
  )
  const expected = writeProfile(resolveProfile(readProfile(profile)), keys)
  const transformer =
    provider.transformers[String(profile.json_schema_transformer)]?.name ?? profile.json_schema_transformer
  const withTransformer = keys.includes('json_schema_transformer') ? { json_schema_transformer: transformer } : {}
  const ours = writeProfile(provider.profileOf(modelName), keys)
  return compare({ ...expected, ...withTransformer }, ours, { bindings: new Bindings(), nullIsAbsent: true }, 'profile')
}

function sameFact(here: unknown, there: unknown): boolean {
  if (here instanceof Set && there instanceof Set)
    return here.size === there.size && [...here].every(item => there.has(item))
  return JSON.stringify(here) === JSON.stringify(there)
}
