import { isDecimal } from '../usage/decimal.ts'
import { emptyUsage, type RequestUsage } from '../usage/usage.ts'
import { isPlainObject } from '../util/json.ts'
import { readNumber } from './wire-fields.ts'
import {
  mismatch,
  readRecord,
  within,
  wireRecord,
  writeRecord,
  type WireField,
  type WireOptions,
} from './wire-record.ts'

function counter(wire: string, aliases: readonly string[] = []): WireField<number> {
  return { wire, aliases, read: readNumber, write: value => value }
}

/** Older writers put null where newer ones put nothing. */
const details: WireField<RequestUsage['details']> = {
  wire: 'details',
  read(value) {
    if (!isPlainObject(value)) throw mismatch('an object of numbers', value)
    const counters: Record<string, number> = Object.create(null)
    for (const [name, count] of Object.entries(value)) counters[name] = within(name, () => readNumber(count))
    return counters
  },
  write: value => ({ ...value }),
}

/** Decimal numbers are text, so that no digit is lost. */
const cost: WireField<string | undefined> = {
  wire: 'cost',
  read(value) {
    if (typeof value === 'number' && Number.isFinite(value)) return String(value)
    if (typeof value !== 'string' || !isDecimal(value)) throw mismatch('a decimal number as text', value)
    return value
  },
  write: value => value ?? null,
}

const usageRecord = wireRecord<RequestUsage>(
  {
    inputTokens: counter('input_tokens', ['request_tokens']),
    cacheWriteTokens: counter('cache_write_tokens'),
    cacheReadTokens: counter('cache_read_tokens'),
    outputTokens: counter('output_tokens', ['response_tokens']),
    inputAudioTokens: counter('input_audio_tokens'),
    cacheAudioReadTokens: counter('cache_audio_read_tokens'),
    outputAudioTokens: counter('output_audio_tokens'),
    details,
    cost,
  },
  { dropped: ['total_tokens', 'requests'] },
)

/** Missing counters are 0. */
export function readUsage(value: unknown): RequestUsage {
  if (!isPlainObject(value)) throw mismatch('an object', value)
  return { ...emptyUsage, ...readRecord(usageRecord, value) }
}

export function writeUsage(usage: RequestUsage, options: WireOptions): unknown {
  return writeRecord(usageRecord, usage, options)
}
