import type { NativeTool } from './native-tool.ts'

/** The provider's memory protocol. The storage is yours: the agent needs a function tool named `memory` that carries out the commands. */
export interface MemoryTool extends NativeTool {
  readonly kind: 'memory'
}
