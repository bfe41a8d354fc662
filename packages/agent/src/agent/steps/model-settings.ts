import type { ModelSettings } from '../../models/settings.ts'
import type { MaybePromise } from '../../util/json.ts'
import type { ModelSettingsSource } from '../agent-config.ts'
import type { Run } from '../run.ts'

const noSettings: ModelSettings = {}

/** The settings of one request: model < agent < capabilities < run, key by key. Functions see what was merged before them. */
export function collectSettings(run: Run): MaybePromise<ModelSettings> {
  const { modelSettings, runModelSettings } = run.config
  const own = run.model.settings ?? noSettings
  if (modelSettings.length + runModelSettings.length + run.capabilities.length === 0) return own
  const ofCapabilities = run.capabilities.flatMap(({ modelSettings: settings }) => settings ?? [])
  return merge(run, own, [...modelSettings, ...ofCapabilities, ...runModelSettings])
}

async function merge(run: Run, own: ModelSettings, layers: readonly ModelSettingsSource[]): Promise<ModelSettings> {
  let merged = own
  for (const layer of layers) {
    const settings = typeof layer === 'function' ? await layer(run.context(undefined, merged)) : layer
    merged = { ...merged, ...settings }
  }
  return merged
}
