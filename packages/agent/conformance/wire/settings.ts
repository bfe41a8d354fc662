import type { ModelSettings, ToolChoice } from '../../src/models/settings.ts'
import { isRecord } from '../compare/compare.ts'
import type { WireRecord } from '../provider-case.ts'
import { toCamel, toSnake } from './names.ts'

/** Settings as recorded (snake_case, seconds) into ours. Values below the first level are the provider's own words. */
export function readSettings(settings: WireRecord | null | undefined): ModelSettings {
  const entries = Object.entries(settings ?? {}).filter(([, value]) => value !== null)
  return Object.fromEntries(entries.map(readSetting))
}

function readSetting([name, value]: [string, unknown]): [string, unknown] {
  if (name === 'timeout') return ['timeoutMs', Number(value) * 1000]
  if (name === 'tool_choice') return ['toolChoice', readToolChoice(value)]
  return [toCamel(name), value]
}

function readToolChoice(value: unknown): ToolChoice {
  if (!isRecord(value)) return value as ToolChoice
  return { kind: 'tool-or-output', functionTools: (value.function_tools ?? []) as string[] }
}

/** Our settings as they are recorded. */
export function writeSettings(settings: ModelSettings): WireRecord {
  const entries = Object.entries(settings).filter(([, value]) => value !== undefined)
  return Object.fromEntries(entries.map(writeSetting))
}

function writeSetting([name, value]: [string, unknown]): [string, unknown] {
  if (name === 'timeoutMs') return ['timeout', Number(value) / 1000]
  if (name === 'toolChoice' && isRecord(value)) {
    return ['tool_choice', { $type: 'ToolOrOutput', function_tools: value.functionTools }]
  }
  return [toSnake(name), value]
}
