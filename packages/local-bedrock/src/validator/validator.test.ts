import { beforeAll, afterAll, describe, expect, it } from 'vitest'
import { reply, startLocalBedrock } from '../index.ts'
import type { LocalBedrock, LocalBedrockOptions } from '../index.ts'
import { validationRules } from './index.ts'

const claude = 'us.anthropic.claude-sonnet-4-5-20250929-v1:0'
const claude37 = 'us.anthropic.claude-3-7-sonnet-20250219-v1:0'
const opus48 = 'anthropic.claude-opus-4-8'
const nova = 'us.amazon.nova-pro-v1:0'
const llama = 'us.meta.llama3-3-70b-instruct-v1:0'
const mistral = 'mistral.mistral-large-2407-v1:0'
const writer = 'us.writer.palmyra-x5-v1:0'
const qwen = 'qwen.qwen3-32b-v1:0'

const user = (...content: unknown[]) => ({ role: 'user', content })
const assistant = (...content: unknown[]) => ({ role: 'assistant', content })
const text = (value: string) => ({ text: value })
const call = (toolUseId = 'id1', name = 'weather', input: unknown = {}) => ({ toolUse: { toolUseId, name, input } })
const result = (toolUseId = 'id1', content: unknown[] = [text('ok')], more = {}) => ({
  toolResult: { toolUseId, content, ...more },
})
const spec = (more = {}) => ({
  toolSpec: { name: 'weather', inputSchema: { json: { type: 'object', additionalProperties: false } }, ...more },
})
const tools = (...list: unknown[]) => ({ toolConfig: { tools: list.length ? list : [spec()] } })
const document = (name = 'Document 1', format = 'pdf') => ({ document: { name, format, source: { bytes: 'AAAA' } } })
const image = (format = 'png') => ({ image: { format, source: { bytes: 'AAAA' } } })
const searchResult = (more = {}) => ({
  searchResult: { source: 'https://example.com', title: 'x', content: [{ text: 'x' }], ...more },
})
const video = { video: { format: 'mp4', source: { bytes: 'AAAA' } } }
const cachePoint = (ttl?: string) => ({ cachePoint: { type: 'default', ...(ttl && { ttl }) } })
const hello = [user(text('Hi'))]
const toolTurns = [user(text('Hi')), assistant(call()), user(result())]
const thinking = (more = {}) => ({
  additionalModelRequestFields: { thinking: { type: 'enabled', budget_tokens: 2048, ...more } },
})
const outputSchema = (schema: unknown) => ({
  outputConfig: { textFormat: { type: 'json_schema', structure: { jsonSchema: { schema, name: 'x' } } } },
})

type Case = [ruleId: string, modelId: string, body: object, message: string]

/** One refused request for each rule (or for each half of it), with the message that must come back. */
const refused: Case[] = [
  [
    'message-role',
    nova,
    { messages: [{ role: 'tool', content: [text('x')] }] },
    "Value 'tool' at 'messages.1.member.role'",
  ],
  [
    'message-role',
    nova,
    { messages: [...hello, { role: 'system', content: [text('x')] }] },
    "Value 'system' at 'messages.2",
  ],
  ['messages-empty', claude, { messages: [] }, 'A conversation must start with a user message.'],
  [
    'leading-assistant',
    nova,
    { messages: [assistant(text('x')), ...hello] },
    'A conversation must start with a user message.',
  ],
  [
    'message-content-empty',
    claude,
    { messages: [...hello, assistant(), ...hello] },
    'The content field in the Message object at messages.1 is empty.',
  ],
  [
    'content-block-key',
    claude,
    { messages: [user({ txt: 'x' })] },
    'ContentBlock object at messages.0.content.0 must set one of the following keys: text, image',
  ],
  [
    'text-blank',
    claude,
    { messages: [user(text('Hi'), text(' \n'))] },
    'The text field in the ContentBlock object at messages.0.content.1 is blank. Add text to the text field, and try again.',
  ],
  [
    'system-text-blank',
    claude,
    { messages: hello, system: [text('')] },
    'SystemContentBlock object at system.0 is blank',
  ],
  [
    'system-unsupported',
    'amazon.titan-text-express-v1',
    { messages: hello, system: [text('x')] },
    "doesn't support the system field",
  ],
  [
    'prefill-unsupported',
    opus48,
    { messages: [...hello, assistant(text('x'))] },
    'does not support assistant message prefill',
  ],
  [
    'roles-alternate',
    claude,
    { messages: [...hello, ...hello] },
    'A conversation must alternate between user and assistant roles.',
  ],
  [
    'inference-range',
    nova,
    { messages: hello, inferenceConfig: { temperature: 1.5 } },
    "1 validation error detected: Value '1.5' at 'inferenceConfig.temperature' failed to satisfy constraint: Member must have value less than or equal to 1",
  ],
  [
    'inference-range',
    nova,
    { messages: hello, inferenceConfig: { maxTokens: 0 } },
    'Member must have value greater than or equal to 1',
  ],
  [
    'stop-sequences',
    nova,
    { messages: hello, inferenceConfig: { stopSequences: [''] } },
    "at 'inferenceConfig.stopSequences'",
  ],
  [
    'temperature-with-top-p',
    claude,
    { messages: hello, inferenceConfig: { temperature: 1, topP: 1 } },
    '`temperature` and `top_p` cannot both be specified',
  ],
  [
    'setting-value',
    claude,
    { messages: hello, performanceConfig: { latency: 'fast' } },
    "Value 'fast' at 'performanceConfig.latency'",
  ],
  [
    'additional-fields',
    claude,
    { messages: hello, additionalModelRequestFields: { chat_id: 1 } },
    'The model returned the following errors: Malformed input request: #: extraneous key [chat_id] is not permitted',
  ],
  [
    'prompt-fields',
    'arn:aws:bedrock:us-east-1:123456789012:prompt/ABCDE:1',
    { system: [text('x')] },
    'The system field',
  ],
  [
    'tool-config-missing',
    claude,
    { messages: toolTurns },
    'The toolConfig field must be defined when using toolUse and toolResult content blocks.',
  ],
  [
    'tools-empty',
    claude,
    { messages: hello, toolConfig: { tools: [] } },
    "Value '[]' at 'toolConfig.tools' failed to satisfy constraint: Member must have length greater than or equal to 1",
  ],
  ['tools-unsupported', 'us.deepseek.r1-v1:0', { messages: hello, ...tools() }, "This model doesn't support tool use."],
  [
    'tool-name',
    claude,
    { messages: hello, ...tools(spec({ name: 'Complete Session' })) },
    "Value 'Complete Session' at 'toolConfig.tools.1.member.toolSpec.name' failed to satisfy constraint: Member must satisfy regular expression pattern: [a-zA-Z0-9_-]+",
  ],
  [
    'tool-name',
    claude,
    { messages: [user(text('Hi')), assistant(call('id1', '$READFILE')), user(result())], ...tools() },
    "Value '$READFILE' at 'messages.2.member.content.1.member.toolUse.name'",
  ],
  [
    'tool-name',
    claude,
    { messages: hello, ...tools(spec({ name: 'x'.repeat(65) })) },
    'have length less than or equal to 64',
  ],
  ['tool-names-unique', claude, { messages: hello, ...tools(spec(), spec()) }, 'Tool names must be unique'],
  [
    'tool-description-empty',
    claude,
    { messages: hello, ...tools(spec({ description: '' })) },
    "Value '' at 'toolConfig.tools.1.member.toolSpec.description'",
  ],
  [
    'tool-schema',
    claude,
    { messages: hello, ...tools(spec({ inputSchema: { json: { type: 'string' } } })) },
    'toolConfig.tools.0.toolSpec.inputSchema.json.type must be one of the following: object.',
  ],
  [
    'tool-choice',
    llama,
    { messages: hello, toolConfig: { tools: [spec()], toolChoice: { any: {} } } },
    "This model doesn't support the toolConfig.toolChoice.any field. Remove toolConfig.toolChoice.any and try again.",
  ],
  [
    'tool-choice',
    mistral,
    { messages: hello, toolConfig: { tools: [spec()], toolChoice: { tool: { name: 'weather' } } } },
    'toolConfig.toolChoice.tool',
  ],
  [
    'tool-choice-name',
    claude,
    { messages: hello, toolConfig: { tools: [spec()], toolChoice: { tool: { name: 'nope' } } } },
    "Tool 'nope' not found",
  ],
  [
    'tool-choice-twice',
    claude,
    {
      messages: hello,
      toolConfig: { tools: [spec()], toolChoice: { any: {} } },
      additionalModelRequestFields: { tool_choice: { type: 'any', disable_parallel_tool_use: true } },
    },
    'tool_choice/type conflicts with the existing field toolConfig.toolChoice.any',
  ],
  [
    'tool-choice-twice',
    claude,
    {
      messages: hello,
      ...tools(),
      additionalModelRequestFields: { tool_choice: { disable_parallel_tool_use: true } },
    },
    'tool_choice.type: Field required',
  ],
  [
    'system-tool',
    nova,
    { messages: hello, ...tools(spec(), { systemTool: { name: 'nova_grounding' } }) },
    'toolConfig.tools.systemTool',
  ],
  ['strict-unsupported', nova, { messages: hello, ...tools(spec({ strict: true })) }, 'toolSpec.strict'],
  [
    'strict-tools-count',
    claude,
    {
      messages: hello,
      ...tools(...Array.from({ length: 21 }, (_, index) => spec({ name: `t${index}`, strict: true }))),
    },
    'Too many strict tools (21)',
  ],
  [
    'strict-schema',
    claude,
    { messages: hello, ...tools(spec({ strict: true, inputSchema: { json: { type: 'object' } } })) },
    "'additionalProperties' must be explicitly set to false",
  ],
  ['output-format', nova, { messages: hello, ...outputSchema('{}') }, 'outputConfig.textFormat'],
  [
    'output-schema',
    claude,
    { messages: hello, ...outputSchema('{"type":"number","minimum":1}') },
    "For 'number' type, properties minimum are not supported",
  ],
  [
    'output-schema',
    claude,
    { messages: hello, ...outputSchema('{"type":"array","items":{"type":"array","minItems":2}}') },
    "'minItems' values other than 0 or 1",
  ],
  ['output-schema', claude, { messages: hello, ...outputSchema('{') }, 'should be a valid JSON'],
  [
    'media-format',
    claude,
    { messages: [user(text('x'), image('bmp'))] },
    "Value 'bmp' at 'messages.1.member.content.2.member.image.format' failed to satisfy constraint: Member must satisfy enum value set: [png, jpeg, gif, webp]",
  ],
  [
    'media-source',
    claude,
    { messages: [user(text('x'), { document: { name: 'a', format: 'txt', source: { text: 'x' } } })] },
    'DocumentSource object at messages.0.content.1.document.source must set one of the following keys: bytes, s3Location.',
  ],
  [
    'media-size',
    claude,
    { messages: [user(text('x'), { image: { format: 'png', source: { bytes: 'A'.repeat(5_300_000) } } })] },
    'exceeds the maximum image size',
  ],
  [
    'media-count',
    claude,
    { messages: [user(text('x'), ...[1, 2, 3, 4, 5, 6].map(index => document(`D ${index}`)))] },
    'contains 6 documents',
  ],
  [
    'media-count',
    claude,
    { messages: [user(text('x'), ...Array.from({ length: 21 }, () => image()))] },
    'contains 21 images',
  ],
  [
    'media-role',
    claude37,
    { messages: [...hello, assistant(text('x'), document()), ...hello] },
    'only allowed in a message with the user role',
  ],
  [
    'sampling-unsupported',
    'us.anthropic.claude-opus-4-7',
    { messages: hello, inferenceConfig: { temperature: 0 } },
    '`temperature` is deprecated for this model.',
  ],
  [
    'sampling-unsupported',
    'us.anthropic.claude-sonnet-5',
    { messages: hello, additionalModelRequestFields: { top_k: 5 } },
    '`top_k` is deprecated for this model.',
  ],
  ['text-half-character', nova, { messages: [user(text('cut \ud83c'))] }, 'unexpected end of hex escape'],
  ['text-half-character', claude, { messages: hello, system: [text('\udf0d')] }, 'unexpected end of hex escape'],
  [
    'prefill-trailing-blank',
    claude,
    { messages: [...hello, assistant(text('Well, '))] },
    'final assistant content cannot end with trailing whitespace',
  ],
  [
    'search-result-unsupported',
    nova,
    { messages: [user(text('x'), searchResult())] },
    "This model doesn't support the messages.0.content.1.searchResult field.",
  ],
  [
    'search-result-unsupported',
    nova,
    { messages: [...toolTurns.slice(0, 2), user(result('id1', [searchResult()]))], ...tools() },
    "This model doesn't support the messages.2.content.0.toolResult.content.0.searchResult field.",
  ],
  [
    'search-result-fields',
    claude,
    { messages: [user(text('x'), searchResult({ title: ' ' }))] },
    'The title field at messages.0.content.1.searchResult is blank.',
  ],
  [
    'search-result-citations',
    claude,
    { messages: [user(text('x'), searchResult(), searchResult({ citations: { enabled: true } }))] },
    'all or none of the search results',
  ],
  [
    'document-name',
    claude,
    { messages: [user(text('x'), document("John's report.pdf"))] },
    'The document file name can only contain alphanumeric characters, whitespace characters, hyphens, parentheses, and square brackets.',
  ],
  [
    'document-name',
    claude,
    { messages: [user(text('x'), document('two  spaces'))] },
    "The name can't contain more than one consecutive whitespace character.",
  ],
  [
    'document-names-unique',
    claude,
    { messages: [user(text('x'), document('a')), assistant(text('x')), user(text('x'), document('a'))] },
    "Messages can't contain duplicate document names. Rename the document and retry your request.",
  ],
  [
    'document-text',
    claude,
    { messages: [user(document())] },
    'A text block must be included when using documents. Add a text block and retry your request.',
  ],
  ['cache-unsupported', llama, { messages: [user(text('x'), cachePoint())] }, 'did not allow prompt caching'],
  ['cache-unsupported', nova, { messages: hello, ...tools(spec(), cachePoint()) }, 'did not allow prompt caching'],
  [
    'cache-ttl',
    claude,
    { messages: [user(text('x'), cachePoint('2h'))] },
    "Value '2h' at 'messages.0.content.1.cachePoint.ttl'",
  ],
  [
    'cache-count',
    claude,
    { messages: [user(...[1, 2, 3, 4, 5].flatMap(index => [text(`${index}`), cachePoint()]))] },
    'A maximum of 4 blocks with cache_control may be provided. Found 5.',
  ],
  [
    'cache-first',
    claude,
    { messages: [...hello, assistant(text('x')), user(cachePoint(), text('x'))] },
    'There is nothing available to cache.',
  ],
  [
    'cache-first',
    claude,
    { messages: [user(text('x'), cachePoint(), cachePoint())] },
    'There is nothing available to cache.',
  ],
  [
    'cache-after-reasoning',
    claude37,
    {
      messages: [
        ...hello,
        assistant({ reasoningContent: { reasoningText: { text: 'x', signature: 's' } } }, cachePoint()),
        ...hello,
      ],
    },
    'Cache point cannot be inserted after reasoning block. Please remove the invalid cache point and try again.',
  ],
  [
    'cache-after-document',
    claude,
    { messages: [user(text('x'), document('a', 'md'), cachePoint())] },
    'messages.0.content.2.type: Field required',
  ],
  [
    'cache-after-document',
    claude,
    { messages: [user(text('x'), video, cachePoint())] },
    'messages.0.content.2.type: Field required',
  ],
  [
    'cache-ttl-order',
    claude,
    { system: [text('x'), cachePoint('5m')], messages: [user(text('x'), cachePoint('1h'))] },
    "a ttl='1h' cache_control block must not come after a ttl='5m' cache_control block.",
  ],
  [
    'thinking-type',
    opus48,
    { messages: hello, ...thinking() },
    '"thinking.type.enabled" is not supported for this model.',
  ],
  [
    'thinking-type',
    claude,
    { messages: hello, additionalModelRequestFields: { thinking: { type: 'adaptive' } } },
    'adaptive thinking is not supported',
  ],
  [
    'thinking-budget-minimum',
    claude,
    { messages: hello, ...thinking({ budget_tokens: 1000 }) },
    'thinking.enabled.budget_tokens: Input should be greater than or equal to 1024',
  ],
  [
    'thinking-budget-max-tokens',
    claude,
    { messages: hello, inferenceConfig: { maxTokens: 2048 }, ...thinking() },
    '`max_tokens` must be greater than `thinking.budget_tokens`.',
  ],
  [
    'thinking-forced-tool',
    claude,
    { messages: hello, toolConfig: { tools: [spec()], toolChoice: { any: {} } }, ...thinking() },
    'Thinking may not be enabled when tool_choice forces tool use.',
  ],
  [
    'thinking-temperature',
    claude,
    { messages: hello, inferenceConfig: { temperature: 0.5 }, ...thinking() },
    '`temperature` may only be set to 1 when thinking is enabled.',
  ],
  [
    'thinking-sampling',
    claude,
    { messages: hello, additionalModelRequestFields: { ...thinking().additionalModelRequestFields, top_k: 5 } },
    '`top_k` must be unset',
  ],
  [
    'thinking-sampling',
    claude,
    { messages: hello, inferenceConfig: { topP: 0.5 }, ...thinking() },
    '`top_p` must be greater than or equal to 0.95',
  ],
  [
    'reasoning-role',
    claude,
    { messages: [user(text('x'), { reasoningContent: { reasoningText: { text: 'x', signature: 's' } } })] },
    'with the assistant role',
  ],
  [
    'reasoning-signature',
    claude,
    { messages: [...hello, assistant({ reasoningContent: { reasoningText: { text: 'x' } } }, text('y')), ...hello] },
    'messages.1.content.0.thinking.signature: Field required',
  ],
  [
    'reasoning-changed',
    claude,
    {
      messages: [
        ...hello,
        assistant({ reasoningContent: { reasoningText: { text: 'changed', signature: 'issued' } } }, text('y')),
        ...hello,
      ],
    },
    'Invalid `signature` in `thinking` block',
  ],
  [
    'tool-use-id',
    claude,
    { messages: [user(text('Hi')), assistant(call('a b')), user(result('a b'))], ...tools() },
    "Value 'a b' at 'messages.2.member.content.1.member.toolUse.toolUseId'",
  ],
  [
    'tool-use-id',
    claude,
    { messages: [user(text('Hi')), assistant(call('')), user(result(''))], ...tools() },
    'have length greater than or equal to 1',
  ],
  [
    'tool-use-id-family',
    mistral,
    { messages: toolTurns, ...tools() },
    'Tool call id was id1 but must be a-z, A-Z, 0-9, with a length of 9.',
  ],
  [
    'tool-use-input',
    claude,
    { messages: [user(text('Hi')), assistant(call('id1', 'weather', '{"a"')), user(result())], ...tools() },
    'The format of the value at messages.1.content.0.toolUse.input is invalid. Provide a json object for the field and try again.',
  ],
  [
    'tool-use-ids-unique',
    claude,
    { messages: [user(text('Hi')), assistant(call(), call()), user(result())], ...tools() },
    'ids must be unique',
  ],
  [
    'tool-result-missing',
    claude,
    { messages: [user(text('Hi')), assistant(call('a'), call('b')), user(result('a')), user(result('b'))], ...tools() },
    'Expected toolResult blocks at messages.2.content for the following Ids: b',
  ],
  [
    'tool-result-missing',
    claude,
    { messages: [user(text('Hi')), assistant(call('a'))], ...tools() },
    'Expected toolResult blocks at messages.2.content for the following Ids: a',
  ],
  [
    'tool-result-surplus',
    nova,
    { messages: [user(text('Hi')), assistant(call()), user(result(), result())], ...tools() },
    'The number of toolResult blocks at messages.2.content exceeds the number of toolUse blocks of previous turn.',
  ],
  [
    'tool-results-first',
    claude,
    { messages: [user(text('Hi')), assistant(call()), user(text('x'), result())], ...tools() },
    'messages.2: Did not find 1 tool_result block(s) at the beginning of this message.',
  ],
  [
    'tool-result-company',
    llama,
    { messages: [user(text('Hi')), assistant(call()), user(result(), text('x'))], ...tools() },
    'messages.2.content: Conversation blocks and tool result blocks cannot be provided in the same turn.',
  ],
  [
    'tool-result-company',
    llama,
    { messages: [...toolTurns, user(text('split does not help'))], ...tools() },
    'messages.3.content: Conversation blocks',
  ],
  [
    'tool-result-company',
    claude,
    { messages: [user(text('Hi')), assistant(call()), user(result(), text('x'), document())], ...tools() },
    'cannot be provided in the same turn',
  ],
  [
    'tool-result-role',
    nova,
    { messages: [user(text('Hi')), assistant(text('x')), user(call()), user(result())], ...tools() },
    'only allowed in a message with the assistant role',
  ],
  [
    'tool-result-content-key',
    claude,
    { messages: [user(text('Hi')), assistant(call()), user(result('id1', [text('x'), cachePoint()]))], ...tools() },
    'ToolResultContentBlock object at messages.2.content.0.toolResult.content.1 must set one of the following keys: text, json',
  ],
  [
    'tool-result-json',
    mistral,
    { messages: [...hello, assistant(call('abcdefghi')), user(result('abcdefghi', [{ json: [1] }]))], ...tools() },
    'toolResult.content.0.json is invalid. Provide a json object for the field and try again.',
  ],
  [
    'tool-result-content-empty',
    claude,
    { messages: [user(text('Hi')), assistant(call()), user(result('id1', [], { status: 'error' }))], ...tools() },
    'The content field at messages.2.content.0.toolResult cannot be empty when status value is error.',
  ],
  [
    'tool-result-text-blank',
    claude,
    { messages: [user(text('Hi')), assistant(call()), user(result('id1', [text('')]))], ...tools() },
    'text content blocks must be non-empty',
  ],
  [
    'thinking-turn-start',
    claude,
    { messages: toolTurns, ...tools(), ...thinking() },
    'messages.1.content.0.type: Expected `thinking` or `redacted_thinking`, but found `tool_use`.',
  ],
  [
    'tool-schema-choice',
    claude,
    { messages: hello, ...tools(spec({ inputSchema: { json: { type: 'object', anyOf: [{ type: 'object' }] } } })) },
    'tools.0.custom.input_schema: input_schema does not support oneOf, allOf, or anyOf at the top level',
  ],
  [
    'cache-hour',
    nova,
    { messages: [user(text('x'), cachePoint('1h'))] },
    'Extended TTL prompt caching is only supported for Anthropic models',
  ],
  [
    'server-tool-pairs',
    'us.amazon.nova-2-lite-v1:0',
    {
      messages: [
        ...hello,
        assistant({ toolUse: { toolUseId: 's1', name: 'nova_code_interpreter', input: {}, type: 'server_tool_use' } }),
        ...hello,
      ],
      toolConfig: { tools: [{ systemTool: { name: 'nova_code_interpreter' } }] },
    },
    'The server tool use s1 at messages.1.content must have a call and a result.',
  ],
  [
    'tool-result-media',
    qwen,
    { messages: [user(text('Hi')), assistant(call()), user(result('id1', [image()]))], ...tools() },
    "doesn't support the image content block at messages.2.content.0.toolResult.content.0",
  ],
  [
    'tool-result-status',
    writer,
    {
      messages: [user(text('Hi')), assistant(call()), user(result('id1', [text('x')], { status: 'success' }))],
      ...tools(),
    },
    "doesn't support the status field",
  ],
]

/** Requests that look like refused ones and are fine. */
const accepted: [name: string, modelId: string, body: object][] = [
  ['Claude may start with the assistant', claude, { messages: [assistant(text('x')), ...hello] }],
  ['turns of one role are joined', nova, { messages: [...hello, ...hello] }],
  [
    'blank text beside reasoning stays',
    claude,
    {
      messages: [
        ...hello,
        assistant({ reasoningContent: { reasoningText: { text: 'x', signature: 's' } } }, text('')),
        ...hello,
      ],
    },
  ],
  [
    'text after tool results on Claude',
    claude,
    { messages: [user(text('Hi')), assistant(call()), user(result(), text('x'))], ...tools() },
  ],
  [
    'anything after tool results on Nova',
    nova,
    { messages: [user(text('Hi')), assistant(call()), user(result(), text('x'), document())], ...tools() },
  ],
  [
    'an assistant turn separates',
    llama,
    { messages: [...toolTurns, assistant(text('.')), user(text('next'))], ...tools() },
  ],
  [
    '9 letters for Mistral',
    mistral,
    {
      messages: [user(text('Hi')), assistant(call('abcdef123')), user(result('abcdef123', [{ json: { a: 1 } }]))],
      ...tools(),
    },
  ],
  [
    'server tools need no answer',
    'us.amazon.nova-2-lite-v1:0',
    {
      messages: [
        ...hello,
        assistant(
          { toolUse: { toolUseId: 's', name: 'nova_code_interpreter', input: {}, type: 'server_tool_use' } },
          { toolResult: { toolUseId: 's', content: [{ json: {} }], type: 'nova_code_interpreter_result' } },
          text('x'),
        ),
        ...hello,
      ],
      ...tools({ systemTool: { name: 'nova_code_interpreter' } }),
    },
  ],
  ['a cache point after a PDF', claude, { messages: [user(text('x'), document(), cachePoint())] }],
  [
    'four cache points, 1h first',
    claude,
    {
      system: [text('x'), cachePoint('1h')],
      ...tools(spec(), cachePoint('1h')),
      messages: [user(text('a'), cachePoint(), text('b'), cachePoint('5m'))],
    },
  ],
  [
    'reasoning as it was issued',
    claude,
    {
      messages: [
        ...hello,
        assistant({ reasoningContent: { reasoningText: { text: 'first', signature: 'issued' } } }, text('y')),
        ...hello,
      ],
    },
  ],
  [
    'adaptive thinking on Claude 4.8',
    opus48,
    {
      messages: hello,
      additionalModelRequestFields: { thinking: { type: 'adaptive' }, output_config: { effort: 'high' } },
    },
  ],
  [
    'thinking that is off',
    claude37,
    {
      messages: hello,
      inferenceConfig: { temperature: 0 },
      additionalModelRequestFields: { thinking: { type: 'disabled' } },
    },
  ],
  ['topK of Nova', nova, { messages: hello, additionalModelRequestFields: { inferenceConfig: { topK: 5 } } }],
  [
    'unknown families take unknown fields',
    qwen,
    { messages: hello, additionalModelRequestFields: { reasoning_config: 'low' } },
  ],
  [
    'native output of Claude 4.5',
    claude,
    {
      messages: hello,
      ...outputSchema(
        '{"type":"object","additionalProperties":false,"properties":{"a":{"type":"string","minLength":1}}}',
      ),
    },
  ],
  [
    'a prompt without messages',
    'arn:aws:bedrock:us-east-1:123456789012:prompt/ABCDE:1',
    { promptVariables: { a: { text: 'x' } } },
  ],
  [
    'a document from S3',
    nova,
    {
      messages: [
        user(text('x'), {
          document: { name: 'Document_1 (a) [b]', format: 'pdf', source: { s3Location: { uri: 's3://b/k' } } },
        }),
      ],
    },
  ],
  [
    'a cited document from text',
    claude,
    { messages: [user(text('x'), { document: { name: 'a', source: { text: 'x' }, citations: { enabled: true } } })] },
  ],
  [
    'null members',
    nova,
    { messages: [{ role: 'user', content: [{ text: 'Hi', toolUse: null }] }], system: null, toolConfig: null },
  ],
]

let server: LocalBedrock
const optional = validationRules.filter(rule => rule.isOptional).map(rule => rule.id)
const responder = () =>
  reply.blocks([{ reasoningContent: { reasoningText: { text: 'first', signature: 'issued' } } }, text('ok')])

const send = async (target: LocalBedrock, modelId: string, body: unknown, operation = 'converse') => {
  const response = await fetch(`${target.url}/model/${encodeURIComponent(modelId)}/${operation}`, {
    method: 'POST',
    headers: { authorization: 'Bearer test-key', 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  const type = response.headers.get('x-amzn-errortype')?.split(':')[0]
  const { message } = response.ok ? { message: '' } : ((await response.json()) as { message: string })
  return { status: response.status, type, message, entry: target.log.at(-1)! }
}

beforeAll(async () => {
  server = await startLocalBedrock({ responder })
  await send(server, claude, { messages: hello })
})
afterAll(() => server.close())

describe('the validator', () => {
  it.each(refused)('%s: refuses (%s)', async (ruleId, modelId, body, message) => {
    const isOptional = optional.includes(ruleId)
    const target = isOptional ? await startLocalBedrock({ responder, validation: { also: [ruleId] } }) : server
    const answer = await send(target, modelId, body)
    expect(answer.message).toContain(message)
    expect(answer.entry.ruleId).toBe(ruleId)
    const type = validationRules.find(rule => rule.id === ruleId)?.type ?? 'ValidationException'
    expect(answer).toMatchObject({ type, status: type === 'ValidationException' ? 400 : 403 })
    if (isOptional) await target.close()
  })

  it.each(accepted)('accepts: %s', async (_name, modelId, body) => {
    expect(await send(server, modelId, body)).toMatchObject({ status: 200, message: '' })
  })

  it('has a refused request for every rule', () => {
    const tested = new Set(refused.map(([id]) => id))
    expect(validationRules.map(rule => rule.id).filter(id => !tested.has(id))).toEqual([])
    expect(new Set(validationRules.map(rule => rule.id)).size).toBe(validationRules.length)
  })

  it('refuses tools in streams for models that only take them in Converse', async () => {
    const body = { messages: hello, ...tools() }
    expect((await send(server, llama, body)).status).toBe(200)
    const { message } = await send(server, llama, body, 'converse-stream')
    expect(message).toBe("This model doesn't support tool use in streaming mode.")
  })

  it.each<[unknown, string, string]>([
    [{ messages: 'Hi' }, 'SerializationException', 'STRING_VALUE can not be converted to a List'],
    [
      { messages: [{ role: 'user', content: 'Hi' }] },
      'SerializationException',
      'STRING_VALUE can not be converted to a List',
    ],
    [
      { messages: [{ role: 'user', content: [{ text: 5 }] }] },
      'SerializationException',
      'NUMBER_VALUE can not be converted to a String',
    ],
    [
      { messages: hello, inferenceConfig: { maxTokens: 1.5 } },
      'SerializationException',
      'NUMBER_VALUE can not be converted to an Integer',
    ],
    [{ messages: [{ content: [] }] }, 'ValidationException', "Value null at 'messages.0.role'"],
    [
      { messages: [user({ toolUse: { name: 'x', input: {} } })] },
      'ValidationException',
      "toolUse.toolUseId' failed to satisfy constraint: Member must not be null",
    ],
    [[], 'SerializationException', 'not a JSON object'],
  ])('refuses the wrong types of %j', async (body, type, message) => {
    const answer = await send(server, claude, body)
    expect(answer).toMatchObject({ type, status: 400 })
    expect(answer.message).toContain(message)
  })

  it('can be switched off, whole or by rule', async () => {
    const options: [LocalBedrockOptions['validation'], number][] = [
      ['off', 200],
      [{ without: ['text-blank'] }, 200],
      [{ without: ['tool-name'] }, 400],
    ]
    for (const [validation, status] of options) {
      const other = await startLocalBedrock({ responder, validation })
      expect((await send(other, claude, { messages: [user(text(''))] })).status).toBe(status)
      await other.close()
    }
  })

  it('takes a correction of what a family accepts', async () => {
    const row = { vendor: 'amazon', source: 'https://example.com', read: '2026-11-23' }
    const corrected = await startLocalBedrock({
      responder,
      validation: { families: [{ ...row, facts: { acceptsLeadingAssistant: true, countsTokens: true } }] },
    })
    const body = { messages: [assistant(text('x')), ...hello] }
    expect((await send(server, nova, body)).status).toBe(400)
    expect((await send(corrected, nova, body)).status).toBe(200)
    await corrected.close()
  })

  it('knows the family behind a configured inference profile', async () => {
    const arn = 'arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/abc'
    const body = { messages: [assistant(text('x')), ...hello] }
    expect((await send(server, arn, body)).status).toBe(200)
    const other = await startLocalBedrock({ responder, inferenceProfiles: { [arn]: nova } })
    expect((await send(other, arn, body)).message).toContain('must start with a user message')
    await other.close()
  })
})

describe('model ids', () => {
  it.each([
    'anthropic.claude-sonnet-4-6',
    'global.anthropic.claude-opus-4-5-20251101-v1:0',
    'us-gov.anthropic.claude-sonnet-4-5-20250929-v1:0',
    'anthropic.claude-v2:1',
    'arn:aws:bedrock:us-east-1::foundation-model/amazon.nova-lite-v1:0',
    'arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.anthropic.claude-sonnet-4-5-20250929-v1:0',
    'arn:aws-us-gov:bedrock:us-gov-west-1:123456789012:provisioned-model/abc123',
  ])('knows %s', async modelId => {
    expect((await send(server, modelId, { messages: hello })).status).toBe(200)
  })

  it.each(['gpt-4o', 'anthropic', 'acme.model-v1:0', 'xx.anthropic.claude-sonnet-4-6', 'arn:aws:s3:::bucket', 'us..x'])(
    'refuses %s',
    async modelId => {
      const answer = await send(server, modelId, { messages: hello })
      expect(answer).toMatchObject({ status: 400, message: 'The provided model identifier is invalid.' })
    },
  )

  it('refuses models that are not listed, and base ids of models behind a profile', async () => {
    const other = await startLocalBedrock({ responder, models: [nova], profileOnlyModels: ['us.amazon.nova-pro'] })
    expect((await send(other, claude, { messages: hello })).message).toBe('The provided model identifier is invalid.')
    expect((await send(other, nova, { messages: hello })).message).toContain('on-demand throughput isn’t supported')
    await other.close()
  })

  it('does not know a route with an unencoded slash', async () => {
    const arn = 'arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.amazon.nova-pro-v1:0'
    const response = await fetch(`${server.url}/model/${arn}/converse`, {
      method: 'POST',
      headers: { authorization: 'Bearer x' },
      body: '{}',
    })
    expect(response.status).toBe(404)
    expect(response.headers.get('x-amzn-errortype')).toContain('UnknownOperationException')
  })
})
