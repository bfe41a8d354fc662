import { compare, type Difference } from '../compare/compare.ts'
import { Bindings } from '../compare/tokens.ts'
import type { RecordedResponse, SdkCall, WireRecord } from '../provider-case.ts'
import { NotSupported } from '../report/outcome.ts'
import type { SeenRequest } from '../traffic/http-stub.ts'

const paths: Readonly<Record<string, string>> = {
  'MockOpenAI.chat_completions_create': '/chat/completions',
  'MockOpenAIResponses.responses_create': '/responses',
}

/** The HTTP response from which a real SDK makes what the faked one returned. */
export function sdkResponse({ callee, chunks, result, error }: SdkCall): RecordedResponse {
  if (!Object.hasOwn(paths, callee)) throw new NotSupported(`the SDK's method ${callee}`)
  const headers = { 'content-type': chunks === undefined ? 'application/json' : 'text/event-stream' }
  if (error) {
    if (error.status_code === undefined) throw new NotSupported('a failure of the connection')
    return { status: error.status_code, headers, body: { json: error.body } }
  }
  if (chunks === undefined) return { status: 200, headers, body: { json: result } }
  const events = chunks.map(chunk => `data: ${JSON.stringify(chunk)}\n\n`)
  return { status: 200, headers, body: { text: `${events.join('')}data: [DONE]\n\n` } }
}

/** Arguments that steer the SDK and are not sent. */
const notSent = new Set(['extra_headers', 'extra_body', 'timeout'])

export function compareSdkCall({ callee, kwargs }: SdkCall, seen: SeenRequest | undefined): readonly Difference[] {
  const body = JSON.parse(seen?.body.toString('utf8') ?? 'null') as WireRecord | null
  const sent = Object.fromEntries(Object.entries(kwargs).filter(([name]) => !notSent.has(name)))
  const options = { bindings: new Bindings(), jsonStrings: true, wholeNumbers: true }
  return [
    ...compare(`/v1${paths[callee]}`, seen?.path, options, '$.path'),
    ...compare({ ...sent, ...(kwargs.extra_body as WireRecord | null) }, body, options, '$'),
  ]
}
