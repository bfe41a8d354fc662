import { type LanguageModelV4, type LanguageModelV4StreamPart, tool } from 'ai'
import { answerAfter, finalText, toolArguments, toolDescription, weather, weatherInput } from './job.ts'

const usage = {
  inputTokens: { total: 100, noCache: 100, cacheRead: 0, cacheWrite: 0 },
  outputTokens: { total: 20, text: 20, reasoning: 0 },
} as const

/** Asks for the tool `toolTurns` times, then answers. */
export function toolModel(toolTurns: number, latencyMs = 0): LanguageModelV4 {
  const answer = (prompt: readonly unknown[]) => {
    const turn = (prompt.length - 1) / 2
    const isCall = turn < toolTurns
    const part = isCall
      ? { type: 'tool-call', toolCallId: `call_${turn}`, toolName: 'weather', input: toolArguments }
      : { type: 'text', text: finalText }
    const finishReason = { unified: isCall ? 'tool-calls' : 'stop', raw: undefined }
    return { content: [part], finishReason, usage, warnings: [] }
  }
  return {
    ...mock,
    doGenerate: ({ prompt }) => answerAfter(latencyMs, () => answer(prompt)),
    doStream: () => Promise.reject(new Error('This mock does not stream.')),
  }
}

/** Streams its text piece by piece. */
export function streamModel(deltas: () => Iterable<string>): LanguageModelV4 {
  return {
    ...mock,
    doGenerate: () => Promise.reject(new Error('This mock only streams.')),
    doStream: () => {
      const parts = streamParts(deltas())
      const stream = new ReadableStream<LanguageModelV4StreamPart>({
        pull: controller => {
          const { done, value } = parts.next()
          if (done === true) controller.close()
          else controller.enqueue(value)
        },
      })
      return Promise.resolve({ stream })
    },
  }
}

function* streamParts(deltas: Iterable<string>): Generator<LanguageModelV4StreamPart, undefined> {
  yield { type: 'stream-start', warnings: [] }
  yield { type: 'text-start', id: '0' }
  for (const delta of deltas) yield { type: 'text-delta', id: '0', delta }
  yield { type: 'text-end', id: '0' }
  yield { type: 'finish', usage, finishReason: { unified: 'stop', raw: undefined } }
}

const mock = { specificationVersion: 'v4', provider: 'mock', modelId: 'mock', supportedUrls: {} } as const

export const weatherTool = tool({
  description: toolDescription,
  inputSchema: weatherInput,
  execute: async input => weather(input),
})
