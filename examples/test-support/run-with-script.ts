import { scriptedResponder, startLocalBedrock, type ConverseRequest, type ScriptStep } from '@tenon/local-bedrock'
import { vi } from 'vitest'

export interface Played {
  /** What the program printed, line by line. */
  readonly lines: readonly string[]
  /** What reached the model. */
  readonly requests: readonly ConverseRequest[]
}

/** Runs a program of the examples as it stands: its `bedrock:` model is a local endpoint that says these things.
 *  Once per test file, because a program keeps its connection.
 *  @param load imports the program */
export async function runWithScript(load: () => Promise<unknown>, script: readonly ScriptStep[]): Promise<Played> {
  const responder = scriptedResponder(script)
  await using endpoint = await startLocalBedrock({ responder })
  vi.stubEnv('AWS_ENDPOINT_URL_BEDROCK_RUNTIME', endpoint.url)
  vi.stubEnv('AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED', 'true')
  vi.stubEnv('AWS_REGION', 'us-east-1')
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'local')
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'local')
  vi.stubEnv('AWS_BEARER_TOKEN_BEDROCK', undefined)
  let printed = ''
  const log = vi.spyOn(console, 'log').mockImplementation((...values) => void (printed += `${values.join(' ')}\n`))
  const write = vi.spyOn(process.stdout, 'write').mockImplementation(text => {
    printed += String(text)
    return true
  })
  try {
    await load()
  } finally {
    write.mockRestore()
    log.mockRestore()
    vi.unstubAllEnvs()
  }
  return { lines: printed.trimEnd().split('\n'), requests: responder.requests }
}
