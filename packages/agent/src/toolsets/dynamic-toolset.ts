import type { RunContext } from '../tools/run-context.ts'
import type { MaybePromise } from '../util/json.ts'
import type { Toolset } from './toolset.ts'
import type { ToolMap } from './wrapper-toolset.ts'

export interface DynamicToolsetOptions {
  readonly id?: string
  /** How often the function is asked. Default `'step'`: before every model request. */
  readonly per?: 'step' | 'run'
}

type Build<TDeps> = (ctx: RunContext<TDeps>) => MaybePromise<Toolset<NoInfer<TDeps>> | null | undefined>

/** A toolset that a function chooses while the run goes on; `undefined` for no tools. A toolset that is replaced is closed,
 *  and the one that replaces it is opened; returning the same one again keeps it open.
 *  An agent cannot know before that it will hold hidden tools: give it `toolSearch()` then.
 *
 *  @example
 *  agent({ model, deps: depsType<{ tenant: Tenant }>(), toolsets: [dynamicToolset(ctx => ctx.deps.tenant.toolset)] }) */
export function dynamicToolset<TDeps = unknown>(
  build: Build<TDeps>,
  options: DynamicToolsetOptions = {},
): Toolset<TDeps> {
  return new DynamicToolset(build, options)
}

interface Current<TDeps> {
  /** As the function gave it. */
  readonly given: Toolset<TDeps>
  /** As it is for this run and step. */
  toolset: Toolset<TDeps>
  /** Once it is open. */
  close: (() => Promise<void>) | undefined
}

const noTools: ReadonlyMap<string, never> = new Map<string, never>()

/** Each run has an instance of its own, which holds the toolset that was chosen last. */
class DynamicToolset<in out TDeps> implements Toolset<TDeps> {
  readonly id: string | undefined
  readonly #build: Build<TDeps>
  readonly #options: DynamicToolsetOptions
  #current: Current<TDeps> | undefined

  constructor(build: Build<TDeps>, options: DynamicToolsetOptions) {
    this.id = options.id
    this.#build = build
    this.#options = options
  }

  get label(): string {
    return this.id === undefined ? 'dynamic toolset' : `dynamic toolset \`${this.id}\``
  }

  async forRun(ctx: RunContext<TDeps>): Promise<Toolset<TDeps>> {
    const own = new DynamicToolset(this.#build, this.#options)
    if (this.#options.per === 'run') await own.#choose(ctx)
    return own
  }

  async forRunStep(ctx: RunContext<TDeps>): Promise<Toolset<TDeps>> {
    if (this.#options.per !== 'run') await this.#choose(ctx)
    await this.#openCurrent()
    const current = this.#current
    if (current !== undefined) current.toolset = (await current.toolset.forRunStep?.(ctx)) ?? current.toolset
    return this
  }

  /** What is chosen later is opened then; what is open at the end is closed. */
  async open(): Promise<() => Promise<void>> {
    await this.#openCurrent()
    return () => this.#drop()
  }

  getInstructions(ctx: RunContext<TDeps>): ReturnType<NonNullable<Toolset<TDeps>['getInstructions']>> {
    return this.#current?.toolset.getInstructions?.(ctx)
  }

  getTools(ctx: RunContext<TDeps>): MaybePromise<ToolMap<TDeps>> {
    return this.#current?.toolset.getTools(ctx) ?? noTools
  }

  async #choose(ctx: RunContext<TDeps>): Promise<void> {
    const given = (await this.#build(ctx)) ?? undefined
    if (given === this.#current?.given) return
    await this.#drop()
    if (given === undefined) return
    this.#current = { given, toolset: (await given.forRun?.(ctx)) ?? given, close: undefined }
  }

  async #openCurrent(): Promise<void> {
    const current = this.#current
    if (current?.toolset.open === undefined || current.close !== undefined) return
    current.close = await current.toolset.open()
  }

  async #drop(): Promise<void> {
    const current = this.#current
    this.#current = undefined
    await current?.close?.()
  }
}
