import type { NativeTool } from './native-tool.ts'

/** Lets the model ask a stronger model for advice. */
export interface AdvisorTool extends NativeTool {
  readonly kind: 'advisor'
  /** The provider's name of the stronger model. */
  readonly model: string
  readonly maxUses?: number
  /** Of one piece of advice; at least 1024. */
  readonly maxTokens?: number
  readonly caching?: boolean | '5m' | '1h'
}
