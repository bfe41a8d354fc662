import { UserError } from '../errors/user-error.ts'
import type { InstructionPart } from '../messages/part.ts'
import { resolveSchema } from '../schema/resolve-schema.ts'
import type { Schema } from '../schema/schema.ts'
import type { RunContext } from '../tools/run-context.ts'
import type { AnyTool, Tool } from '../tools/tool.ts'
import type { ToolDefinition } from '../tools/tool-definition.ts'
import type { JsonObject, JsonSchema, MaybePromise } from '../util/json.ts'
import { deriveTool } from './derive-tool.ts'
import type { Toolset, ToolsetTool } from './toolset.ts'

/** Defaults for all tools of a `FunctionToolset`; a tool's own option wins. */
export interface FunctionToolsetOptions {
  readonly id?: string
  readonly maxRetries?: number
  readonly timeoutMs?: number
  readonly strict?: boolean
  readonly sequential?: boolean
  readonly requiresApproval?: boolean
  readonly deferLoading?: boolean
  readonly includeReturnSchema?: boolean
  /** Merged with each tool's; the tool's keys win. */
  readonly metadata?: JsonObject
  /** Told to the model while these tools are offered. */
  readonly instructions?: string
}

interface Entry {
  readonly tool: Tool
  readonly offered: ToolsetTool
}

/** Functions of this process as a toolset.
 *  @throws {UserError} two tools of one name, a negative `maxRetries`, a `timeoutMs` that is not positive */
export class FunctionToolset<in TDeps = unknown> implements Toolset<TDeps> {
  readonly id: string | undefined
  readonly #options: FunctionToolsetOptions
  readonly #entries = new Map<string, Entry>()
  readonly #prepares: boolean
  #offered: ReadonlyMap<string, ToolsetTool> | undefined

  constructor(tools: readonly (Tool<TDeps> | AnyTool)[], options: FunctionToolsetOptions = {}) {
    this.id = options.id
    this.#options = options
    for (const tool of tools) this.#add(tool as Tool)
    this.#prepares = [...this.#entries.values()].some(entry => entry.tool.prepare !== undefined)
  }

  get label(): string {
    return this.id === undefined ? 'function toolset' : `function toolset \`${this.id}\``
  }

  /** Whether some of its tools are to be found by tool search. */
  get hasHiddenTools(): boolean {
    const ofSet = this.#options.deferLoading ?? false
    for (const { tool } of this.#entries.values()) if (tool.deferLoading ?? ofSet) return true
    return false
  }

  getInstructions(): InstructionPart | undefined {
    const { instructions } = this.#options
    return instructions === undefined ? undefined : { content: instructions, dynamic: false }
  }

  /** What it returns names the deps for the compiler's sake: functions that take any toolset infer them. */
  getTools(ctx: RunContext<TDeps>): MaybePromise<ReadonlyMap<string, ToolsetTool<TDeps>>> {
    if (this.#prepares) return this.#prepared(ctx)
    return (this.#offered ??= new Map([...this.#entries].map(([name, entry]) => [name, entry.offered])))
  }

  #add(tool: Tool): void {
    if (this.#entries.has(tool.name)) {
      throw new UserError(`Tool \`${tool.name}\` is defined twice in ${this.label}. Rename one of them.`)
    }
    const { maxRetries = this.#options.maxRetries ?? 0, timeoutMs = this.#options.timeoutMs ?? 1 } = tool
    if (!(maxRetries >= 0)) {
      throw new UserError(`\`maxRetries\` of tool \`${tool.name}\` is ${maxRetries}; it must be 0 or more.`)
    }
    if (!(timeoutMs > 0)) {
      throw new UserError(`\`timeoutMs\` of tool \`${tool.name}\` is ${timeoutMs}; it must be positive milliseconds.`)
    }
    this.#entries.set(tool.name, { tool, offered: new OfferedTool(this as Toolset, tool, this.#options) })
  }

  async #prepared(ctx: RunContext<TDeps>): Promise<ReadonlyMap<string, ToolsetTool>> {
    const offered = new Map<string, ToolsetTool>()
    for (const { tool, offered: original } of this.#entries.values()) {
      const definition = tool.prepare === undefined ? original.definition : await tool.prepare(ctx, original.definition)
      if (definition === undefined || definition === null) continue
      if (offered.has(definition.name)) {
        throw new UserError(
          `\`prepare\` of tool \`${tool.name}\` renames it to \`${definition.name}\`, which exists already.`,
        )
      }
      offered.set(definition.name, definition === original.definition ? original : deriveTool(original, { definition }))
    }
    return offered
  }
}

class OfferedTool implements ToolsetTool {
  readonly toolset: Toolset
  readonly source: Tool
  readonly maxRetries: number | undefined
  readonly #defaults: FunctionToolsetOptions
  #definition: ToolDefinition | undefined

  constructor(toolset: Toolset, source: Tool, defaults: FunctionToolsetOptions) {
    this.toolset = toolset
    this.source = source
    this.maxRetries = source.maxRetries ?? defaults.maxRetries
    this.#defaults = defaults
  }

  /** Built when first asked for: a schema's JSON form costs more than everything else here. */
  get definition(): ToolDefinition {
    return (this.#definition ??= defineTool(this.source, this.#defaults))
  }

  get checkArgs(): ToolsetTool['checkArgs'] {
    return this.source.checkArgs
  }

  validateArgs(args: unknown): ReturnType<ToolsetTool['validateArgs']> {
    return resolveSchema(this.source.input).validate(args)
  }

  call(args: unknown, ctx: RunContext): unknown {
    // the arguments passed this very tool's schema
    return this.source.run(args as never, ctx)
  }
}

function defineTool(tool: Tool, defaults: FunctionToolsetOptions): ToolDefinition {
  const requiresApproval = tool.requiresApproval ?? defaults.requiresApproval ?? false
  const metadata = defaults.metadata || tool.metadata ? { ...defaults.metadata, ...tool.metadata } : undefined
  return {
    name: tool.name,
    description: tool.description,
    parametersJsonSchema: parametersOf(tool),
    kind: requiresApproval ? 'unapproved' : 'function',
    strict: tool.strict ?? defaults.strict,
    sequential: tool.sequential ?? defaults.sequential,
    metadata,
    timeoutMs: tool.timeoutMs ?? defaults.timeoutMs,
    deferLoading: tool.deferLoading ?? defaults.deferLoading,
    unlessNative: tool.unlessNative,
    returnSchema: tool.returnSchema === undefined ? undefined : returnJsonSchema(tool.returnSchema),
    includeReturnSchema: tool.includeReturnSchema ?? defaults.includeReturnSchema,
  }
}

/** @throws {UserError} a schema of anything but an object: models give named arguments */
function parametersOf({ name, input }: Tool): JsonSchema {
  try {
    const schema = resolveSchema(input).jsonSchema
    if ((schema['type'] ?? 'object') === 'object') return schema
  } catch (cause) {
    throw new UserError(`The \`input\` of tool \`${name}\` cannot be used. ${(cause as Error).message}`, { cause })
  }
  throw new UserError(`The \`input\` of tool \`${name}\` is no schema of an object.`)
}

function returnJsonSchema(schema: Schema | JsonSchema): JsonSchema {
  return '~standard' in schema ? resolveSchema(schema as Schema).jsonSchema : (schema as JsonSchema)
}
