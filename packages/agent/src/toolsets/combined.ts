import { UserError } from '../errors/user-error.ts'
import type { InstructionPart } from '../messages/part.ts'
import type { RunContext } from '../tools/run-context.ts'
import { isPromiseLike } from '../util/json.ts'
import type { Toolset, ToolsetTool } from './toolset.ts'

type Tools<TDeps> = ReadonlyMap<string, ToolsetTool<TDeps>>

/** Several toolsets as one.
 *  @throws {UserError} two toolsets offer one name */
export class CombinedToolset<in out TDeps = unknown> implements Toolset<TDeps> {
  readonly toolsets: readonly Toolset<TDeps>[]
  #lists: readonly Tools<TDeps>[] = []
  #merged: Tools<TDeps> = new Map()

  constructor(toolsets: readonly Toolset<TDeps>[]) {
    this.toolsets = toolsets
  }

  get label(): string {
    return `toolsets ${this.toolsets.map(toolset => toolset.label).join(', ')}`
  }

  get hasHiddenTools(): boolean {
    return this.toolsets.some(toolset => toolset.hasHiddenTools)
  }

  async forRun(ctx: RunContext<TDeps>): Promise<Toolset<TDeps>> {
    return this.#replaced(
      await Promise.all(this.toolsets.map(async toolset => (await toolset.forRun?.(ctx)) ?? toolset)),
    )
  }

  async forRunStep(ctx: RunContext<TDeps>): Promise<Toolset<TDeps>> {
    return this.#replaced(
      await Promise.all(this.toolsets.map(async toolset => (await toolset.forRunStep?.(ctx)) ?? toolset)),
    )
  }

  async open(): Promise<() => Promise<void>> {
    const closers: (() => Promise<void>)[] = []
    const close = () => closeAll(closers.splice(0))
    try {
      for (const toolset of this.toolsets) if (toolset.open) closers.push(await toolset.open())
    } catch (error) {
      await close().catch(() => {})
      throw error
    }
    return close
  }

  async getInstructions(ctx: RunContext<TDeps>): Promise<readonly (string | InstructionPart)[]> {
    const lists = await Promise.all(this.toolsets.map(async toolset => toolset.getInstructions?.(ctx)))
    return lists.flatMap(list => (list === undefined ? [] : (list as string | InstructionPart)))
  }

  getTools(ctx: RunContext<TDeps>): Tools<TDeps> | Promise<Tools<TDeps>> {
    const lists = this.toolsets.map(toolset => toolset.getTools(ctx))
    if (lists.some(isPromiseLike)) return Promise.all(lists.map(async list => list)).then(ready => this.#merge(ready))
    return this.#merge(lists as readonly Tools<TDeps>[])
  }

  /** Toolsets that return the same map every step are merged once. */
  #merge(lists: readonly Tools<TDeps>[]): Tools<TDeps> {
    if (lists.length === this.#lists.length && lists.every((list, index) => list === this.#lists[index]))
      return this.#merged
    const merged = new Map<string, ToolsetTool<TDeps>>()
    lists.forEach((list, index) => {
      for (const [name, tool] of list) {
        const other = merged.get(name)
        if (other !== undefined) {
          throw new UserError(
            `Tool \`${name}\` is defined twice (${other.toolset.label}, ${this.toolsets[index]!.label}). ` +
              `Rename one, or prefix a toolset's names with \`prefixed(toolset, 'prefix')\`.`,
          )
        }
        merged.set(name, tool)
      }
    })
    this.#lists = lists
    this.#merged = merged
    return merged
  }

  #replaced(toolsets: readonly Toolset<TDeps>[]): Toolset<TDeps> {
    return toolsets.every((toolset, index) => toolset === this.toolsets[index]) ? this : new CombinedToolset(toolsets)
  }
}

/** Closes what was opened, the last first. One that fails keeps none of the others open.
 *  @throws the first failure */
async function closeAll(closers: readonly (() => Promise<void>)[]): Promise<void> {
  const failures: unknown[] = []
  for (const close of [...closers].reverse()) await close().catch((error: unknown) => failures.push(error))
  if (failures.length > 0) throw failures[0]
}
