import { writeFile } from 'node:fs/promises'
import { imageTypeOf, mermaidImage, type MermaidImageOptions } from '../mermaid/image.ts'
import type { Topology } from '../topology.ts'

/** Has a graph drawn and writes the picture. The suffix of the path says which kind it is, unless `imageType` does.
 *  @throws {MermaidHttpError} the renderer refuses
 *  @example await saveMermaidImage(qa.topology, 'qa.png', { highlightedNodes: Ask }) */
export const saveMermaidImage = async (
  topology: Topology,
  path: string,
  options: MermaidImageOptions = {},
): Promise<void> => {
  const imageType = options.imageType ?? imageTypeOf(path)
  await writeFile(path, await mermaidImage(topology, { ...options, ...(imageType === undefined ? {} : { imageType }) }))
}
