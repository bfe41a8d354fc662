import type { ModelMessage, RequestPart, ResponsePart, ToolCallPart } from '../../src/core.ts'
import { FunctionModel, type FunctionAnswer, type FunctionModelInfo } from '../../src/testing/index.ts'

export type Answer = FunctionAnswer | ((messages: readonly ModelMessage[], info: FunctionModelInfo) => FunctionAnswer)

export interface ScriptedModel extends FunctionModel {
  /** What each request so far held: a copy of the messages as they were sent. */
  readonly sent: (readonly ModelMessage[])[]
  readonly infos: FunctionModelInfo[]
}

/** A model that gives these answers one after the other; more requests than answers are an error. */
export function scripted(...answers: readonly Answer[]): ScriptedModel {
  const sent: (readonly ModelMessage[])[] = []
  const infos: FunctionModelInfo[] = []
  const model = new FunctionModel({
    modelName: 'scripted',
    function: (messages, info) => {
      const answer = answers[sent.length]
      sent.push([...messages])
      infos.push(info)
      if (answer === undefined) throw new Error(`request ${sent.length} was not expected`)
      return typeof answer === 'function' ? answer(messages, info) : answer
    },
  })
  return Object.assign(model, { sent, infos })
}

export function call(toolName: string, args: ToolCallPart['args'] = {}, toolCallId = `call-${toolName}`): ToolCallPart {
  return { kind: 'tool-call', toolName, args, toolCallId }
}

export function answer(...parts: readonly ResponsePart[]): { readonly parts: readonly ResponsePart[] } {
  return { parts }
}

/** The parts of all requests, oldest first. */
export function requestParts(messages: readonly ModelMessage[]): readonly RequestPart[] {
  return messages.flatMap(message => (message.kind === 'request' ? message.parts : []))
}

/** What came of each tool call: `[tool name, content]`, with what asks for a retry marked. */
export function toolResults(messages: readonly ModelMessage[]): (readonly [string | undefined, unknown])[] {
  const results: (readonly [string | undefined, unknown])[] = []
  for (const part of requestParts(messages)) {
    if (part.kind === 'tool-return') results.push([part.toolName, part.content])
    if (part.kind === 'retry-prompt') results.push([part.toolName, { retry: part.content }])
  }
  return results
}
