import type { DeferredResolution } from '../../capabilities/capability.ts'
import { UserError } from '../../errors/user-error.ts'
import type { DeferredToolResults, ToolApproved, ToolDenied } from '../../messages/deferred.ts'
import type { ModelMessage, ModelResponse } from '../../messages/message.ts'

/** Matches results given by the caller with the open calls of the history's last response.
 *  @throws {UserError} the history has no such calls, a result is missing, superfluous, given twice, or for a call that was executed */
export function resolveDeferredResults(
  messages: readonly ModelMessage[],
  results: DeferredToolResults,
): { readonly response: ModelResponse; readonly results: ReadonlyMap<string, DeferredResolution> } {
  const at = messages.findLastIndex(message => message.kind === 'response')
  const response = messages[at]
  const calls = response?.kind === 'response' ? response.parts.filter(part => part.kind === 'tool-call') : []
  if (response?.kind !== 'response' || calls.length === 0) {
    throw new UserError(
      '`deferredToolResults` need the history of the run that deferred them: its last response has calls.',
    )
  }

  const resolved = resolutions(results)
  const answered = answeredIds(messages.slice(at + 1))
  for (const id of answered) {
    if (resolved.has(id)) {
      throw new UserError(`Tool call \`${id}\` was already executed; its result cannot be replaced.`)
    }
    resolved.set(id, { kind: 'answered' })
  }
  const expected = calls.map(call => call.toolCallId)
  const missing = expected.filter(id => !resolved.has(id))
  const unknown = [...resolved.keys()].filter(id => !expected.includes(id))
  if (missing.length > 0 || unknown.length > 0) {
    const given = [...resolved.keys()].filter(id => !answered.has(id))
    throw new UserError(
      'Results must be given for exactly the deferred tool calls. ' +
        `Expected: ${list(expected.filter(id => !answered.has(id)))}; got: ${list(given)}.`,
    )
  }
  return { response, results: resolved }
}

/** The resolutions of results, by tool call id.
 *  @throws {UserError} an id is both approved and answered */
export function resolutions(results: DeferredToolResults): Map<string, DeferredResolution> {
  const resolved = new Map<string, DeferredResolution>()
  const metadata = new Map(Object.entries(results.metadata ?? {}))
  for (const [id, approval] of Object.entries(results.approvals ?? {})) {
    resolved.set(id, approvalResolution(approval, metadata.get(id)))
  }
  for (const [id, value] of Object.entries(results.calls ?? {})) {
    if (resolved.has(id))
      throw new UserError(`Tool call \`${id}\` has both an approval and a result. Give one of them.`)
    resolved.set(id, { kind: 'result', value })
  }
  return resolved
}

function approvalResolution(
  approval: boolean | ToolApproved | ToolDenied,
  metadata: Extract<DeferredResolution, { kind: 'approved' }>['metadata'],
): DeferredResolution {
  if (approval === true) return { kind: 'approved', metadata }
  if (approval === false) return denied(undefined)
  return approval.kind === 'tool-approved'
    ? { kind: 'approved', overrideArgs: approval.overrideArgs, metadata }
    : denied(approval.message)
}

function denied(message: string | undefined): DeferredResolution {
  return { kind: 'denied', message: message ?? 'The tool call was denied.' }
}

function answeredIds(messages: readonly ModelMessage[]): ReadonlySet<string> {
  const ids = new Set<string>()
  for (const message of messages) {
    if (message.kind !== 'request') continue
    for (const part of message.parts) {
      if (part.kind === 'tool-return') ids.add(part.toolCallId)
      if (part.kind === 'retry-prompt' && part.toolName !== undefined) ids.add(part.toolCallId)
    }
  }
  return ids
}

function list(ids: readonly string[]): string {
  return ids.length === 0 ? 'none' : ids.map(id => `\`${id}\``).join(', ')
}
