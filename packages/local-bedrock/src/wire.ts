/** The JSON shapes of the Converse API as they travel (blobs are base64 text on the wire).
 *  @see https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html (read 2026-11-20) */
export type JsonObject = { [key: string]: unknown }

/** One content block: exactly one of the known keys is set; keys of later API versions stay as they came. */
export interface ContentBlock {
  text?: string
  toolUse?: ToolUse
  toolResult?: ToolResult
  reasoningContent?: ReasoningContent
  image?: JsonObject
  document?: JsonObject
  video?: JsonObject
  audio?: JsonObject
  cachePoint?: JsonObject
  guardContent?: JsonObject
  citationsContent?: JsonObject
  searchResult?: JsonObject
  [key: string]: unknown
}

export interface ToolUse {
  toolUseId: string
  name: string
  /** any JSON value; real models send an object */
  input: unknown
  /** `server_tool_use` for tools the service itself ran */
  type?: string
}

export interface ToolResult {
  toolUseId: string
  content: ToolResultContent[]
  status?: string
  type?: string
}

export interface ToolResultContent {
  text?: string
  json?: unknown
  [key: string]: unknown
}

export interface ReasoningContent {
  reasoningText?: { text: string; signature?: string }
  /** bytes; base64 text in a request */
  redactedContent?: Uint8Array | string
}

export interface Message {
  role: string
  content: ContentBlock[]
}

export interface ToolSpec {
  name: string
  description?: string
  inputSchema: { json?: unknown }
  strict?: boolean
}

export interface Tool {
  toolSpec?: ToolSpec
  systemTool?: { name: string }
  cachePoint?: JsonObject
  [key: string]: unknown
}

export interface ToolConfig {
  tools: Tool[]
  toolChoice?: { auto?: JsonObject; any?: JsonObject; tool?: { name: string } }
}

/** The body of `POST /model/{modelId}/converse` and `/converse-stream`. */
export interface ConverseRequest {
  messages: Message[]
  system?: ContentBlock[]
  inferenceConfig?: { maxTokens?: number; temperature?: number; topP?: number; stopSequences?: string[] }
  toolConfig?: ToolConfig
  outputConfig?: JsonObject
  additionalModelRequestFields?: unknown
  additionalModelResponseFieldPaths?: string[]
  [key: string]: unknown
}

export interface TokenUsage {
  inputTokens: number
  outputTokens: number
  totalTokens: number
  cacheReadInputTokens?: number
  cacheWriteInputTokens?: number
  cacheDetails?: { ttl: string; inputTokens: number }[]
  [key: string]: unknown
}

/** One event of a ConverseStream answer: a single key (`messageStart`, `contentBlockDelta`, …) and its payload. */
export type StreamEvent = { [type: string]: JsonObject | undefined }

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Uint8Array)
}

/** JSON text with every `Uint8Array` as base64, as restJson1 sends blobs. */
export function toWireJson(value: unknown): string {
  return JSON.stringify(blobsToBase64(value)) ?? 'null'
}

function blobsToBase64(value: unknown): unknown {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64')
  if (Array.isArray(value)) return value.map(blobsToBase64)
  if (!isJsonObject(value)) return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, blobsToBase64(item)]))
}
