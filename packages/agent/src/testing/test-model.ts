import { UserError } from '../errors/user-error.ts'
import { toJsonValue } from '../messages/json-value.ts'
import type { ModelMessage, ModelRequest, ModelResponse } from '../messages/message.ts'
import type { ResponsePart, RetryPromptPart } from '../messages/part.ts'
import type { Model, ModelCall, ModelRequestParameters, StreamedResponse } from '../models/model.ts'
import { resolveProfile, type ModelProfile, type ProfileOverride } from '../models/profile.ts'
import type { ModelSettings } from '../models/settings.ts'
import { streamedResponse } from '../models/streamed-response.ts'
import { visibilityOf } from '../models/tool-visibility.ts'
import { nativeToolKinds } from '../native-tools/index.ts'
import type { ToolDefinition } from '../tools/tool-definition.ts'
import { requestUsage, type RequestUsage } from '../usage/usage.ts'
import { randomId } from '../util/ids.ts'
import type { JsonObject } from '../util/json.ts'
import { estimateOutputTokens, estimateTokens, estimateUsage } from './estimate-usage.ts'
import { generateData } from './generate-data.ts'

export interface TestModelOptions {
  /** Function tools to call in the first answer. Default `'all'` that are not hidden. */
  readonly callTools?: 'all' | readonly string[]
  /** The final text. Needs a text output. */
  readonly customOutputText?: string
  /** Arguments of the first output tool, or the object of a native or prompted output. */
  readonly customOutputArgs?: unknown
  /** Another seed makes other data, and chooses another output tool. Default 0. */
  readonly seed?: number
  /** Default `'test'`. */
  readonly modelName?: string
  readonly profile?: ProfileOverride
  readonly settings?: ModelSettings
}

/** A model without a model: calls every tool once with data made from its schema, then answers. For tests of everything
 *  around the model; nothing leaves the process.
 *
 *  1. no answer yet: one response that calls the tools
 *  2. the last request asks for retries of calls: those calls again
 *  3. text is allowed: `customOutputText`, or the tool results as JSON, or "success (no tool calls)";
 *     an object made from the schema where native or prompted output wants one
 *  4. else an output tool
 *
 *  @example
 *  const model = new TestModel()
 *  await support.run('Hello', { model })
 *  model.lastParameters?.functionTools // what the agent offered
 *  @throws {UserError} for a native tool, an unknown name in `callTools`, or a custom output that does not fit */
export class TestModel implements Model {
  readonly modelName: string
  readonly system = 'test'
  readonly profile: ModelProfile
  readonly settings: ModelSettings | undefined
  readonly isTestDouble = true
  /** Parameters of the last request, as prepared. */
  lastParameters: ModelRequestParameters | undefined
  readonly #options: TestModelOptions
  readonly #seed: number

  constructor(options: TestModelOptions = {}) {
    if (options.customOutputText !== undefined && options.customOutputArgs !== undefined) {
      throw new UserError('A TestModel takes `customOutputText` or `customOutputArgs`, not both.')
    }
    this.#options = options
    this.#seed = options.seed ?? 0
    this.modelName = options.modelName ?? 'test'
    this.profile = options.profile === undefined ? testProfile : resolveProfile(testProfile, options.profile)
    this.settings = options.settings
  }

  async request(call: ModelCall): Promise<ModelResponse> {
    const parts = this.#answer(call)
    const { inputTokens, outputTokens } = estimateUsage(call.messages)
    return {
      kind: 'response',
      parts,
      usage: requestUsage({ inputTokens, outputTokens: outputTokens + estimateOutputTokens(parts) }),
      modelName: this.modelName,
      timestamp: new Date().toISOString(),
      providerName: this.system,
    }
  }

  async requestStream(call: ModelCall): Promise<StreamedResponse> {
    const answer = this.#answer(call)
    let usage: RequestUsage = estimateUsage(call.messages)
    return streamedResponse({
      modelName: this.modelName,
      providerName: this.system,
      parameters: call.parameters,
      async *read(parts, facts) {
        facts.usage = usage
        for (const [index, part] of answer.entries()) {
          if (part.kind !== 'text') {
            facts.usage = usage = addOutput(usage, estimateOutputTokens([part]))
            yield parts.handlePart(index, part)
            continue
          }
          yield parts.handleText(index, { content: '' })
          for (const content of piecesOf(part.content)) {
            facts.usage = usage = addOutput(usage, estimateTokens(content))
            yield parts.handleText(index, { content })
          }
        }
      },
    })
  }

  async countTokens(call: ModelCall): Promise<RequestUsage> {
    return estimateUsage(call.messages)
  }

  #answer({ messages, parameters }: ModelCall): readonly ResponsePart[] {
    this.lastParameters = parameters
    const [native] = parameters.nativeTools
    if (native !== undefined)
      throw new UserError(`TestModel cannot run native tools, and was given \`${native.kind}\`.`)

    const tools = this.#toolsToCall(parameters)
    if (tools.length > 0 && !messages.some(message => message.kind === 'response')) {
      return tools.map(tool => this.#call(tool, `${callIdPrefix}${tool.name}`))
    }
    const retries = this.#retries(messages.at(-1), tools, parameters)
    return retries.length > 0 ? retries : [this.#output(messages, parameters)]
  }

  #toolsToCall(parameters: ModelRequestParameters): readonly ToolDefinition[] {
    const { functionTools } = parameters
    const { callTools = 'all' } = this.#options
    if (callTools === 'all') return functionTools.filter(tool => visibilityOf(parameters, tool.name) === 'visible')
    return callTools.map(name => {
      const tool = functionTools.find(candidate => candidate.name === name)
      if (tool === undefined)
        throw new UserError(`TestModel was to call the tool \`${name}\`, which this request does not offer.`)
      const visibility = visibilityOf(parameters, name)
      if (visibility === 'withheld') {
        throw new UserError(
          `TestModel was to call the tool \`${name}\`, which is hidden: reveal it first, or load it from the start.`,
        )
      }
      return tool
    })
  }

  #retries(
    last: ModelMessage | undefined,
    tools: readonly ToolDefinition[],
    { outputTools }: ModelRequestParameters,
  ): readonly ResponsePart[] {
    const names = last?.kind === 'request' ? retriedTools(last) : new Set()
    if (names.size === 0) return []
    return [
      ...tools.filter(tool => names.has(tool.name)).map(tool => this.#call(tool, randomId('call_'))),
      ...outputTools
        .filter(tool => names.has(tool.name))
        .map(tool => this.#outputCall(tool, { isFirst: tool === outputTools[0] })),
    ]
  }

  #output(messages: readonly ModelMessage[], parameters: ModelRequestParameters): ResponsePart {
    const { allowTextOutput, outputTools, outputObject } = parameters
    const { customOutputText, customOutputArgs } = this.#options
    if (customOutputText !== undefined) {
      if (!allowTextOutput)
        throw new UserError('`customOutputText` needs an output that can be text. Use `customOutputArgs`.')
      return { kind: 'text', content: customOutputText }
    }
    if (outputObject !== undefined) {
      return {
        kind: 'text',
        content: JSON.stringify(customOutputArgs ?? generateData(outputObject.jsonSchema, this.#seed)),
      }
    }
    if (customOutputArgs !== undefined) {
      const first = outputTools[0]
      if (first === undefined)
        throw new UserError('`customOutputArgs` needs a structured output. Use `customOutputText`.')
      return this.#outputCall(first, { isFirst: true })
    }
    if (allowTextOutput || outputTools.length === 0) return { kind: 'text', content: resultsAsText(messages) }
    return this.#outputCall(outputTools[this.#seed % outputTools.length]!, { isFirst: false })
  }

  #outputCall(tool: ToolDefinition, { isFirst }: { isFirst: boolean }): ResponsePart {
    const { customOutputArgs } = this.#options
    const toolCallId = `${callIdPrefix}${tool.name}`
    if (!isFirst || customOutputArgs === undefined) return this.#call(tool, toolCallId)
    const key = tool.outerTypedDictKey
    const args = (key === undefined ? customOutputArgs : { [key]: customOutputArgs }) as JsonObject
    return { kind: 'tool-call', toolName: tool.name, args, toolCallId }
  }

  #call(tool: ToolDefinition, toolCallId: string): ResponsePart {
    const args = generateData(tool.parametersJsonSchema, this.#seed) as JsonObject
    return { kind: 'tool-call', toolName: tool.name, args, toolCallId }
  }
}

const callIdPrefix = 'test_call__'

/** Tool search is left out: hidden tools are then found by the local search tool. */
const testProfile = resolveProfile({
  supportedNativeTools: new Set<string>(nativeToolKinds.filter(kind => kind !== 'tool_search')),
  supportsJsonSchemaOutput: true,
  supportsJsonObjectOutput: true,
  supportsImageOutput: true,
})

function retriedTools(request: ModelRequest): ReadonlySet<string> {
  const retries = request.parts.filter((part): part is RetryPromptPart => part.kind === 'retry-prompt')
  return new Set(retries.flatMap(part => part.toolName ?? []))
}

/** What the tools returned, as one JSON object by tool name. */
function resultsAsText(messages: readonly ModelMessage[]): string {
  const results = messages.flatMap(message =>
    message.kind === 'request'
      ? message.parts.flatMap(part => (part.kind === 'tool-return' ? [[part.toolName, part.content] as const] : []))
      : [],
  )
  return results.length === 0 ? 'success (no tool calls)' : JSON.stringify(toJsonValue(Object.fromEntries(results)))
}

/** Words with the blank behind them; a single word in two halves. */
function piecesOf(text: string): readonly string[] {
  const words = text.split(' ').map((word, i, all) => (i === all.length - 1 ? word : `${word} `))
  if (words.length > 1 || text.length <= 2) return words
  const middle = Math.floor(text.length / 2)
  return [text.slice(0, middle), text.slice(middle)]
}

function addOutput(usage: RequestUsage, tokens: number): RequestUsage {
  return { ...usage, outputTokens: usage.outputTokens + tokens }
}
