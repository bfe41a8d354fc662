import { parseArgs } from 'node:util'

export interface Options {
  readonly corpus: string
  /** Only this provider, or `scenarios`, or one `scenarios/<group>`. */
  readonly provider?: string
  /** Only cases whose id contains this text. */
  readonly filter?: string
  readonly json: boolean
  readonly verbose: boolean
  readonly updateBaseline: boolean
}

export const usage = `npm run conformance -- --corpus DIR [--provider NAME] [--filter TEXT] [--json] [--verbose] [--update-baseline]`

/** @throws Error for an unknown option or a missing folder */
export function parseOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      corpus: { type: 'string' },
      provider: { type: 'string' },
      filter: { type: 'string' },
      json: { type: 'boolean', default: false },
      verbose: { type: 'boolean', default: false },
      'update-baseline': { type: 'boolean', default: false },
    },
  })
  if (values.corpus === undefined)
    throw new Error('--corpus DIR is missing: the folder with the recorded conversations.')
  const { corpus, provider, filter, json, verbose } = values
  return { corpus, provider, filter, json, verbose, updateBaseline: values['update-baseline'] }
}
