/** How large a program in this folder may be: bundled and minified by esbuild for a browser, then `gzip -9`. */
export interface BundleCeiling {
  /** In this folder. */
  readonly program: string
  /** 1 KB = 1,024 bytes. */
  readonly maxGzipKb: number
  /** A runtime with Node's modules, such as Node itself or a worker that offers them. Default: a browser, without them. */
  readonly needsNode?: boolean
}

/** Raised only in the change that needs it, with the reason in its message. */
export const bundleCeilings: readonly BundleCeiling[] = [
  { program: 'hello.ts', maxGzipKb: 40 },
  { program: 'tool.ts', maxGzipKb: 50 },
  { program: 'core.ts', maxGzipKb: 68 },
  { program: 'graph.ts', maxGzipKb: 42, needsNode: true },
]
