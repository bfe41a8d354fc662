import type { Difference } from '../compare/compare.ts'
import type { EmbeddingModel } from '../../src/embeddings/embedding-model.ts'
import type { Model } from '../../src/models/model.ts'
import type { JsonSchemaTransformer, ModelProfile } from '../../src/models/profile.ts'
import type { ModelRecord, RecordedResponse, RecordedUnit, SdkCall, WireRecord } from '../provider-case.ts'
import type { HttpStub, SeenRequest } from '../traffic/http-stub.ts'

/** Where a model's requests go while a case is replayed. */
export interface Traffic {
  /** Stands for the provider's endpoint. */
  readonly baseUrl: string
  /** Serves recorded downloads of files by their URL. */
  readonly fetch: typeof fetch
}

/** What the runner has to know of one provider to replay its cases over HTTP. */
export interface HttpProvider {
  /** Its class name in the recorded profiles. */
  readonly profileProvider: string
  /** With which its own facts begin in recorded profiles. */
  readonly factPrefix: string | readonly string[]
  /** Our models by the recorded class. */
  readonly models: Readonly<Record<string, ModelFactory>>
  /** Our embedding models by the recorded class. */
  readonly embeddings?: Readonly<Record<string, (record: ModelRecord, traffic: Traffic) => EmbeddingModel>>
  /** What we know of a model without any override, for the recorded profiles. */
  profileOf(modelName: string): ModelProfile
  readonly transformers: Readonly<Record<string, JsonSchemaTransformer>>
  /** Details of a response that ours keeps and the recorded one did not. */
  readonly ownDetails?: readonly string[]
  /** Single mapping functions by their recorded name. */
  readonly units?: Readonly<Record<string, UnitCheck>>
  /** The body in which the provider sends the error that its SDK hands on. Default: the error itself. */
  errorBody?(error: unknown): unknown
  /** An answer that the recorded response can have come from, for cases that kept none. `undefined`: not with this response. */
  plainAnswer?(response: WireRecord): unknown
  /** The HTTP response that makes the vendor's SDK return what a faked one returned. */
  sdkResponse?(call: SdkCall): RecordedResponse
  /** The arguments a faked SDK call was given, seen in the request that a real SDK made of ours. */
  compareSdkCall?(call: SdkCall, seen: SeenRequest | undefined): readonly Difference[]
}

export type ModelFactory = (
  record: ModelRecord,
  traffic: Traffic,
  profile: Partial<ModelProfile>,
) => Model | Promise<Model>

export interface UnitContext {
  readonly model: Model
  readonly stub: HttpStub
  /** All units of the case. */
  readonly siblings: readonly RecordedUnit[]
}

export type UnitCheck = (unit: RecordedUnit, context: UnitContext) => Promise<readonly Difference[]>
