import {
  type Agent,
  type Model,
  type ModelCall,
  type ModelResponse,
  agent,
  requestUsage,
  resolveProfile,
  streamedResponse,
  tool,
} from 'tenon/core'
import { answerAfter, finalText, toolArguments, toolDescription, weather, weatherInput } from './job.ts'

const usage = requestUsage({ inputTokens: 100, outputTokens: 20 })

/** Asks for the tool `toolTurns` times, then answers. */
export function toolModel(toolTurns: number, latencyMs = 0): Model {
  const answer = ({ messages }: ModelCall): ModelResponse => {
    const turn = (messages.length - 1) / 2
    const part =
      turn < toolTurns
        ? ({ kind: 'tool-call', toolName: 'weather', args: toolArguments, toolCallId: `call_${turn}` } as const)
        : ({ kind: 'text', content: finalText } as const)
    return { kind: 'response', parts: [part], usage, modelName: 'mock', timestamp: new Date().toISOString() }
  }
  return {
    ...mock,
    request: call => answerAfter(latencyMs, () => answer(call)),
    requestStream: () => Promise.reject(new Error('This mock does not stream.')),
  }
}

/** Streams its text piece by piece. */
export function streamModel(deltas: Iterable<string>): Model {
  return {
    ...mock,
    request: () => Promise.reject(new Error('This mock only streams.')),
    requestStream: ({ parameters }) =>
      Promise.resolve(
        streamedResponse({
          modelName: 'mock',
          parameters,
          async *read(parts, facts) {
            for (const content of deltas) yield parts.handleText(0, { content })
            facts.usage = usage
            facts.finishReason = 'stop'
          },
        }),
      ),
  }
}

const mock = {
  modelName: 'mock',
  system: 'mock',
  profile: resolveProfile({ supportsJsonSchemaOutput: true }),
} as const

const weatherTool = tool({ name: 'weather', description: toolDescription, input: weatherInput, run: weather })

export function weatherAgent(model: Model, toolTurns = 1): Agent {
  return agent({ model, tools: [weatherTool], usageLimits: { requestLimit: toolTurns + 1 } })
}
