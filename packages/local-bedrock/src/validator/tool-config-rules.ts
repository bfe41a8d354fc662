import { isJsonObject } from '../wire.ts'
import type { ToolSpec } from '../wire.ts'
import { constraint, firstOf, fromModel, unsupportedField } from './rule.ts'
import type { Rule, ValidatedCall } from './rule.ts'
import { strictSchemaError } from './strict-schema.ts'

const specsOf = ({ request }: ValidatedCall): { spec: ToolSpec; index: number }[] =>
  (request.toolConfig?.tools ?? []).flatMap(({ toolSpec }, index) => (toolSpec ? [{ spec: toolSpec, index }] : []))

const memberPath = (index: number): string => `toolConfig.tools.${index + 1}.member.toolSpec`

function nameError(name: string, path: string): string | undefined {
  if (name.length < 1) return constraint(name, path, 'have length greater than or equal to 1')
  if (name.length > 64) return constraint(name, path, 'have length less than or equal to 64')
  return /^[a-zA-Z0-9_-]+$/.test(name)
    ? undefined
    : constraint(name, path, 'satisfy regular expression pattern: [a-zA-Z0-9_-]+')
}

/** Live limit reported for strict tools in one request. */
const maxStrictTools = 20

/** What `toolConfig` and `outputConfig` may hold. */
export const toolConfigRules: readonly Rule[] = [
  {
    id: 'tool-config-missing',
    refuses: 'tool blocks in the messages of a request without tools',
    source: 'https://github.com/langgenius/dify/issues/17545',
    check: ({ request, blocks }) =>
      request.toolConfig === undefined && blocks.some(({ block }) => block.toolUse ?? block.toolResult)
        ? 'The toolConfig field must be defined when using toolUse and toolResult content blocks.'
        : undefined,
  },
  {
    id: 'tools-empty',
    refuses: 'an empty list of tools',
    source: 'https://github.com/vercel/ai/pull/7600',
    check: ({ request: { toolConfig } }) =>
      toolConfig?.tools.length === 0
        ? constraint([], 'toolConfig.tools', 'have length greater than or equal to 1')
        : undefined,
  },
  {
    id: 'tools-unsupported',
    refuses: 'tools for models without them, or without them in streams',
    source: 'https://github.com/langchain-ai/langchain-aws/issues/447',
    check: ({ request, family: { tools }, operation }) => {
      if (!request.toolConfig?.tools.some(tool => tool.toolSpec)) return undefined
      if (tools === false) return "This model doesn't support tool use."
      const isRefused = tools === 'unary' && operation === 'converse-stream'
      return isRefused ? "This model doesn't support tool use in streaming mode." : undefined
    },
  },
  {
    id: 'tool-name',
    refuses: 'a tool name outside [a-zA-Z0-9_-]{1,64}, in definitions and in the history',
    source: 'https://github.com/aws-samples/remote-swe-agents/pull/457',
    check: call =>
      firstOf(specsOf(call), ({ spec, index }) => nameError(spec.name, `${memberPath(index)}.name`)) ??
      firstOf(call.blocks, ({ block, memberPath: path }) =>
        block.toolUse ? nameError(block.toolUse.name, `${path}.toolUse.name`) : undefined,
      ),
  },
  {
    id: 'tool-names-unique',
    refuses: 'two tools of one name',
    source: 'own',
    check: call => {
      const names = specsOf(call).map(({ spec }) => spec.name)
      return new Set(names).size === names.length ? undefined : fromModel('tools: Tool names must be unique.')
    },
  },
  {
    id: 'tool-description-empty',
    refuses: 'an empty description',
    source: 'https://github.com/vercel/ai/issues/10260',
    check: call =>
      firstOf(specsOf(call), ({ spec, index }) =>
        spec.description === ''
          ? constraint('', `${memberPath(index)}.description`, 'have length greater than or equal to 1')
          : undefined,
      ),
  },
  {
    id: 'tool-schema',
    refuses: 'an input schema whose type is not object',
    source: 'own',
    check: call =>
      firstOf(specsOf(call), ({ spec, index }) => {
        const schema = spec.inputSchema?.json
        if (isJsonObject(schema) && schema['type'] === 'object') return undefined
        return `The value at toolConfig.tools.${index}.toolSpec.inputSchema.json.type must be one of the following: object.`
      }),
  },
  {
    id: 'tool-schema-choice',
    refuses: 'an input schema that is a choice between schemas (Claude)',
    source: 'https://github.com/aaif-goose/goose/issues/2150',
    check: call =>
      firstOf(specsOf(call), ({ spec, index }) => {
        const schema = spec.inputSchema?.json
        const isChoice = isJsonObject(schema) && ['oneOf', 'allOf', 'anyOf'].some(key => schema[key] !== undefined)
        if (!call.isClaude || !isChoice) return undefined
        return fromModel(
          `tools.${index}.custom.input_schema: input_schema does not support oneOf, allOf, or anyOf at the top level`,
        )
      }),
  },
  {
    id: 'tool-choice',
    refuses: 'a `toolChoice` the family does not take',
    source: 'https://github.com/strands-agents/harness-sdk/issues/1241',
    check: ({ request: { toolConfig }, family }) => {
      const kind = Object.keys(toolConfig?.toolChoice ?? {})[0]
      const isFine = kind === undefined || family.toolChoice.some(item => item === kind)
      return isFine ? undefined : unsupportedField(`toolConfig.toolChoice.${kind}`)
    },
  },
  {
    id: 'tool-choice-name',
    refuses: 'a forced tool that is not among the tools',
    source: 'own',
    check: call => {
      const name = call.request.toolConfig?.toolChoice?.tool?.name
      const isKnown = name === undefined || specsOf(call).some(({ spec }) => spec.name === name)
      return isKnown ? undefined : fromModel(`tool_choice.tool: Tool '${name}' not found in provided tools`)
    },
  },
  {
    id: 'tool-choice-twice',
    refuses: 'a type of tool choice among the additional fields beside `toolChoice`, or neither (Claude)',
    source: 'https://github.com/BerriAI/litellm/issues/36536',
    check: ({ request: { toolConfig, additionalModelRequestFields: fields }, isClaude }) => {
      const inner = isJsonObject(fields) ? fields['tool_choice'] : undefined
      if (!isClaude || !isJsonObject(inner)) return undefined
      const kind = Object.keys(toolConfig?.toolChoice ?? {})[0]
      if (kind === undefined)
        return inner['type'] === undefined ? fromModel('tool_choice.type: Field required') : undefined
      return inner['type'] === undefined
        ? undefined
        : `The additional field tool_choice/type conflicts with the existing field toolConfig.toolChoice.${kind}`
    },
  },
  {
    id: 'system-tool',
    refuses: 'a system tool the model does not have',
    source: 'https://docs.aws.amazon.com/nova/latest/nova2-userguide/web-grounding.html',
    check: ({ request, family: { systemTools } }) =>
      request.toolConfig?.tools.some(
        ({ systemTool }) => systemTool && !systemTools.some(name => name === systemTool.name),
      )
        ? unsupportedField('toolConfig.tools.systemTool')
        : undefined,
  },
  {
    id: 'strict-unsupported',
    refuses: '`strict` for families without structured output',
    source: 'own',
    check: call =>
      firstOf(specsOf(call), ({ spec, index }) =>
        spec.strict && !call.family.hasNativeOutput
          ? unsupportedField(`toolConfig.tools.${index}.toolSpec.strict`)
          : undefined,
      ),
  },
  {
    id: 'strict-tools-count',
    refuses: 'more than 20 strict tools',
    source: 'own',
    check: call => {
      const count = specsOf(call).filter(({ spec }) => spec.strict).length
      if (count <= maxStrictTools) return undefined
      return fromModel(
        `Too many strict tools (${count}). The maximum number of strict tools supported is ${maxStrictTools}.`,
      )
    },
  },
  {
    id: 'strict-schema',
    refuses: 'keywords that structured output does not know, in a strict tool',
    source: 'https://docs.aws.amazon.com/bedrock/latest/userguide/structured-output.html',
    check: call =>
      firstOf(specsOf(call), ({ spec, index }) => {
        const error = spec.strict ? strictSchemaError(spec.inputSchema?.json) : undefined
        return error && fromModel(`tools.${index}.custom: ${error}`)
      }),
  },
  {
    id: 'output-format',
    refuses: '`outputConfig.textFormat` for families without it',
    source: 'https://github.com/vercel/ai/issues/18206',
    check: ({ request, family }) =>
      request.outputConfig?.['textFormat'] !== undefined && !family.hasNativeOutput
        ? unsupportedField('outputConfig.textFormat')
        : undefined,
  },
  {
    id: 'output-schema',
    refuses: 'an output schema that is not a JSON text, or uses keywords that structured output does not know',
    source: 'https://docs.aws.amazon.com/bedrock/latest/userguide/structured-output.html',
    check: ({ request }) => {
      const format = request.outputConfig?.['textFormat']
      if (!isJsonObject(format)) return undefined
      const structure = format['structure']
      const jsonSchema = isJsonObject(structure) ? structure['jsonSchema'] : undefined
      const text = isJsonObject(jsonSchema) ? jsonSchema['schema'] : undefined
      const error = typeof text === 'string' ? schemaTextError(text) : 'schema: Field required'
      return error && fromModel(`output_config.format.${error}`)
    },
  },
]

function schemaTextError(text: string): string | undefined {
  try {
    const error = strictSchemaError(JSON.parse(text))
    return error && `schema: ${error}`
  } catch {
    return 'schema: Input should be a valid JSON object'
  }
}
