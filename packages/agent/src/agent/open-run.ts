import { orderCapabilities } from '../capabilities/order-capabilities.ts'
import { compileHooks } from '../capabilities/hook-chains.ts'
import { CombinedToolset } from '../toolsets/combined.ts'
import type { Toolset } from '../toolsets/toolset.ts'
import type { JsonObject } from '../util/json.ts'
import type { MetadataSource } from './agent-config.ts'
import type { Run } from './run.ts'
import { resolveModel } from './steps/select-model.ts'

/** Makes a run ready: its capabilities, hooks, model, metadata and toolset. Returns what closes the toolsets again. */
export async function openRun(run: Run): Promise<() => Promise<void>> {
  run.outputTools = new Map(run.config.output.tools.map(tool => [tool.definition.name, tool]))
  const capabilities = await Promise.all(
    run.config.capabilities.map(async capability => (await capability.forRun?.(run.context())) ?? capability),
  )
  run.capabilities = orderCapabilities(capabilities)
  run.hooks = compileHooks(run.capabilities)
  const { takesFromCapabilities } = run.config
  run.instructionSources = [
    ...run.config.instructions,
    ...run.capabilities.flatMap(({ instructions }) =>
      instructions === undefined || !takesFromCapabilities.instructions ? [] : instructions,
    ),
    ...run.config.runInstructions,
  ]
  run.model = await resolveModel(run, run.config.model)
  run.metadata = await mergedMetadata(run, run.config.metadata)
  const toolset = assembleToolset(run)
  run.toolset = (await toolset.forRun?.(run.context())) ?? toolset
  return (await run.toolset.open?.()) ?? (async () => {})
}

function assembleToolset(run: Run): Toolset {
  const { functionToolset, toolsets, takesFromCapabilities } = run.config
  const ofCapabilities = run.capabilities.flatMap(({ toolset }) =>
    toolset === undefined || !takesFromCapabilities.toolsets ? [] : [toolset],
  )
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
