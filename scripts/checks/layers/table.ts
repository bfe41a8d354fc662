/** Who may import whom. The rules stand here as data; `rules.ts` applies them. */

export interface Layer {
  readonly name: string
  // paths below packages/agent/src: `x/` a folder and all below it, `x/*` the files directly in it, `x/*/` its sub-folders
  readonly holds: readonly string[]
  /** May use `node:` modules and Node's own globals, and packages that users install themselves (optional peers). */
  readonly isEdge?: boolean
}

/** A folder may import its own layer and those above it in this list; the most specific path decides. */
export const agentLayers: readonly Layer[] = [
  { name: '0 util', holds: ['util/'] },
  { name: '1 data', holds: ['messages/', 'schema/', 'errors/', 'usage/'] },
  {
    name: '2 contracts',
    holds: [
      'tools/',
      'output/',
      'native-tools/',
      'models/*',
      'toolsets/*',
      'capabilities/*',
      'embeddings/*',
      'ui/*',
      'durable/*',
    ],
  },
  { name: '3 loop', holds: ['agent/'] },
  {
    name: '4 edges',
    holds: [
      'models/*/',
      'toolsets/*/',
      'capabilities/*/',
      'embeddings/*/',
      'ui/*/',
      'durable/*/',
      'mcp/',
      'otel/',
      'testing/',
    ],
    isEdge: true,
  },
  { name: '5 assembly', holds: ['index.ts', 'core.ts', 'models/providers.ts'] },
]

export interface Exception {
  /** A path below packages/agent/src, in the notation of `Layer.holds`. */
  readonly from: string
  readonly to: string
  readonly because: string
}

/** Edges do not import each other, except these. */
export const edgePairs: readonly Exception[] = [
  {
    from: 'models/*/',
    to: 'models/openai-compatible/',
    because: 'a provider that serves the OpenAI API is data for it',
  },
  { from: 'models/azure/', to: 'models/openai/', because: 'Azure serves the OpenAI API' },
  { from: 'models/bedrock-mantle/', to: 'models/openai/', because: 'Mantle serves the OpenAI API' },
  {
    from: 'embeddings/*/',
    to: 'models/*/',
    because: "a provider's client, credentials and errors are the same for both",
  },
  { from: 'models/bedrock/index.ts', to: 'embeddings/bedrock/', because: 'one entry holds all of Bedrock' },
]

/** Edges that may not import the loop: it calls them, they do not call it. */
export const edgesBelowTheLoop: readonly string[] = ['models/*/', 'embeddings/*/']

/** `node:` modules outside the edges. */
export const nodeModules: readonly Exception[] = []

/** Which of our packages a package may import; by its public exports only. */
export const packageImports: Readonly<Record<string, readonly string[]>> = {
  tenon: [],
  '@tenon/graph': [],
  '@tenon/local-bedrock': ['tenon'],
  '@tenon/evals': ['tenon'],
  '@tenon/cli': ['tenon', '@tenon/graph', '@tenon/evals', '@tenon/local-bedrock'],
}
