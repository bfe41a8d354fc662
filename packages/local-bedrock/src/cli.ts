import { parseArgs } from 'node:util'
import { localCredential } from './auth.ts'
import type { AuthOptions } from './auth.ts'
import type { LocalBedrock, LocalBedrockOptions } from './server.ts'
import type { LogEntry } from './log.ts'

export const help = `Usage: tenon-local-bedrock [options]

A local Amazon Bedrock Runtime endpoint, for HTTP/1.1 and for HTTP/2 without TLS.
It holds no model: it calls a search-like tool of the request and quotes the results.

  --port <number>          port, default 4567 (0: any free port)
  --host <address>         default 127.0.0.1
  --access-key-id <id>     accepted access key, default local
  --secret-access-key <s>  its secret, default local
  --any-credentials        accept every signature without checking it
  --bearer-token <token>   the only accepted bearer token, default any
  --no-validation          check types only, none of the rules
  --quiet                  do not print a line for each request
  --help                   this text
`

export interface CliOptions {
  isHelp: boolean
  isQuiet: boolean
  server: LocalBedrockOptions
}

/** @throws a TypeError or RangeError whose message says what is wrong with the arguments */
export function readArguments(args: readonly string[]): CliOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      port: { type: 'string', default: '4567' },
      host: { type: 'string' },
      'access-key-id': { type: 'string', default: localCredential.accessKeyId },
      'secret-access-key': { type: 'string', default: localCredential.secretAccessKey },
      'any-credentials': { type: 'boolean' },
      'bearer-token': { type: 'string' },
      'no-validation': { type: 'boolean' },
      quiet: { type: 'boolean' },
      help: { type: 'boolean' },
    },
  })
  const port = Number(values.port)
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new RangeError(`--port must be a number from 0 to 65535, not '${values.port}'`)
  }
  const credential = { accessKeyId: values['access-key-id'], secretAccessKey: values['secret-access-key'] }
  const auth: AuthOptions = {
    credentials: values['any-credentials'] ? 'any' : [credential],
    bearerTokens: values['bearer-token'] === undefined ? 'any' : [values['bearer-token']],
  }
  return {
    isHelp: values.help ?? false,
    isQuiet: values.quiet ?? false,
    server: {
      port,
      auth,
      ...(values.host !== undefined && { host: values.host }),
      ...(values['no-validation'] && { validation: 'off' as const }),
    },
  }
}

/** What to export so that any AWS SDK talks to this server. */
export function environmentFor(server: LocalBedrock, { auth = {} }: LocalBedrockOptions): string {
  const [credential = localCredential] = Array.isArray(auth.credentials) ? auth.credentials : []
  return [
    `export AWS_ENDPOINT_URL_BEDROCK_RUNTIME=${server.url}`,
    `export AWS_ACCESS_KEY_ID=${credential.accessKeyId}`,
    `export AWS_SECRET_ACCESS_KEY=${credential.secretAccessKey}`,
    'export AWS_REGION=us-east-1',
  ].join('\n')
}

/** One line for a finished request. */
export function lineFor(entry: LogEntry): string {
  const { method, path, operation, modelId, status, errorType, ruleId, receivedAt, endedAt = receivedAt } = entry
  const what = operation === undefined ? `${method} ${path}` : `${operation} ${modelId}`
  const why = [errorType, ruleId && `rule ${ruleId}`, entry.closedByClient && 'closed by the client'].filter(Boolean)
  const outcome = [status ?? 'no answer', ...why].join(', ')
  return `${what} → ${outcome} (${endedAt - receivedAt} ms, HTTP/${entry.httpVersion})`
}
