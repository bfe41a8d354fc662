import { mapDefinitions } from './map-definitions.ts'
import type { Toolset } from './toolset.ts'

/** A toolset that tells the model what its tools return, where they have a `returnSchema` and do not say otherwise.
 *
 *  @example includeReturnSchemas(reports) */
export function includeReturnSchemas<TDeps>(toolset: Toolset<TDeps>): Toolset<TDeps> {
  return mapDefinitions(toolset, definition =>
    definition.includeReturnSchema === undefined ? { ...definition, includeReturnSchema: true } : definition,
  )
}
