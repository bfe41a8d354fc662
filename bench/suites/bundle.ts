import { join } from 'node:path'
import { measureBundle } from '../../scripts/checks/bundle-size.ts'
import { root } from '../../scripts/ensure.mjs'
import { bundleCeilings } from '../bundle/ceilings.ts'
import type { Suite } from '../suite.ts'

/** Hello world without a schema library, bundled for a browser. */
export const suite: Suite = {
  name: 'bundle',
  contestants: {},
  measure: async bench => {
    const ceiling = bundleCeilings.find(({ program }) => program === 'hello.ts')!
    const ours = await sizeOf(join(root, 'bench/bundle/hello.ts'))
    const peer = bench.isAvailable('ai') ? await sizeOf(join(root, 'bench/peers/hello-ai.mjs')) : undefined
    return [
      {
        what: 'bundle of hello world without zod, gzip',
        unit: 'KB',
        ours,
        peer: peer === undefined ? undefined : { name: 'ai', value: peer, ratio: ours / peer },
        budget: { max: ceiling.maxGzipKb, of: 'ours' },
      },
    ]
  },
}

async function sizeOf(program: string): Promise<number> {
  const { gzipKb, error } = await measureBundle(program)
  if (gzipKb === undefined) throw new Error(`${program} does not bundle: ${error}`)
  return gzipKb
}
