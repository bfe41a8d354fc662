import type { MaybePromise } from '../util/json.ts'
import { isPromiseLike } from '../util/json.ts'
import type { RunContext } from '../tools/run-context.ts'
import type { Toolset, ToolsetTool } from './toolset.ts'

export type ToolMap<TDeps = unknown> = ReadonlyMap<string, ToolsetTool<TDeps>>

/** Another toolset with its tools changed. Give it the change, or extend it and override `mapTools`.
 *  @example
 *  const audited = new WrapperToolset(inner, tools =>
 *    new Map([...tools].map(([name, tool]) => [name, deriveTool(tool, { call: async (args, ctx) => log(name, await tool.call(args, ctx)) })])))
 */
export class WrapperToolset<in out TDeps = unknown> implements Toolset<TDeps> {
  readonly wrapped: Toolset<TDeps>
  readonly #change: ((tools: ToolMap<TDeps>, ctx: RunContext<TDeps>) => MaybePromise<ToolMap<TDeps>>) | undefined

  constructor(
    wrapped: Toolset<TDeps>,
    change?: (tools: ToolMap<TDeps>, ctx: RunContext<TDeps>) => MaybePromise<ToolMap<TDeps>>,
  ) {
    this.wrapped = wrapped
    this.#change = change
  }

  get id(): string | undefined {
    return this.wrapped.id
  }

  get label(): string {
    return this.wrapped.label
  }

  get hasHiddenTools(): boolean | undefined {
    return this.wrapped.hasHiddenTools
  }

  /** The same wrapper around another instance: a run replaces the inner toolset by its own. */
  rewrap(wrapped: Toolset<TDeps>): Toolset<TDeps> {
    return new WrapperToolset(wrapped, (tools, ctx) => this.mapTools(tools, ctx))
  }

  mapTools(tools: ToolMap<TDeps>, ctx: RunContext<TDeps>): MaybePromise<ToolMap<TDeps>> {
    return this.#change === undefined ? tools : this.#change(tools, ctx)
  }

  async forRun(ctx: RunContext<TDeps>): Promise<Toolset<TDeps>> {
    const inner = (await this.wrapped.forRun?.(ctx)) ?? this.wrapped
    return inner === this.wrapped ? this : this.rewrap(inner)
  }

  async forRunStep(ctx: RunContext<TDeps>): Promise<Toolset<TDeps>> {
    const inner = (await this.wrapped.forRunStep?.(ctx)) ?? this.wrapped
    return inner === this.wrapped ? this : this.rewrap(inner)
  }

  async open(): Promise<() => Promise<void>> {
    return (await this.wrapped.open?.()) ?? (async () => {})
  }

  getInstructions(ctx: RunContext<TDeps>): ReturnType<NonNullable<Toolset<TDeps>['getInstructions']>> {
    return this.wrapped.getInstructions?.(ctx)
  }

  getTools(ctx: RunContext<TDeps>): MaybePromise<ToolMap<TDeps>> {
    const tools = this.wrapped.getTools(ctx)
    return isPromiseLike(tools) ? tools.then(ready => this.mapTools(ready, ctx)) : this.mapTools(tools, ctx)
  }
}
