import { AgentError, ModelHttpError } from 'tenon'

/** One message for people: what happened and what to do. With `isDebug` also where. */
export function explainError(error: unknown, { isDebug }: { readonly isDebug: boolean }): string {
  const message = error instanceof Error ? error.message : String(error)
  const hint = hintFor(error)
  const text = `Error: ${message}${hint === '' ? '' : `\n${hint}`}`
  if (!isDebug) return text
  return error instanceof Error ? `${text}\n\n${traceOf(error)}` : text
}

/** What the library cannot know: how this command is configured. */
function hintFor(error: unknown): string {
  if (ModelHttpError.is(error)) {
    if (error.status === 401 || error.status === 403) return 'Check the credentials, and what they are allowed to do.'
    if (error.isRetryable) return 'Try again later.'
    return 'Check the model name in TENON_MODEL; without TENON_MODEL the question goes to a local endpoint.'
  }
  if (!AgentError.is(error)) return ''
  if (error.code === 'model_connection_error' || error.code === 'model_timeout') {
    return 'Check the network, and the address in AWS_ENDPOINT_URL_BEDROCK_RUNTIME if it is set.'
  }
  return ''
}

function traceOf(error: Error): string {
  const cause = error.cause instanceof Error ? `\n\nCaused by ${traceOf(error.cause)}` : ''
  return `${error.stack ?? error.message}${cause}`
}
