import type { AgentNode, RunOutcome } from '../../capabilities/capability.ts'
import type { RetryPromptPart } from '../../messages/part.ts'
import { parseOutputText, pickOutput } from '../../output/parse-output-text.ts'
import type { OutputSchema, TextProcessor } from '../../output/output.ts'
import { isPromiseLike } from '../../util/json.ts'
import type { Run } from '../run.ts'
import { consumeOutputRetry } from './output-retry.ts'
import { processOutput, refusalContent, type OutputCandidate } from './process-output.ts'

/** Takes a text as the output, or asks the model again. */
export function takeText(run: Run, processor: TextProcessor, text: string): Promise<AgentNode> {
  return takeOrRetry(run, textCandidate(run.config.output, processor, text))
}

/** Ends the run with a candidate, or asks the model again: feedback on the whole response, from the output budget. */
export async function takeOrRetry(run: Run, candidate: OutputCandidate): Promise<AgentNode> {
  try {
    const pending = processOutput(run, candidate)
    return { kind: 'end', output: isPromiseLike(pending) ? await pending : pending }
  } catch (error) {
    const content = refusalContent(error)
    if (content === undefined) throw error
    consumeOutputRetry(run, error)
    return { kind: 'model-request', parts: [feedback(run, content)] }
  }
}

/** A retry prompt that answers no call. */
export function feedback(run: Run, content: RetryPromptPart['content']): RetryPromptPart {
  return { kind: 'retry-prompt', content, toolCallId: run.config.effects.id('tool-call'), timestamp: run.now() }
}

/** The output of a text that validates, without any cost when it does not. */
export async function tryText(run: Run, processor: TextProcessor, text: string): Promise<RunOutcome | undefined> {
  try {
    return { output: await processOutput(run, textCandidate(run.config.output, processor, text)) }
  } catch (error) {
    if (refusalContent(error) === undefined) throw error
    return undefined
  }
}

function textCandidate(output: OutputSchema, processor: TextProcessor, text: string): OutputCandidate {
  if (processor.kind === 'plain') {
    return {
      context: { mode: 'text', name: processor.name, hasFunction: processor.run !== undefined },
      raw: text,
      run: processor.run,
    }
  }
  const mode = output.mode === 'prompted' ? 'prompted' : output.mode === 'tool' ? 'tool' : 'native'
  const single = processor.alternatives.length === 1 ? processor.alternatives[0] : undefined
  let chosen = single
  return {
    context: { mode, name: single?.name, hasFunction: processor.alternatives.some(one => one.run !== undefined) },
    raw: text,
    validate: async raw => {
      // hooks before this one may have parsed the text already
      const parsed = typeof raw === 'string' ? parseOutputText(processor, raw) : pickOutput(processor, raw)
      if (!parsed.ok) return parsed
      chosen = parsed.value.alternative
      return chosen.validate(parsed.value.value)
    },
    run: (value, ctx) => (chosen?.run === undefined ? value : chosen.run(value, ctx)),
  }
}
