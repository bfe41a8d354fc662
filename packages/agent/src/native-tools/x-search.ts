import type { NativeTool } from './native-tool.ts'

/** Lets the model search posts on X. */
export interface XSearchTool extends NativeTool {
  readonly kind: 'x_search'
  /** At most 20; not together with `excludedXHandles`. */
  readonly allowedXHandles?: readonly string[]
  /** At most 20; not together with `allowedXHandles`. */
  readonly excludedXHandles?: readonly string[]
  /** First day, `YYYY-MM-DD`. */
  readonly fromDate?: string
  /** Last day, `YYYY-MM-DD`. */
  readonly toDate?: string
  readonly enableImageUnderstanding?: boolean
  readonly enableVideoUnderstanding?: boolean
  /** Keeps what was found in the response. */
  readonly includeOutput?: boolean
}
