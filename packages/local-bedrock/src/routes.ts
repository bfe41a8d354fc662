import { checkAuth } from './auth.ts'
import type { AuthOptions } from './auth.ts'
import { AwsError } from './aws-error.ts'
import { Delivery } from './delivery.ts'
import type { Answer } from './delivery.ts'
import type { Exchange } from './exchange.ts'
import type { FaultScript } from './faults.ts'
import { parseModelId } from './model-id.ts'
import { converse, converseStream } from './operations.ts'
import type { Responder } from './responder.ts'
import { isJsonObject } from './wire.ts'
import type { ConverseRequest, JsonObject } from './wire.ts'

/** What all requests of one server share. */
export interface Endpoint {
  responder: Responder
  auth: AuthOptions
  faults: FaultScript
  /** decides which model ids exist */
  isKnownModel: (modelId: string) => boolean
  nextCallIndex: () => number
}

interface OperationCall {
  endpoint: Endpoint
  exchange: Exchange
  modelId: string
  body: JsonObject
}

const operations = new Map<string, (call: OperationCall) => Promise<Answer>>([
  ['converse', call => converse(converseCall(call, 'converse'))],
  ['converse-stream', call => converseStream(converseCall(call, 'converse-stream'))],
])

function converseCall({ endpoint, exchange, modelId, body }: OperationCall, operation: 'converse' | 'converse-stream') {
  const { requestId, receivedAt } = exchange.entry
  const info = { modelId, operation, requestId, callIndex: endpoint.nextCallIndex(), signal: exchange.gone }
  return { request: readRequest(body), info, responder: endpoint.responder, receivedAt }
}

function readRequest(body: JsonObject): ConverseRequest {
  return { ...body, messages: (body['messages'] ?? []) as ConverseRequest['messages'] }
}

/** Answers one request, whatever it is. */
export async function handle(exchange: Exchange, endpoint: Endpoint): Promise<void> {
  const { entry } = exchange
  const bytes = await exchange.readBody()
  const route = parseRoute(entry.path)
  const body = parseBody(bytes)
  exchange.note({ body, ...route })
  const { seen, error } = await checkAuth({ ...entry, body: bytes }, endpoint.auth)
  exchange.note({ auth: seen })
  const fault = error ? undefined : endpoint.faults.take(entry)
  if (fault) exchange.note({ fault })
  const delivery = new Delivery(exchange, fault)
  try {
    if (error) throw error
    if (fault?.error) throw new AwsError(fault.error.type, fault.error.message ?? fault.error.type, fault.error)
    await delivery.send(await answer(exchange, endpoint))
  } catch (caught) {
    await delivery.sendError(caught instanceof AwsError ? caught : unexpected(caught))
  }
}

async function answer(exchange: Exchange, endpoint: Endpoint): Promise<Answer> {
  const { method, operation = '', modelId, body } = exchange.entry
  const run = operations.get(operation)
  if (!run || modelId === undefined || method !== 'POST') throw unknownOperation()
  if (!isJsonObject(body))
    throw new AwsError('SerializationException', 'Unexpected input: the body is not a JSON object')
  if (!endpoint.isKnownModel(modelId)) {
    throw new AwsError('ValidationException', 'The provided model identifier is invalid.')
  }
  return run({ endpoint, exchange, modelId, body })
}

/** The model id is one path segment: an ARN whose `/` is not encoded matches no route, as in the real service. */
function parseRoute(path: string): { operation?: string; modelId?: string } {
  const match = /^\/model\/([^/]+)\/([a-z-]+)$/.exec(path.split('?')[0]!)
  if (!match) return {}
  try {
    return { modelId: decodeURIComponent(match[1]!), operation: match[2]! }
  } catch {
    return {}
  }
}

function parseBody(bytes: Buffer): unknown {
  const text = bytes.toString('utf8')
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

const unknownOperation = (): AwsError =>
  new AwsError('UnknownOperationException', 'The requested operation is not recognized by the service.', {
    fields: { Output: { __type: 'com.amazon.coral.service#UnknownOperationException' }, Version: '1.0' },
  })

/** A bug of ours: say so instead of imitating the service. */
function unexpected(error: unknown): AwsError {
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error)
  return new AwsError('InternalServerException', `The local endpoint failed: ${text}`)
}

/** Any well-formed name of a known vendor. */
export const isPlausibleModel = (modelId: string): boolean => parseModelId(modelId) !== undefined
