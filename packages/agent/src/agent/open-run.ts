import { toolSearchId, type Capability } from '../capabilities/capability.ts'
import { orderCapabilities } from '../capabilities/order-capabilities.ts'
import { compileHooks } from '../capabilities/hook-chains.ts'
import { UserError } from '../errors/user-error.ts'
import type { ModelSettings } from '../models/settings.ts'
import { CombinedToolset } from '../toolsets/combined.ts'
import type { OutputSchema, OutputTool } from '../output/output.ts'
import type { Toolset } from '../toolsets/toolset.ts'
import { cached } from '../util/cached.ts'
import { isPromiseLike, type JsonObject } from '../util/json.ts'
import type { AgentConfig, MetadataSource } from './agent-config.ts'
import { joined } from './configure.ts'
import type { Run } from './run.ts'
import { resolveModel } from './steps/select-model.ts'

/** Makes a run ready: its capabilities, hooks, model, metadata and toolset. Returns what closes the toolsets again. */
export async function openRun(run: Run): Promise<(() => Promise<void>) | undefined> {
  run.outputTools = outputToolsOf(run.config.output)
  const capabilities = withToolSearch(run.config)
  if (capabilities.length > 0) await openCapabilities(run, capabilities)
  else run.instructionSources = joined(run.config.instructions, run.config.runInstructions)
  const model = resolveModel(run, run.config.model)
  run.model = isPromiseLike(model) ? await model : model
  refuseEndlessToolChoice(run)
  if (run.config.metadata.length > 0) run.metadata = await mergedMetadata(run, run.config.metadata)
  const toolset = assembleToolset(run)
  run.toolset = toolset.forRun === undefined ? toolset : await toolset.forRun(run.context())
  return run.toolset.open?.()
}

/** Settings that are the same for every request and demand a function tool each time would never let the run end.
 *  @throws {UserError} */
function refuseEndlessToolChoice(run: Run): void {
  const { modelSettings, runModelSettings } = run.config
  const ofCapabilities = run.capabilities.map(capability => capability.modelSettings)
  const layers = [run.model.settings, ...modelSettings, ...ofCapabilities, ...runModelSettings]
  const choice = layers.reduce<ModelSettings['toolChoice']>(
    (chosen, layer) => (typeof layer === 'function' ? undefined : (layer?.toolChoice ?? chosen)),
    undefined,
  )
  if (choice !== 'required' && !(Array.isArray(choice) && choice.length > 0)) return
  throw new UserError(
    `\`toolChoice: ${JSON.stringify(choice)}\` in fixed settings asks for tool calls without end. ` +
      "Use `{ kind: 'tool-or-output', functionTools }`, or a settings function.",
  )
}

const outputTools = new WeakMap<OutputSchema, ReadonlyMap<string, OutputTool>>()

/** Output tools by name, the same map for every run with this output. */
function outputToolsOf(output: OutputSchema): ReadonlyMap<string, OutputTool> {
  return cached(outputTools, output, () => new Map(output.tools.map(tool => [tool.definition.name, tool])))
}

/** Hidden tools can only be found by a search: without one of the user's, the agent gets the default.
 *  @throws {UserError} there is no default */
function withToolSearch({ capabilities, functionToolset, toolsets, surroundings }: AgentConfig): readonly Capability[] {
  const all = [functionToolset, ...toolsets, ...capabilities.map(({ toolset }) => toolset)]
  const hasHidden = all.some(toolset => toolset?.hasHiddenTools)
  if (!hasHidden || capabilities.some(({ id }) => id === toolSearchId)) return capabilities
  if (surroundings.toolSearch === undefined) {
    throw new UserError(
      'Tools are marked `deferLoading`, but nothing finds them. Add `toolSearch()` to the `capabilities` of the agent.',
    )
  }
  return [...capabilities, surroundings.toolSearch()]
}

async function openCapabilities(run: Run, given: readonly Capability[]): Promise<void> {
  const own = await Promise.all(given.map(async capability => (await capability.forRun?.(run.context())) ?? capability))
  run.capabilities = orderCapabilities(own)
  run.hooks = compileHooks(run.capabilities)
  const { takesFromCapabilities, instructions: ofAgent, runInstructions } = run.config
  const ofCapabilities = takesFromCapabilities.instructions
    ? run.capabilities.flatMap(({ instructions }) => instructions ?? [])
    : []
  run.instructionSources = [...ofAgent, ...ofCapabilities, ...runInstructions]
}

function assembleToolset(run: Run): Toolset {
  const { functionToolset, toolsets, takesFromCapabilities } = run.config
  const ofCapabilities = takesFromCapabilities.toolsets ? run.capabilities.flatMap(({ toolset }) => toolset ?? []) : []
  const all = [functionToolset, ...toolsets, ...ofCapabilities]
  const combined = all.length === 1 ? functionToolset : new CombinedToolset(all)
  return run.capabilities.reduceRight((inner, capability) => capability.wrapToolset?.(inner) ?? inner, combined)
}

/** Later sources win, key by key. */
export async function mergedMetadata(run: Run, sources: readonly MetadataSource[]): Promise<JsonObject | undefined> {
  let merged: JsonObject | undefined
  for (const source of sources) {
    merged = { ...merged, ...(typeof source === 'function' ? await source(run.context()) : source) }
  }
  return merged
}
