import type { JsonObject } from '../util/json.ts'
import { mapDefinitions } from './map-definitions.ts'
import type { Toolset } from './toolset.ts'

/** A toolset whose tools carry metadata, on top of their own. Metadata is for hooks and predicates; no model sees it.
 *
 *  @example withMetadata(payments, { risk: 'high' }) */
export function withMetadata<TDeps>(toolset: Toolset<TDeps>, metadata: JsonObject): Toolset<TDeps> {
  return mapDefinitions(toolset, definition => ({ ...definition, metadata: { ...definition.metadata, ...metadata } }))
}
