import type { BinaryContent } from '../../src/messages/content.ts'
import type { DeferredToolRequests } from '../../src/messages/deferred.ts'
import { isRecord } from '../compare/compare.ts'
import { writeContent, writeDeferredRequests } from '../wire/messages.ts'
import type { OutputNames } from './output-names.ts'
import type { OutputValue } from './scenario.ts'

/** A run's output in the recorded form. */
export function writeOutput(output: unknown, names: OutputNames): OutputValue {
  if (isDeferred(output)) return { deferred: writeDeferredRequests(output) }
  if (isImage(output)) return { value: writeContent(output), type: 'BinaryImage' }
  const type = names.of(output)
  return { value: output, ...(type !== undefined && { type }) }
}

function isDeferred(output: unknown): output is DeferredToolRequests {
  return isRecord(output) && output.kind === 'deferred-tool-requests'
}

function isImage(output: unknown): output is BinaryContent {
  return isRecord(output) && output.kind === 'binary' && String(output.mediaType).startsWith('image/')
}
