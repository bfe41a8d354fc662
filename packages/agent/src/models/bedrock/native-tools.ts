/** A tool that Bedrock runs itself: ours by kind, Bedrock's by name. */
export interface BedrockNativeTool {
  /** Kind of the native tool, and `toolName` of its parts. */
  readonly kind: string
  readonly wireName: string
  /** `type` of the `toolResult` blocks it answers with. */
  readonly resultType: string
}

/** @see https://docs.aws.amazon.com/nova/latest/nova2-userguide/using-tools.html (read 2026-08-22) */
const nativeTools: readonly BedrockNativeTool[] = [
  { kind: 'code_execution', wireName: 'nova_code_interpreter', resultType: 'nova_code_interpreter_result' },
  { kind: 'web_search', wireName: 'nova_grounding', resultType: 'nova_grounding_result' },
]

const byKind = new Map(nativeTools.map(tool => [tool.kind, tool]))
const byWireName = new Map(nativeTools.map(tool => [tool.wireName, tool]))
const byResultType = new Map(nativeTools.map(tool => [tool.resultType, tool]))

export function nativeToolByKind(kind: string): BedrockNativeTool | undefined {
  return byKind.get(kind)
}

export function nativeToolByWireName(name: string | undefined): BedrockNativeTool | undefined {
  return byWireName.get(name ?? '')
}

export function nativeToolByResultType(type: string | undefined): BedrockNativeTool | undefined {
  return byResultType.get(type ?? '')
}
