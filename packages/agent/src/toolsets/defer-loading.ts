import { mapDefinitions } from './map-definitions.ts'
import type { Toolset } from './toolset.ts'

/** A toolset whose tools are hidden until tool search finds them.
 *  @param names the tools to hide; default: all
 *
 *  @example agent({ model, toolsets: [deferLoading(crm)], capabilities: [toolSearch()] }) */
export function deferLoading<TDeps>(toolset: Toolset<TDeps>, names?: readonly string[]): Toolset<TDeps> {
  const hidden = names === undefined ? undefined : new Set(names)
  const hiding = mapDefinitions(toolset, definition =>
    hidden === undefined || hidden.has(definition.name) ? { ...definition, deferLoading: true } : definition,
  )
  return Object.defineProperty(hiding, 'hasHiddenTools', { value: true })
}
