import type { AgentNode, CallToolsNode } from '../../capabilities/capability.ts'
import { ContentFilterError, UnexpectedModelBehavior } from '../../errors/run-error.ts'
import { UserError } from '../../errors/user-error.ts'
import type { ModelResponse } from '../../messages/message.ts'
import type { OutputSchema } from '../../output/output.ts'
import type { MaybePromise } from '../../util/json.ts'
import type { Run } from '../run.ts'
import { consumeOutputRetry } from './output-retry.ts'
import { readResponse, type ResponseContent } from './read-response.ts'
import type { NodeWork } from './node-work.ts'
import { feedback, takeOrRetry, takeText, tryText } from './text-output.ts'
import { answerCalls } from './answer-calls.ts'

/** Decides what a response means: tool calls to answer, an output, or nothing usable. */
export function answerResponse(run: Run, node: CallToolsNode): NodeWork {
  const { response } = node
  if (response.state === 'suspended') {
    throw new UserError('The response is suspended. Run without a prompt to resume it.')
  }
  const content = readResponse(response)
  return content.calls.length > 0 ? answerCalls(run, node, content) : takeOutput(run, response, content)
}

function takeOutput(run: Run, response: ModelResponse, content: ResponseContent): MaybePromise<AgentNode> {
  const { output } = run.config
  if (content.isEmpty) return answerNothing(run, response, content)
  const image = output.allowsImage ? content.files.find(file => file.mediaType.startsWith('image/')) : undefined
  if (image !== undefined) return takeOrRetry(run, { context: { mode: 'image', hasFunction: false }, raw: image })
  if (content.text !== '') {
    if (response.finishReason === 'content_filter') return takeFiltered(run, response, content.text)
    if (output.text !== undefined) return takeText(run, output.text, content.text)
  }
  return askForOutput(run)
}

/** A filter may have changed a word of the answer, or put a sentence of its own in its place: that is no output, and asking again
 *  would only be filtered again. */
async function takeFiltered(run: Run, response: ModelResponse, text: string): Promise<AgentNode> {
  const { text: processor } = run.config.output
  const taken = processor && (await tryText(run, processor, text))
  if (taken === undefined) throw withheld(response)
  return { kind: 'end', ...taken }
}

/** @throws {UnexpectedModelBehavior} the token limit was met before anything was said
 *  @throws {ContentFilterError} the provider's filter left nothing */
async function answerNothing(run: Run, response: ModelResponse, content: ResponseContent): Promise<AgentNode> {
  if (response.finishReason === 'length') {
    const limit = run.modelSettings.maxTokens ?? 'the provider default'
    throw new UnexpectedModelBehavior(
      `The model reached its token limit (${limit}) before it answered. Raise \`maxTokens\`, or lower the thinking effort.`,
      { body: JSON.stringify(response) },
    )
  }
  if (response.finishReason === 'content_filter' && !content.isThinkingOnly) throw withheld(response)
  if (run.config.output.allowsNull)
    return takeOrRetry(run, { context: { mode: 'null', hasFunction: false }, raw: null })
  return askForOutput(run)
}

function withheld(response: ModelResponse): ContentFilterError {
  return new ContentFilterError(`The provider's content filter withheld the answer${filterReason(response)}.`, {
    body: JSON.stringify(response),
  })
}

const reasonKeys = ['finish_reason', 'block_reason', 'refusal'] as const

function filterReason({ providerDetails }: ModelResponse): string {
  const key = reasonKeys.find(each => typeof providerDetails?.[each] === 'string')
  return key === undefined ? '' : ` (${key}: ${providerDetails![key] as string})`
}

function askForOutput(run: Run): AgentNode {
  const message = `Please ${expectations(run.config.output, run).join(' or ')}.`
  consumeOutputRetry(run, new UnexpectedModelBehavior('The model returned no output.'))
  return { kind: 'model-request', parts: [feedback(run, message)] }
}

/** What the model could have done, in the words it is told. */
function expectations(output: OutputSchema, run: Run): readonly string[] {
  const ways: string[] = []
  if (output.text !== undefined) ways.push('return text')
  if (run.outputTools.size > 0) ways.push('include your response in a tool call')
  else if (run.tools.size > 0) ways.push('call a tool')
  if (output.allowsImage) ways.push('return an image')
  return ways
}
