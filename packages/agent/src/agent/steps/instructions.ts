import type { InstructionPart } from '../../messages/part.ts'
import type { Toolset } from '../../toolsets/toolset.ts'
import type { MaybePromise } from '../../util/json.ts'
import type { Run } from '../run.ts'

const none: readonly InstructionPart[] = []

/** The instructions of one request: what is always the same first, so that a provider can cache it.
 *  All literal texts are one part; each function is a part of its own; those of toolsets follow. */
export function collectInstructions(run: Run): MaybePromise<readonly InstructionPart[]> {
  const pending = run.toolset.getInstructions?.(run.context())
  return run.instructionSources.length === 0 && pending === undefined ? none : instructionParts(run, pending)
}

async function instructionParts(
  run: Run,
  ofToolsets: ReturnType<NonNullable<Toolset['getInstructions']>>,
): Promise<readonly InstructionPart[]> {
  const sources = run.instructionSources
  const fromToolsets = await ofToolsets
  const parts: InstructionPart[] = []
  const literals = sources.filter(source => typeof source === 'string').map(source => source.trim())
  push(parts, literals.filter(text => text !== '').join('\n'), false)
  for (const source of sources) if (typeof source === 'function') push(parts, await source(run.context()), true)
  for (const item of listOf(fromToolsets)) {
    if (typeof item === 'string') push(parts, item, true)
    else push(parts, item.content, item.dynamic)
  }
  return parts.some(part => part.dynamic) && parts.some(part => !part.dynamic)
    ? [...parts.filter(part => !part.dynamic), ...parts.filter(part => part.dynamic)]
    : parts
}

function push(parts: InstructionPart[], text: string | null | undefined, dynamic: boolean): void {
  const content = text?.trim() ?? ''
  if (content !== '') parts.push({ content, dynamic })
}

function listOf<T>(value: T | readonly T[] | undefined): readonly T[] {
  if (value === undefined) return []
  return Array.isArray(value) ? value : [value as T]
}
