import type { UploadedFile } from '../messages/content.ts'
import type { NativeTool } from './native-tool.ts'

/** Lets the model run code in the provider's sandbox. */
export interface CodeExecutionTool extends NativeTool {
  readonly kind: 'code_execution'
  /** Files the code finds in the sandbox; they lie with the provider already. */
  readonly files?: readonly UploadedFile[]
}
