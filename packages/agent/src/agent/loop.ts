import { runAround, type Around } from '../capabilities/around.ts'
import type { AgentNode, RunOutcome } from '../capabilities/capability.ts'
import { hooksAround } from '../capabilities/hook-chains.ts'
import { RunCancelled } from '../errors/run-error.ts'
import type { AgentEvent } from '../messages/event.ts'
import type { ModelRequest } from '../messages/message.ts'
import { bridge, drainTo } from '../util/bridge.ts'
import { isPromiseLike } from '../util/json.ts'
import type { Run } from './run.ts'
import { answerResponse } from './steps/call-tools.ts'
import { sendRequest } from './steps/model-request.ts'
import { drainWorkTo, hasEvents, type NodeWork } from './steps/node-work.ts'
import { startFromPrompt } from './steps/user-prompt.ts'

/** The loop: from the prompt to an output, one node after the other. Everything that drives a model goes through here:
 *  `run()` drains it, `stream()` hands on what it yields, `iter()` takes it node by node.
 *  Functions that only choose a generator are no generators themselves: every layer costs each event a few ticks. */
export function runLoop(run: Run, first: AgentNode = { kind: 'user-prompt' }): AsyncGenerator<AgentEvent, RunOutcome> {
  const hooks = hooksAround(run.hooks, 'Run', run)
  if (hooks === undefined) return runNodes(run, first)
  return bridge<AgentEvent, RunOutcome>(
    emit => around(run, hooks, undefined, () => drainTo(emit, runNodes(run, first))),
    () => run.cancelled(),
  )
}

/** The hooks around a run, around work that somebody else drives. */
export function withinRunHooks(run: Run, work: () => Promise<RunOutcome>): Promise<RunOutcome> {
  const hooks = hooksAround(run.hooks, 'Run', run)
  return hooks === undefined ? work() : around(run, hooks, undefined, work)
}

/** Hooks may recover from every error but the run's own cancellation: they see it, and it goes on. */
async function around<I, O>(run: Run, hooks: Around<I, O>, input: I, work: (input: I) => Promise<O>): Promise<O> {
  let cancellation: unknown
  const watched = (changed: I) =>
    work(changed).catch((error: unknown) => {
      if (run.signal.aborted) cancellation = error
      throw error
    })
  const output = await runAround(hooks, input, watched, passCancellation)
  if (cancellation !== undefined) throw run.cancelled()
  return output
}

const passCancellation = { isSignal: (error: unknown) => RunCancelled.is(error) }

async function* runNodes(run: Run, first: AgentNode): AsyncGenerator<AgentEvent, RunOutcome> {
  let node = first
  while (node.kind !== 'end') {
    const work = runNode(run, node)
    if (hasEvents(work)) node = yield* work
    else node = isPromiseLike(work) ? await work : work
    if (node.kind === 'end' && !run.pending.isEmpty) node = yield* continueWithPending(run)
  }
  return node
}

/** Runs one node inside its hooks and says which comes next. */
function runNode(run: Run, node: AgentNode): NodeWork {
  const hooks = hooksAround(run.hooks, 'NodeRun', run)
  return hooks === undefined ? perform(run, node) : hookedNode(run, node, hooks)
}

function hookedNode(run: Run, node: AgentNode, hooks: Around<AgentNode, AgentNode>): NodeWork {
  const before = run.messages.length
  let isRepeated = false
  const work = (emit: (event: AgentEvent) => Promise<void>, changed: AgentNode) => {
    // a hook that has a node run again wants what comes of it in place of the first result
    if (isRepeated) run.rewind(before)
    isRepeated = true
    return drainWorkTo(emit, perform(run, changed))
  }
  return bridge<AgentEvent, AgentNode>(
    emit => around(run, hooks, node, changed => work(emit, changed)),
    () => run.cancelled(),
  )
}

/** One node for those who drive a run by hand. */
export async function* stepNode(run: Run, node: AgentNode): AsyncGenerator<AgentEvent, AgentNode> {
  const work = runNode(run, node)
  const next = hasEvents(work) ? yield* work : await work
  return next.kind === 'end' && !run.pending.isEmpty ? yield* continueWithPending(run) : next
}

function perform(run: Run, node: AgentNode): NodeWork {
  switch (node.kind) {
    case 'user-prompt':
      return startFromPrompt(run)
    case 'model-request':
      return sendRequest(run, node)
    case 'call-tools':
      return answerResponse(run, node)
    case 'end':
      return node
  }
}

/** What was enqueued keeps the run going: it would end, but there is more to say. */
async function* continueWithPending(run: Run): AsyncGenerator<AgentEvent, AgentNode> {
  const events = run.pending.take('at-end')
  const messages = events.flatMap(event => event.messages)
  yield* events
  for (const message of messages.slice(0, -1)) run.append(message)
  // the last one is a request, or it would not have been accepted
  return { kind: 'model-request', parts: (messages.at(-1) as ModelRequest).parts }
}
