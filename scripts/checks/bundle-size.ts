import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'
import { type BundleCeiling, bundleCeilings } from '../../bench/bundle/ceilings.ts'
import { root } from '../ensure.mjs'
import { type Check, outcomeOf } from './check.ts'

export const bundleSize: Check = {
  name: 'bundle-size',
  about: 'the programs of bench/bundle are no larger than bench/bundle/ceilings.ts allows, and run without Node',
  after: ['build'],
  run: async () => {
    const results = await Promise.all(
      bundleCeilings.map(async ceiling => ({
        ceiling,
        ...(await measureBundle(join(root, 'bench/bundle', ceiling.program), ceiling)),
      })),
    )
    const problems = results.flatMap(({ ceiling, gzipKb, error }) => {
      if (gzipKb === undefined) return [`bench/bundle/${ceiling.program} does not bundle: ${error ?? ''}`]
      if (gzipKb <= ceiling.maxGzipKb) return []
      return [`bench/bundle/${ceiling.program}: ${gzipKb.toFixed(1)} KB, the ceiling is ${ceiling.maxGzipKb} KB`]
    })
    const note = results.map(({ ceiling, gzipKb }) => `${ceiling.program} ${gzipKb?.toFixed(1) ?? '–'} KB`).join(', ')
    return outcomeOf(problems, note)
  },
}

/** The size of a program's bundle, minified, `gzip -9`. `error` when it cannot be bundled.
 *  @param program absolute */
export async function measureBundle(
  program: string,
  { needsNode = false }: Pick<BundleCeiling, 'needsNode'> = {},
): Promise<{ gzipKb?: number; error?: string }> {
  try {
    const { outputFiles } = await build({
      entryPoints: [program],
      bundle: true,
      minify: true,
      write: false,
      format: 'esm',
      target: 'es2023',
      // for a browser a `node:` import is an error, which is the point
      platform: needsNode ? 'node' : 'browser',
      logLevel: 'silent',
    })
    const bytes = outputFiles.reduce((total, file) => total + gzipSync(file.contents, { level: 9 }).length, 0)
    return { gzipKb: bytes / 1024 }
  } catch (error) {
    return { error: error instanceof Error ? error.message : String(error) }
  }
}
