import type { ErrorRecord, WireRecord } from '../provider-case.ts'

/** A whole agent run: an agent, a scripted model, runs, and what each of them did. Shapes as in the files. */
export interface Scenario {
  readonly id: string
  readonly about: string
  readonly agent: AgentRecord
  readonly model: ModelScript
  readonly runs: readonly RunRecord[]
  readonly expected: readonly ExpectedRun[]
}

export interface AgentRecord {
  readonly instructions?: readonly InstructionRecord[]
  readonly system_prompts?: readonly SystemPromptRecord[]
  readonly toolset_instructions?: readonly string[]
  readonly retries?: RetriesRecord
  readonly end_strategy?: 'early' | 'graceful' | 'exhaustive'
  readonly tool_timeout_s?: number
  readonly model_settings?: WireRecord
  readonly metadata?: WireRecord
  readonly output?: OutputRecord
  readonly output_validators?: readonly (readonly ValidatorEntry[])[]
  readonly tools?: readonly ToolRecord[]
}

export type RetriesRecord = number | { readonly tools?: number; readonly output?: number }
export type InstructionRecord = string | { readonly dynamic: readonly (string | null)[] }
export type SystemPromptRecord =
  | string
  | { readonly name: string; readonly values: readonly (string | null)[]; readonly dynamic?: boolean }

export interface OutputRecord {
  readonly kind?: 'text'
  readonly mode?: 'auto' | 'tool' | 'native' | 'prompted'
  readonly types?: readonly OutputTypeRecord[]
  readonly marker?: { readonly name?: string; readonly description?: string; readonly template?: string | false }
  readonly text?: boolean
  readonly none?: boolean
  readonly image?: boolean
  readonly deferred?: boolean
}

export interface OutputTypeRecord {
  readonly name?: string
  readonly schema?: WireRecord
  readonly structured_dict?: boolean
  readonly function?: string
  readonly text_function?: string
  readonly description?: string
  readonly behaviour?: readonly BehaviourEntry[]
  readonly marker?: { readonly name?: string; readonly description?: string; readonly max_retries?: number }
}

export interface ValidatorEntry {
  readonly pass?: boolean
  readonly retry?: string
  readonly error?: string
  readonly replace?: unknown
  readonly append?: string
}

export interface ToolRecord {
  readonly name: string
  readonly description?: string
  readonly parameters: WireRecord
  readonly kind?: 'external'
  readonly sequential?: boolean
  readonly requires_approval?: boolean
  readonly retries?: number
  readonly timeout_s?: number
  readonly behaviour?: readonly BehaviourEntry[]
}

/** What a scripted function does on one call. */
export interface BehaviourEntry {
  readonly sleep_s?: number
  readonly return?: unknown
  readonly add?: readonly [string, string]
  readonly arg?: string
  readonly args?: true
  readonly context?: readonly string[]
  readonly tool_return?: WireRecord
  readonly retry?: string
  readonly failed?: string
  readonly error?: string
  readonly defer?: { readonly metadata?: WireRecord }
  readonly needs_approval?: { readonly metadata?: WireRecord }
  readonly cancel?: true
}

export interface ModelScript {
  readonly profile?: WireRecord
  readonly settings?: WireRecord
  readonly responses: readonly ResponseScript[]
}

export interface ResponseScript {
  readonly parts?: readonly WireRecord[]
  readonly stream?: readonly DeltaRecord[]
  readonly usage?: WireRecord
  readonly finish_reason?: string
  readonly provider_details?: WireRecord
  readonly error?: string
}

export interface DeltaRecord {
  readonly index?: string | number
  readonly text?: string
  readonly thinking?: string
  readonly signature?: string
  readonly provider_name?: string
  readonly tool_call?: { readonly name?: string; readonly args?: string | WireRecord; readonly tool_call_id?: string }
  readonly part?: WireRecord
  readonly error?: string
}

export type RunMode = 'run' | 'events' | 'stream_text' | 'stream_text_delta' | 'stream_output'

export interface RunRecord {
  readonly prompt: string | readonly unknown[] | null
  readonly mode?: RunMode
  readonly cancel_after?: { readonly events: number }
  readonly message_history?: 'previous' | readonly WireRecord[]
  readonly deferred_tool_results?: {
    readonly approvals?: WireRecord
    readonly calls?: WireRecord
    readonly metadata?: WireRecord
  }
  readonly usage?: 'previous'
  readonly usage_limits?: WireRecord
  readonly model_settings?: WireRecord
  readonly instructions?: InstructionRecord | readonly InstructionRecord[]
  readonly metadata?: WireRecord
  readonly run_id?: string
  readonly conversation_id?: string
  readonly retries?: RetriesRecord
  readonly output?: OutputRecord
}

export type OutputValue = { readonly value: unknown; readonly type?: string } | { readonly deferred: WireRecord }

export interface ExpectedRun {
  readonly output?: OutputValue
  readonly error?: ErrorRecord
  readonly messages: readonly WireRecord[]
  readonly new_messages?: number
  readonly run_id?: string
  readonly conversation_id?: string
  readonly metadata?: WireRecord
  readonly usage: WireRecord
  readonly requests: readonly { readonly messages: readonly WireRecord[]; readonly parameters: WireRecord }[]
  readonly calls: readonly WireRecord[]
  readonly events?: readonly WireRecord[]
  readonly yields?: readonly unknown[]
}
