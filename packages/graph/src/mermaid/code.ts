import type { Topology } from '../topology.ts'
export interface MermaidOptions {
  readonly title?: string
}
export const mermaidCode = (topology: Topology, _options: MermaidOptions): string => topology.name
