import { mapDefinitions } from './map-definitions.ts'
import type { Toolset } from './toolset.ts'

/** A toolset whose tools are called `prefix_name`, so that two toolsets may use the same names.
 *
 *  @example agent({ model, toolsets: [prefixed(github, 'github'), prefixed(gitlab, 'gitlab')] }) */
export function prefixed<TDeps>(toolset: Toolset<TDeps>, prefix: string): Toolset<TDeps> {
  return mapDefinitions(toolset, definition => ({ ...definition, name: `${prefix}_${definition.name}` }))
}
