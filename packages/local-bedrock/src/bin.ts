#!/usr/bin/env node
import { environmentFor, help, lineFor, readArguments } from './cli.ts'
import type { CliOptions } from './cli.ts'
import { startLocalBedrock } from './server.ts'

async function main(): Promise<void> {
  const options = readArguments(process.argv.slice(2))
  if (options.isHelp) {
    process.stdout.write(help)
    return
  }
  const onEnd = options.isQuiet ? {} : { onRequestEnd: logRequest }
  const server = await startLocalBedrock({ maxLogEntries: 1000, ...options.server, ...onEnd })
  process.stdout.write(`Local Bedrock Runtime at ${server.url}\n\n${environmentFor(server, options.server)}\n\n`)
  const stop = () => void server.close().then(() => process.exit(0))
  process.once('SIGINT', stop)
  process.once('SIGTERM', stop)
}

const logRequest: NonNullable<CliOptions['server']['onRequestEnd']> = entry =>
  void process.stdout.write(`${lineFor(entry)}\n`)

main().catch((error: unknown) => {
  process.stderr.write(`tenon-local-bedrock: ${explain(error)}\n`)
  process.exit(1)
})

function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const { code } = error as NodeJS.ErrnoException
  if (code === 'EADDRINUSE') return 'the port is in use; choose another with --port, or --port 0 for any free one'
  if (code?.startsWith('ERR_PARSE_ARGS')) return `${error.message}\nSee tenon-local-bedrock --help.`
  return error.message
}
