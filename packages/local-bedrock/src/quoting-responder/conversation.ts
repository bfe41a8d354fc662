import { isJsonObject } from '../wire.ts'
import type { ContentBlock, ConverseRequest, JsonObject, ToolResult, ToolSpec } from '../wire.ts'

/** A result of a tool call made since the question. */
export interface SeenResult {
  toolName: string
  result: ToolResult
}

/** What a request asks for, as far as code without a model can tell. */
export interface Conversation {
  /** the text of the latest user turn; empty when there is none */
  question: string
  results: SeenResult[]
  searchTool?: ToolSpec
  /** the tool that takes the final answer, when the client offers or forces one */
  outputTool?: ToolSpec
  /** a tool must be called now */
  mustCallTool: boolean
  /** the tool named by `toolChoice.tool` */
  forcedTool?: ToolSpec
  /** JSON Schema of `outputConfig.textFormat` */
  outputSchema?: JsonObject
}

export function readConversation(request: ConverseRequest): Conversation {
  const specs = (request.toolConfig?.tools ?? []).flatMap(tool => tool.toolSpec ?? [])
  const choice = request.toolConfig?.toolChoice
  const searchTool = findSearchTool(specs)
  const forcedTool = specs.find(spec => spec.name === choice?.tool?.name)
  const mustCallTool = choice?.any !== undefined || forcedTool !== undefined
  const named = specs.find(spec => spec.name.startsWith('final_result'))
  const outputTool = named ?? (mustCallTool ? specs.find(spec => spec !== searchTool) : undefined)
  return {
    ...sinceQuestion(request),
    mustCallTool,
    ...(searchTool && { searchTool }),
    ...(outputTool && { outputTool }),
    ...(forcedTool && { forcedTool }),
    ...outputSchemaOf(request),
  }
}

/** The latest user text is the question, and what tools said after it are the results. A text beside tool results is
 *  the next question, unless it only labels a file that belongs to a result. */
function sinceQuestion({ messages }: ConverseRequest): { question: string; results: SeenResult[] } {
  const toolNames = new Map<string, string>()
  let question = ''
  let results: SeenResult[] = []
  for (const { role, content } of messages) {
    for (const { toolUse } of content) if (toolUse) toolNames.set(toolUse.toolUseId, toolUse.name)
    if (role !== 'user') continue
    const text = questionIn(content)
    if (text) [question, results] = [text, []]
    else {
      const seen = content.flatMap(({ toolResult }) => toolResult ?? [])
      results.push(...seen.map(result => ({ toolName: toolNames.get(result.toolUseId) ?? 'tool', result })))
    }
  }
  return { question, results }
}

function questionIn(content: readonly ContentBlock[]): string {
  const texts = content.flatMap(({ text }) => text ?? [])
  return texts.filter(text => /[\p{L}\p{N}]/u.test(text) && !text.startsWith('This is file ')).join('\n')
}

const searchWords = /search|look_?up|find|retriev/i

function findSearchTool(specs: readonly ToolSpec[]): ToolSpec | undefined {
  const candidates = specs.filter(spec => !spec.name.startsWith('final_result') && queryProperty(spec) !== undefined)
  return (
    candidates.find(spec => searchWords.test(spec.name)) ??
    candidates.find(spec => searchWords.test(spec.description ?? ''))
  )
}

const queryNames = ['query', 'question', 'q', 'search', 'keywords', 'term', 'text', 'input']

/** The string parameter that takes the question: by a usual name, else the first required string, else any string. */
export function queryProperty(spec: ToolSpec): string | undefined {
  const schema = spec.inputSchema?.json
  const properties = isJsonObject(schema) && isJsonObject(schema['properties']) ? schema['properties'] : {}
  const strings = Object.keys(properties).filter(name => isStringSchema(properties[name]))
  const required = isJsonObject(schema) && Array.isArray(schema['required']) ? schema['required'] : []
  return queryNames.find(name => strings.includes(name)) ?? strings.find(name => required.includes(name)) ?? strings[0]
}

function isStringSchema(schema: unknown): boolean {
  if (!isJsonObject(schema) || 'enum' in schema) return false
  const { type, anyOf } = schema
  if (Array.isArray(anyOf)) return anyOf.some(isStringSchema)
  return type === 'string' || (Array.isArray(type) && type.includes('string'))
}

function outputSchemaOf({ outputConfig }: ConverseRequest): { outputSchema?: JsonObject } {
  const format = outputConfig?.['textFormat']
  const structure = isJsonObject(format) ? format['structure'] : undefined
  const jsonSchema = isJsonObject(structure) ? structure['jsonSchema'] : undefined
  const text = isJsonObject(jsonSchema) ? jsonSchema['schema'] : undefined
  if (typeof text !== 'string') return {}
  try {
    const schema: unknown = JSON.parse(text)
    return isJsonObject(schema) ? { outputSchema: schema } : {}
  } catch {
    return {}
  }
}
