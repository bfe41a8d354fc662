import type { UserPrompt } from '../../../messages/content.ts'
import type { ModelEvent } from '../../../messages/event.ts'
import type { ModelMessage, ModelResponse } from '../../../messages/message.ts'
import type { ToolDefinition } from '../../../tools/tool-definition.ts'
import type { ModelCall, ModelRequestParameters, StreamedResponse } from '../../model.ts'
import { emptyUsage } from '../../../usage/usage.ts'

const textParameters: ModelRequestParameters = {
  functionTools: [],
  nativeTools: [],
  outputMode: 'text',
  outputTools: [],
  allowTextOutput: true,
  allowImageOutput: false,
}

export const weather: ToolDefinition = {
  name: 'weather',
  description: 'The weather of a city.',
  parametersJsonSchema: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
}

export function userTurn(content: UserPrompt): ModelMessage {
  return { kind: 'request', parts: [{ kind: 'user-prompt', content }] }
}

export function assistantTurn(...parts: ModelResponse['parts']): ModelMessage {
  return { kind: 'response', parts, usage: emptyUsage, providerName: 'bedrock' }
}

export function toolTurn(...parts: Extract<ModelMessage, { kind: 'request' }>['parts']): ModelMessage {
  return { kind: 'request', parts }
}

export type CallOptions = Partial<Omit<ModelCall, 'parameters' | 'messages'>> & {
  readonly messages?: readonly ModelMessage[]
  readonly parameters?: Partial<ModelRequestParameters>
}

/** A call that says hello, unless told otherwise. */
export function callOf({ messages, parameters, settings = {}, ...rest }: CallOptions = {}): ModelCall {
  return {
    messages: messages ?? [userTurn('Hello')],
    settings,
    parameters: { ...textParameters, ...parameters },
    ...rest,
  }
}

/** Reads a stream to its end, or to its error. */
export async function drain(
  stream: StreamedResponse,
): Promise<{ events: ModelEvent[]; error?: unknown; response: ModelResponse }> {
  const events: ModelEvent[] = []
  try {
    for await (const event of stream) events.push(event)
  } catch (error) {
    return { events, error, response: stream.response() }
  }
  return { events, response: stream.response() }
}

export function textOf(response: ModelResponse): string {
  return response.parts.map(part => (part.kind === 'text' ? part.content : '')).join('')
}
