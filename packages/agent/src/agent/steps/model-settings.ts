import type { ModelSettings } from '../../models/settings.ts'
import type { Run } from '../run.ts'

/** The settings of one request: model < agent < capabilities < run, key by key. Functions see what was merged before them. */
export async function collectSettings(run: Run): Promise<ModelSettings> {
  const { modelSettings, runModelSettings } = run.config
  let merged = run.model.settings ?? {}
  for (const source of [
    ...modelSettings,
    ...run.capabilities.map(capability => capability.modelSettings),
    ...runModelSettings,
  ]) {
    if (source === undefined) continue
    const settings = typeof source === 'function' ? await source(run.context(undefined, merged)) : source
    merged = merged === settings ? merged : { ...merged, ...settings }
  }
  return merged
}
