import { checkAuth } from './auth.ts'
import type { AuthOptions } from './auth.ts'
import { AwsError } from './aws-error.ts'
import { Delivery } from './delivery.ts'
import type { Answer } from './delivery.ts'
import type { Exchange } from './exchange.ts'
import type { FaultScript } from './faults.ts'
import { invokeEmbedding } from './embeddings.ts'
import type { IssuedSignatures } from './issued-signatures.ts'
import type { ModelCatalog } from './model-catalog.ts'
import { parseModelId } from './model-id.ts'
import { converse, converseStream } from './operations.ts'
import type { ConverseCall } from './operations.ts'
import type { MessageReply } from './reply.ts'
import type { Responder } from './responder.ts'
import { estimateInputTokens, estimateTextTokens } from './tokens.ts'
import { familyOf } from './validator/families.ts'
import { refusalOf } from './validator/index.ts'
import type { ValidationOptions } from './validator/index.ts'
import type { CallFacts } from './validator/rule.ts'
import { readConverseRequest } from './validator/shape.ts'
import { isJsonObject } from './wire.ts'
import type { ConverseRequest, JsonObject } from './wire.ts'

/** What all requests of one server share. */
export interface Endpoint {
  responder: Responder
  auth: AuthOptions
  faults: FaultScript
  validation: ValidationOptions | 'off'
  /** decides which model ids exist, and which only by an inference profile */
  models: ModelCatalog
  nextCallIndex: () => number
  issuedSignatures: IssuedSignatures
}

interface OperationCall {
  endpoint: Endpoint
  exchange: Exchange
  modelId: string
  body: JsonObject
}

const operations = new Map<string, (call: OperationCall) => Promise<Answer> | Answer>([
  ['converse', call => converse(converseCall(call, 'converse'))],
  ['converse-stream', call => converseStream(converseCall(call, 'converse-stream'))],
  ['count-tokens', countTokens],
  ['invoke', ({ modelId, body }) => invokeEmbedding(modelId, body)],
])

function converseCall(call: OperationCall, operation: 'converse' | 'converse-stream'): ConverseCall {
  const { endpoint, exchange, modelId } = call
  const request = validRequest(call, call.body, operation)
  const { requestId, receivedAt } = exchange.entry
  const info = { modelId, operation, requestId, callIndex: endpoint.nextCallIndex(), signal: exchange.gone }
  const onReply = (reply: MessageReply) => endpoint.issuedSignatures.remember(reply)
  return { request, info, responder: endpoint.responder, receivedAt, onReply }
}

/** `POST /model/{modelId}/count-tokens` */
function countTokens(call: OperationCall): Answer {
  const { input } = call.body
  const { converse: conversation, invokeModel } = isJsonObject(input) ? input : {}
  const { endpoint, modelId } = call
  const { validation } = endpoint
  const isOff = validation === 'off'
  if (!isOff && (parseModelId(modelId)?.geo || !familyOf(modelId, validation.families).countsTokens)) {
    throw new AwsError('ValidationException', "The provided model doesn't support counting tokens.")
  }
  if (isJsonObject(conversation)) {
    return { body: { inputTokens: estimateInputTokens(validRequest(call, conversation, 'count-tokens')) } }
  }
  const bytes = isJsonObject(invokeModel) ? invokeModel['body'] : undefined
  if (typeof bytes === 'string') {
    return { body: { inputTokens: estimateTextTokens(Buffer.from(bytes, 'base64').toString('utf8')) } }
  }
  const message = 'CountTokensInput object at input must set one of the following keys: invokeModel, converse.'
  throw new AwsError('ValidationException', message)
}

function validRequest(call: OperationCall, body: JsonObject, operation: CallFacts['operation']): ConverseRequest {
  const { endpoint, exchange, modelId } = call
  const request = readConverseRequest(body)
  const issuedSignatures = endpoint.issuedSignatures.textBySignature
  const facts = { modelId: endpoint.models.baseModelOf(modelId), operation, issuedSignatures }
  const refusal = refusalOf(request, facts, endpoint.validation)
  if (!refusal) return request
  exchange.note({ ruleId: refusal.ruleId })
  throw refusal.error
}

/** Answers one request, whatever it is. */
export async function handle(exchange: Exchange, endpoint: Endpoint): Promise<void> {
  const { entry } = exchange
  const bytes = await exchange.readBody()
  const route = parseRoute(entry.path)
  const body = parseBody(bytes)
  exchange.note({ body, ...route })
  const { seen, error } = await checkAuth({ ...entry, headers: exchange.headers, body: bytes }, endpoint.auth)
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
  const refusal = endpoint.models.refusalOf(modelId)
  if (refusal !== undefined) throw new AwsError('ValidationException', refusal)
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
