import { reply } from '../reply.ts'
import type { MessageReply } from '../reply.ts'
import type { Responder } from '../responder.ts'
import type { ToolSpec } from '../wire.ts'
import { queryProperty, readConversation } from './conversation.ts'
import type { Conversation } from './conversation.ts'
import { fillSchema } from './fill-schema.ts'
import type { Facts } from './fill-schema.ts'
import { passagesOf } from './passages.ts'
import { bestQuotes } from './quotes.ts'

export interface QuotingOptions {
  /** sentences quoted at most, default 3 */
  maxQuotes?: number
}

/** The built-in responder: deterministic, and honest about not being a model. It calls a search-like tool with the
 *  question, then answers with the best matching sentences of the results, word for word, each with its source. A
 *  structured answer (an output tool, or `outputConfig.textFormat`) is filled from the same sentences. */
export function quotingResponder({ maxQuotes = 3 }: QuotingOptions = {}): Responder {
  return request => {
    const conversation = readConversation(request)
    const { forcedTool, outputTool, searchTool, results, question } = conversation
    const isSearchDue = searchTool !== undefined && results.length === 0 && question !== ''
    if (forcedTool) {
      if (forcedTool === searchTool) return callSearch(forcedTool, question)
      return callOutput(forcedTool, factsOf(conversation, maxQuotes))
    }
    if (isSearchDue) return callSearch(searchTool, question)
    const facts = factsOf(conversation, maxQuotes)
    if (outputTool) return callOutput(outputTool, facts)
    if (conversation.mustCallTool && searchTool) return callSearch(searchTool, question)
    if (conversation.outputSchema) return reply.text(JSON.stringify(fillSchema(conversation.outputSchema, facts)))
    return reply.text(facts.answer)
  }
}

function callSearch(tool: ToolSpec, question: string): MessageReply {
  const property = queryProperty(tool)
  const facts: Facts = { question, answer: question, quotes: [], overlap: 0 }
  const input = fillSchema(tool.inputSchema.json, facts) as Record<string, unknown>
  return reply.toolUse(tool.name, property === undefined ? input : { ...input, [property]: question })
}

function callOutput(tool: ToolSpec, facts: Facts): MessageReply {
  return reply.toolUse(tool.name, fillSchema(tool.inputSchema.json, facts))
}

const noModel = 'This is a local endpoint without a model: it only quotes what the tools of a request return'

function factsOf({ question, results, searchTool }: Conversation, maxQuotes: number): Facts {
  const { quotes, overlap } = bestQuotes(question, passagesOf(results), maxQuotes)
  const answer = (): string => {
    if (quotes.length) return quotes.map(quote => `“${quote.text}” (${quote.source})`).join('\n')
    const failure = results.findLast(({ result }) => result.status === 'error')
    if (failure) return `${noModel}, and the tool ${failure.toolName} failed.`
    if (results.length) return `${noModel}, and nothing they returned matches the question.`
    return `${noModel}, and this request has ${searchTool ? 'no question to search for' : 'no search tool'}.`
  }
  return { question, answer: answer(), quotes, overlap }
}
