/** A recorded test: every model call it made. The shapes are those of the files. */
export interface ProviderCase {
  readonly test: string
  readonly calls: readonly RecordedCall[]
  readonly units?: readonly RecordedUnit[]
}

export interface RecordedCall {
  readonly id: number
  readonly kind: 'model' | 'embedding'
  readonly method: string
  /** Id of the call that wraps this one. */
  readonly parent: number | null
  readonly model: ModelRecord
  readonly input: CallInput
  readonly prepared?: { readonly settings: WireRecord | null; readonly parameters: WireRecord } | null
  readonly exchanges?: readonly Exchange[]
  readonly sdk_calls?: readonly SdkCall[]
  readonly events?: readonly WireRecord[] | null
  readonly stream?: { readonly exhausted: boolean; readonly state: string } | null
  readonly result?: WireRecord | null
  readonly error?: ErrorRecord | null
}

/** A single mapping function with what went in and what came out. */
export interface RecordedUnit {
  readonly target: string
  readonly model: ModelRecord
  readonly input: WireRecord
  readonly output?: unknown
  readonly error?: ErrorRecord | null
}

export type WireRecord = { readonly [key: string]: unknown }

export interface ModelRecord {
  readonly class: string
  readonly module: string
  readonly model_name: string
  readonly system: string
  readonly base_url: string | null
  readonly model_id?: string
  readonly provider: string | null
  readonly settings: WireRecord | null
  readonly profile?: WireRecord
  /** Members of a fallback model. */
  readonly models?: readonly ModelRecord[]
  readonly wrapped?: ModelRecord | null
}

export interface CallInput {
  readonly messages: readonly WireRecord[]
  readonly settings: WireRecord | null
  readonly parameters: WireRecord
}

export interface ErrorRecord {
  readonly type: string
  readonly bases?: readonly string[]
  readonly message: string
  readonly status_code?: number
  readonly model_name?: string
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
  readonly suggested_model_id?: string | null
  readonly exceptions?: readonly ErrorRecord[]
}

export interface Exchange {
  readonly request: {
    readonly method: string
    readonly uri: string
    readonly headers: Readonly<Record<string, string>>
    readonly body: Body | null
  }
  readonly response: RecordedResponse | null
}

export interface RecordedResponse {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: Body | null
}

export interface Body {
  readonly json?: unknown
  readonly text?: string
  readonly form?: unknown
  readonly base64?: string
  readonly aws_events?: readonly AwsEvent[]
}

export interface AwsEvent {
  readonly type: string
  readonly event?: string
  readonly exception?: string
  readonly payload: unknown
}

export interface SdkCall {
  readonly callee: string
  readonly kwargs: WireRecord
  readonly result?: unknown
  /** Of a stream. */
  readonly chunks?: readonly unknown[]
  readonly error?: ErrorRecord
}
