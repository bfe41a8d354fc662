import { resolve } from 'node:path'
import { parseArgs } from 'node:util'

export interface CommandLine {
  readonly question: string
  /** Absolute. A file that holds the conversation so far, and that this run goes on with. */
  readonly historyFile: string | undefined
  readonly isHelp: boolean
}

export const help = `npm start -- [options] "question"

  --history FILE   go on with the conversation in FILE, and keep it there
  --debug          show where an error comes from (or TENON_DEBUG=1)

TENON_MODEL=bedrock:<name> asks a real model; without it a local Bedrock endpoint quotes the docs.`

/** Whether errors are to be shown with where they come from; asked for errors of the command line itself, too. */
export function wantsDebug(args: readonly string[], env: NodeJS.ProcessEnv): boolean {
  return args.includes('--debug') || (env['TENON_DEBUG'] ?? '') !== ''
}

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
    // npm goes to the folder of package.json before it starts anything, and says where it was called
    historyFile: values.history === undefined ? undefined : resolve(env['INIT_CWD'] ?? '.', values.history),
    isHelp: values.help,
  }
}
