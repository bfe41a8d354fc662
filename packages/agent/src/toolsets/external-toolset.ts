import type { ToolDefinition } from '../tools/tool-definition.ts'
import type { Toolset, ToolsetTool } from './toolset.ts'

/** Tools that run elsewhere: the model may call them, the run then ends with `DeferredToolRequests`
 *  and goes on when the results are given. Arguments are not validated here. */
export class ExternalToolset implements Toolset {
  readonly id: string | undefined
  readonly #tools: ReadonlyMap<string, ToolsetTool>

  constructor(definitions: readonly Omit<ToolDefinition, 'kind'>[], options: { readonly id?: string } = {}) {
    this.id = options.id
    this.#tools = new Map(definitions.map(definition => [definition.name, externalTool(definition, this)]))
  }

  get label(): string {
    return this.id === undefined ? 'external toolset' : `external toolset \`${this.id}\``
  }

  getTools(): ReadonlyMap<string, ToolsetTool> {
    return this.#tools
  }
}

function externalTool(definition: Omit<ToolDefinition, 'kind'>, toolset: Toolset): ToolsetTool {
  return {
    definition: { ...definition, kind: 'external' },
    toolset,
    maxRetries: 0,
    validateArgs: args => ({ ok: true, value: args }),
    call: () => {
      // the executor collects calls of external tools and never runs them
      throw new Error(`external tool \`${definition.name}\` cannot run here`)
    },
  }
}
