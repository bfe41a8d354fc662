import { mapDefinitions } from './map-definitions.ts'
import type { Toolset } from './toolset.ts'

/** A toolset with other names for some of its tools.
 *  @param names the old name by the new one; a tool that is not listed keeps its name
 *  @throws {UserError} when the tools are listed and two would have one name
 *
 *  @example renamed(weather, { local_forecast: 'forecast' }) */
export function renamed<TDeps>(toolset: Toolset<TDeps>, names: Readonly<Record<string, string>>): Toolset<TDeps> {
  const newNames = new Map(Object.entries(names).map(([name, old]) => [old, name]))
  return mapDefinitions(toolset, definition => {
    const name = newNames.get(definition.name)
    return name === undefined ? definition : { ...definition, name }
  })
}
