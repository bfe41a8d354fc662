import { prepareCall } from '../../src/models/prepare.ts'
import type { Model, ModelCall } from '../../src/models/model.ts'
import { compare, isRecord, type CompareOptions, type Difference } from '../compare/compare.ts'
import type { RecordedCall } from '../provider-case.ts'
import type { CallDone } from '../providers/call-model.ts'
import { compareError } from './errors.ts'
import { writeEvent } from './events.ts'
import { writeMessage, writeUsage } from './messages.ts'
import { observable, writeParameters } from './parameters.ts'
import { writeSettings } from './settings.ts'

/** Compares the settings and parameters that the preparation hands to the adapter. */
export function comparePrepared(
  model: Model,
  call: ModelCall,
  recorded: RecordedCall['prepared'],
  options: CompareOptions,
  path: string,
): Difference[] {
  if (recorded === undefined || recorded === null || model.prepare !== undefined) return []
  const prepared = prepareCall(model, call)
  return [
    ...compare(recorded.settings ?? {}, writeSettings(prepared.settings), options, `${path}.prepared.settings`),
    ...compare(
      observable(recorded.parameters),
      observable(writeParameters(prepared.parameters)),
      options,
      `${path}.prepared.parameters`,
    ),
  ]
}

/** Compares what a call gave: the response or the error, and the events of a stream. */
export function compareResult(
  call: RecordedCall,
  done: CallDone,
  options: CompareOptions,
  endpoint: Endpoint,
  path: string,
): Difference[] {
  if (call.error?.type === 'RequestCaptured') return []
  if (call.error) return compareError(call.error, done.error ?? done.result ?? done.usage, `${path}.error`)
  if (done.error !== undefined)
    return [{ path: `${path}.error`, expected: 'no error', actual: describeThrown(done.error) }]
  const events = (done.events ?? []).map(writeEvent)
  const ours: unknown = done.usage
    ? { $type: 'RequestUsage', ...writeUsage(done.usage) }
    : done.result && writeMessage(done.result)
  return [
    ...(call.events ? compare(call.events, events, options, `${path}.events`) : []),
    ...compare(call.result, atRecorded(ours, endpoint), options, `${path}.result`),
  ]
}

/** Where a model's requests went here and in the recording, and which details it adds of its own. */
export interface Endpoint {
  readonly ours: string
  readonly recorded: string
  readonly ownDetails?: readonly string[]
}

/** Our result with the recorded endpoint, without details that only ours keeps. */
function atRecorded(value: unknown, { ours, recorded, ownDetails = [] }: Endpoint): unknown {
  if (ours === '') return value
  const mapped = JSON.parse(JSON.stringify(value ?? null).replaceAll(ours, recorded)) as unknown
  if (!isRecord(mapped) || !isRecord(mapped.provider_details)) return mapped
  const details = Object.entries(mapped.provider_details).filter(([name]) => !ownDetails.includes(name))
  return { ...mapped, provider_details: details.length === 0 ? null : Object.fromEntries(details) }
}

function describeThrown(error: unknown): unknown {
  return error instanceof Error ? (error.stack ?? error.message) : error
}
