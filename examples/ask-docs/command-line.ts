import { parseArgs } from 'node:util'

export interface CommandLine {
  readonly question: string
  /** A file that holds the conversation so far, and that this run goes on with. */
  readonly historyFile: string | undefined
  readonly isDebug: boolean
  readonly isHelp: boolean
}

export const help = `npm start -- [options] "question"

  --history FILE   go on with the conversation in FILE, and keep it there
  --debug          show where an error comes from (or TENON_DEBUG=1)

TENON_MODEL=bedrock:<name> asks a real model; without it a local Bedrock endpoint quotes the docs.`

/** @throws when there is an option that does not exist */
export function readCommandLine(args: readonly string[], env: NodeJS.ProcessEnv): CommandLine {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      history: { type: 'string' },
      debug: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  })
  return {
    question: positionals.join(' ').trim() || 'How do I stream structured output?',
    historyFile: values.history,
    isDebug: values.debug || (env['TENON_DEBUG'] ?? '') !== '',
    isHelp: values.help,
  }
}
