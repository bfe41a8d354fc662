// Messages, contexts and results are read, not written; parts are of known kinds.
import { z } from 'zod'
import {
  agent,
  tool,
  type ModelMessage,
  type ModelRequest,
  type ModelResponse,
  type RequestPart,
  type RunContext,
  type ToolCallPart,
} from '../../src/index.ts'

declare const ctx: RunContext<{ user: string }>
declare const message: ModelMessage

// the context
void ctx.deps.user
// @ts-expect-error deps stay what they are
ctx.deps = { user: 'other' }
// @ts-expect-error usage is counted by the run
ctx.usage.requests = 0
// @ts-expect-error the history is not a scratchpad
ctx.messages.push(message)
// @ts-expect-error nor is it replaced
ctx.messages = []
// @ts-expect-error ids are given
ctx.runId = 'x'
// @ts-expect-error retries are counted
ctx.retries.set('t', 0)
// @ts-expect-error there are two priorities
ctx.enqueue('hi', 'soon')
ctx.enqueue('hi', 'when-idle')
ctx.enqueue([{ kind: 'request', parts: [{ kind: 'user-prompt', content: 'hi' }] }])
if (ctx.step > 9) ctx.cancel('enough')
// @ts-expect-error a reason is text
if (ctx.step > 9) ctx.cancel(12)

// messages
if (message.kind === 'request') {
  void message.instructions
  // @ts-expect-error a request has no usage
  void message.usage
} else {
  void message.usage.inputTokens
  // @ts-expect-error usage is what the provider said
  message.usage.inputTokens = 0
}
// @ts-expect-error only a response has a finish reason
void message.finishReason
// @ts-expect-error messages are shared between histories
message.timestamp = 'now'
// @ts-expect-error as are their parts
message.parts.push({ kind: 'user-prompt', content: 'hi' })
for (const part of message.parts) {
  if (part.kind === 'tool-call') void part.toolName
  // @ts-expect-error parts are data
  if (part.kind === 'text') part.content = ''
  // @ts-expect-error not every part has a call id
  void part.toolCallId
}

const request: ModelRequest = { kind: 'request', parts: [{ kind: 'user-prompt', content: 'hi' }] }
// @ts-expect-error a request holds no text of the model
const wrongRequest: ModelRequest = { kind: 'request', parts: [{ kind: 'text', content: 'hi' }] }
// @ts-expect-error a response holds no prompt
const wrongResponse: ModelResponse['parts'] = [{ kind: 'user-prompt', content: 'hi' }]
// @ts-expect-error parts are called by `kind`
const wrongKey: RequestPart = { type: 'user-prompt', content: 'hi' }
// @ts-expect-error no such kind
const wrongKind: RequestPart = { kind: 'user', content: 'hi' }
// @ts-expect-error a call has an id
const noId: ToolCallPart = { kind: 'tool-call', toolName: 't', args: {} }
// @ts-expect-error a call's id is `toolCallId`
const wrongId: ToolCallPart = { kind: 'tool-call', toolName: 't', callId: '1' }
// @ts-expect-error a return has one of four outcomes
const outcome: RequestPart = { kind: 'tool-return', toolName: 't', content: 1, toolCallId: '1', outcome: 'ok' }
void [request, wrongRequest, wrongResponse, wrongKey, wrongKind, noId, wrongId, outcome]

// results
const result = await agent({ model: 'test' }).run('hi', { messageHistory: [request] })
void agent({ model: 'test' }).run('more', { messageHistory: result.messages })
// @ts-expect-error a history is a list of messages
void agent({ model: 'test' }).run('hi', { messageHistory: [{ role: 'user', content: 'hi' }] })
// @ts-expect-error a result is what the run left
result.output = 'other'
// @ts-expect-error nor is its history to be changed
result.messages.push(request)
// @ts-expect-error it is called messages
void result.allMessages
// @ts-expect-error there may have been no response
void result.response.parts

// agents and tools
const t = tool({ name: 't', input: z.object({}), run: () => 1 })
// @ts-expect-error a tool is not renamed: prepare() and renamed() do that
t.name = 'u'
const named = agent({ model: 'test', name: 'n', tools: [t] })
// @ts-expect-error an agent is not changed: with() and override() do that
named.name = 'm'
