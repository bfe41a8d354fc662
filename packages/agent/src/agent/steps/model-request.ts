import { changed, runAround, type Around } from '../../capabilities/around.ts'
import type { AgentNode, ModelRequestContext, ModelRequestNode } from '../../capabilities/capability.ts'
import { hooksAround, noHooks } from '../../capabilities/hook-chains.ts'
import { isSignal } from '../../errors/signals.ts'
import { UserError } from '../../errors/user-error.ts'
import type { AgentEvent } from '../../messages/event.ts'
import type { ModelResponse } from '../../messages/message.ts'
import type { InstructionPart } from '../../messages/part.ts'
import { countTokens } from '../../models/call-model.ts'
import { joinInstructions } from '../../models/instructions.ts'
import type { ModelSettings } from '../../models/settings.ts'
import type { NativeTool } from '../../native-tools/native-tool.ts'
import { checkBeforeRequest, checkRequestTokens, checkTokens } from '../../usage/check-limits.ts'
import { addUsage } from '../../usage/add-usage.ts'
import { bridge, drainTo } from '../../util/bridge.ts'
import { isPromiseLike, type MaybePromise } from '../../util/json.ts'
import type { Run } from '../run.ts'
import { Attempt } from './attempt.ts'
import { requestStreamed, requestWhole, type Asking } from './call-model.ts'
import { collectInstructions } from './instructions.ts'
import { collectSettings } from './model-settings.ts'
import type { NodeWork } from './node-work.ts'
import { consumeOutputRetry } from './output-retry.ts'
import { collectNativeTools, refreshTools, requestParameters } from './request-parameters.ts'
import { selectModel } from './select-model.ts'
import { feedback } from './text-output.ts'

/** Sends one request and takes the response into the history. Only what is streamed, hooked or enqueued has events. */
export function sendRequest(run: Run, node: ModelRequestNode): NodeWork {
  const isPlain = !run.start.streaming && run.hooks === noHooks && run.pending.isEmpty
  return isPlain ? sendPlain(run, node) : sendWithEvents(run, node)
}

async function sendPlain(run: Run, node: ModelRequestNode): Promise<AgentNode> {
  appendRequest(run, node)
  // results that are there are kept, sent or not
  run.checkCancelled()
  const starting = startStep(run)
  const request = isPromiseLike(starting) ? await starting : starting
  if (run.limits.countTokensBeforeRequest === true) await checkCounted(run, request)
  checkBeforeRequest(run.usage, run.limits)
  const attempt = new Attempt(run)
  attempt.begin()
  let response: ModelResponse
  try {
    response = await requestWhole(run, request, { attempt, resume: node.resume })
  } catch (error) {
    keepPartial(run, node, attempt)
    if (isSignal(error, 'skip-model-request')) return finish(run, node, error.response)
    if (isSignal(error, 'model-retry')) return retryRequest(run, error)
    throw error
  }
  run.usage.requests += 1
  return finish(run, node, response)
}

async function* sendWithEvents(run: Run, node: ModelRequestNode): AsyncGenerator<AgentEvent, AgentNode> {
  appendRequest(run, node)
  // results that are there are kept, sent or not
  run.checkCancelled()
  for (const event of run.pending.take('before-request')) {
    for (const message of event.messages) run.append(message)
    yield event
  }
  const prepared = await startStep(run)
  const attempt = new Attempt(run)
  let isSent = false
  let isAnswered = false
  let response: ModelResponse
  try {
    const request = run.hooks.beforeModelRequest === undefined ? prepared : await beforeRequest(run, prepared)
    if (run.limits.countTokensBeforeRequest === true) await checkCounted(run, request)
    checkBeforeRequest(run.usage, run.limits)
    const hooks = hooksAround(run.hooks, 'ModelRequest', run)
    const asking = { attempt, resume: node.resume }
    isSent = true
    if (hooks !== undefined) response = yield* hookedRequest(run, request, { hooks, asking })
    else {
      attempt.begin()
      response = request.streaming
        ? yield* requestStreamed(run, request, asking)
        : await requestWhole(run, request, asking)
    }
    run.checkCancelled()
    isAnswered = true
    if (attempt.called) run.usage.requests += 1
    if (run.hooks.afterModelRequest !== undefined) response = await afterRequest(run, request, response)
  } catch (error) {
    if (isSignal(error, 'skip-model-request')) response = error.response
    else if (isSignal(error, 'model-retry') && isSent) {
      if (!isAnswered) keepRefused(run, attempt)
      return retryRequest(run, error)
    } else throw error
  } finally {
    // also when whoever reads the events leaves
    if (!isAnswered) keepPartial(run, node, attempt)
  }
  return finish(run, node, response)
}

/** What came of the answer of a request that failed. Of a response that was resumed it is the whole so far. */
function keepPartial(run: Run, node: ModelRequestNode, attempt: Attempt): void {
  if (node.resume !== undefined && attempt.hasPartial) run.dropLast()
  attempt.keepPartial()
}

/** A hook around the request refused its answer, which was paid for: it counts and stays in the history. */
function keepRefused(run: Run, attempt: Attempt): void {
  const refused = attempt.takeRefused()
  if (refused === undefined) return
  run.usage.requests += 1
  take(run, refused)
}

/** Chooses the model and the tools of the next step and prepares its request. */
function startStep(run: Run): MaybePromise<ModelRequestContext> {
  run.step += 1
  return run.capabilities.length === 0 ? withModel(run) : selectModel(run).then(() => withModel(run))
}

function withModel(run: Run): MaybePromise<ModelRequestContext> {
  run.toolRetries.nextStep()
  run.unknownTools.nextStep()
  const refreshing = refreshTools(run)
  return isPromiseLike(refreshing) ? refreshing.then(() => prepareRequest(run)) : prepareRequest(run)
}

interface HookedRequest {
  readonly hooks: Around<ModelRequestContext, ModelResponse>
  readonly asking: Asking
}

/** The request inside its hooks; its events are passed on from within. */
function hookedRequest(
  run: Run,
  request: ModelRequestContext,
  { hooks, asking }: HookedRequest,
): AsyncGenerator<AgentEvent, ModelResponse> {
  const ask = async (emit: (event: AgentEvent) => Promise<void>, changed: ModelRequestContext) => {
    asking.attempt.begin()
    const answer = changed.streaming
      ? drainTo(emit, requestStreamed(run, changed, asking))
      : requestWhole(run, changed, asking)
    return asking.attempt.answered(await answer)
  }
  const passed = (error: unknown) =>
    run.isCancelled || isSignal(error, 'skip-model-request') || isSignal(error, 'model-retry')
  return bridge<AgentEvent, ModelResponse>(
    emit => runAround(hooks, request, changed => ask(emit, changed), { isSignal: passed }),
    () => run.cancelled(),
  )
}

function appendRequest(run: Run, node: ModelRequestNode): void {
  if (node.resume !== undefined) return
  if (node.resend !== undefined)
    run.appendOld({ ...node.resend, parts: node.parts, timestamp: run.now(), instructions: undefined })
  else run.append({ kind: 'request', parts: node.parts })
}

function prepareRequest(run: Run): MaybePromise<ModelRequestContext> {
  const settings = collectSettings(run)
  return isPromiseLike(settings) ? settings.then(ready => withSettings(run, ready)) : withSettings(run, settings)
}

function withSettings(run: Run, settings: ModelSettings): MaybePromise<ModelRequestContext> {
  run.modelSettings = settings
  const parts = collectInstructions(run)
  return isPromiseLike(parts) ? parts.then(ready => withInstructions(run, ready)) : withInstructions(run, parts)
}

function withInstructions(run: Run, parts: readonly InstructionPart[]): MaybePromise<ModelRequestContext> {
  const instructions = joinInstructions(parts)
  const last = run.messages.at(-1)
  if (instructions !== undefined && last?.kind === 'request') run.replaceLast(Object.assign({}, last, { instructions }))
  if (isEmptyConversation(run, instructions)) {
    throw new UserError('Nothing to send: give a prompt, instructions or a message history.')
  }
  const complete = (nativeTools: readonly NativeTool[]): ModelRequestContext => ({
    model: run.model,
    messages: run.messages,
    settings: run.modelSettings,
    parameters: requestParameters(run, parts, nativeTools),
    streaming: run.start.streaming,
  })
  const nativeTools = collectNativeTools(run)
  return isPromiseLike(nativeTools) ? nativeTools.then(complete) : complete(nativeTools)
}

function isEmptyConversation(run: Run, instructions: string | undefined): boolean {
  if (instructions !== undefined || run.prompt !== undefined) return false
  return run.messages.length <= 1 && run.messages.every(message => message.parts.length === 0)
}

async function beforeRequest(run: Run, prepared: ModelRequestContext): Promise<ModelRequestContext> {
  let request = prepared
  for (const hook of run.hooks.beforeModelRequest ?? []) request = changed(await hook(run.context(), request), request)
  if (request.messages !== run.messages) run.replaceMessages(request.messages)
  const last = run.messages.at(-1)
  if (last?.kind !== 'request' && last?.state !== 'suspended') {
    throw new UserError(
      'A `beforeModelRequest` hook left a history that does not end with a request. Keep the last one.',
    )
  }
  return { ...request, messages: run.messages }
}

/** Counts first what a request would take, so that a limit is met before it is paid for. */
async function checkCounted(run: Run, request: ModelRequestContext): Promise<void> {
  const counted = await countTokens(request.model, { ...request, messages: run.wireMessages(), signal: run.signal })
  checkRequestTokens(counted, run.limits)
  checkTokens(addUsage(run.usage, counted), run.limits)
}

async function afterRequest(run: Run, request: ModelRequestContext, response: ModelResponse): Promise<ModelResponse> {
  let current = response
  try {
    for (const hook of run.hooks.afterModelRequest ?? [])
      current = changed(await hook(run.context(), request, current), current)
  } catch (error) {
    // a refused response was paid for: it counts and stays in the history
    if (isSignal(error, 'model-retry')) take(run, current)
    throw error
  }
  return current
}

function take(run: Run, response: ModelResponse): ModelResponse {
  let taken = response
  try {
    taken = withCost(run, response)
  } finally {
    // also when the prices throw: it was paid for
    run.usage.add(taken.usage)
    taken = run.append(taken)
  }
  return taken
}

/** The response with what it cost, when neither its provider nor anybody before said so and the price is known. */
function withCost(run: Run, response: ModelResponse): ModelResponse {
  const { prices, effects } = run.config
  if (prices === undefined || response.usage.cost !== undefined) return response
  const { providerName, providerUrl, modelName = run.model.modelName } = response
  const cost = prices.costOf(response.usage, { providerName, providerUrl, modelName, atMs: effects.now() })
  return cost === undefined ? response : { ...response, usage: { ...response.usage, cost } }
}

/** A hook refused the response: the model is told why and asked again, from the budget of outputs. */
function retryRequest(run: Run, error: { readonly message: string }): AgentNode {
  consumeOutputRetry(run, error)
  return { kind: 'model-request', parts: [feedback(run, error.message)] }
}

/** The response enters the history before its limits are checked: what was paid for can be inspected. */
function finish(run: Run, node: ModelRequestNode, response: ModelResponse): AgentNode {
  if (node.resume !== undefined) run.dropLast()
  const taken = take(run, response)
  checkRequestTokens(response.usage, run.limits)
  checkTokens(run.usage, run.limits)
  return { kind: 'call-tools', response: taken }
}
