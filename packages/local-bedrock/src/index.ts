export { startLocalBedrock } from './server.ts'
export type { LocalBedrock, LocalBedrockOptions } from './server.ts'
export { AwsError, exceptionStatus } from './aws-error.ts'
export type { AwsErrorOptions, ExceptionType } from './aws-error.ts'
export { localCredential } from './auth.ts'
export type { AuthOptions, Credential } from './auth.ts'
export { FaultScript } from './faults.ts'
export type { Fault, FaultEnd, FaultFilter, StreamException } from './faults.ts'
export { RequestLog } from './log.ts'
export type { AuthSeen, LogEntry } from './log.ts'
export { block, reply } from './reply.ts'
export type { MessageReply, RawReply, Reply, ReplyChunk, ReplyOptions } from './reply.ts'
export { quotingResponder } from './quoting-responder/index.ts'
export type { QuotingOptions } from './quoting-responder/index.ts'
export { scriptedResponder } from './responder.ts'
export type { Responder, ResponderInfo, ResponderResult, ScriptedResponder, ScriptStep } from './responder.ts'
export { estimateContentTokens, estimateInputTokens, estimateTextTokens } from './tokens.ts'
export { validationRules } from './validator/index.ts'
export type { ValidationOptions } from './validator/index.ts'
export { familyOf } from './validator/families.ts'
export type { Family } from './validator/families.ts'
export { encodeEvent, encodeException } from './event-stream.ts'
export type {
  ContentBlock,
  ConverseRequest,
  JsonObject,
  Message,
  StreamEvent,
  TokenUsage,
  Tool,
  ToolConfig,
  ToolResult,
  ToolSpec,
  ToolUse,
} from './wire.ts'
