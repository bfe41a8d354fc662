import { VersionMismatchError } from '../errors.ts'
import type { Program, ProgramNode } from '../program.ts'

/** The node a stored run is at. @throws {VersionMismatchError} the graph has no such node (any more) */
export const nodeOf = (program: Program, id: string): ProgramNode => {
  const node = program.nodes.get(id)
  if (node === undefined)
    throw new VersionMismatchError(
      `The run is at node "${id}", which graph "${program.name}" version ${program.version} does not have.`,
    )
  return node
}
