import { spawn } from 'node:child_process'
import { fileURLToPath, pathToFileURL } from 'node:url'

export const root = fileURLToPath(new URL('../..', import.meta.url))

export interface Finished {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

export interface CommandOptions {
  readonly args?: readonly string[]
  /** Beside PATH and HOME nothing else of the environment is seen. */
  readonly env?: Readonly<Record<string, string>>
  /** Loaded before the program; absolute. */
  readonly preload?: string
  /** Called with everything on stderr so far. */
  readonly onStderr?: (text: string, interrupt: () => void) => void
}

/** Runs a program of the examples as `npm start` does, in an environment without any AWS set-up.
 *  @param entry relative to the repository */
export function runExample(entry: string, options: CommandOptions = {}): Promise<Finished> {
  const loader = pathToFileURL(`${root}node_modules/tsx/dist/loader.mjs`).href
  const preload = options.preload === undefined ? [] : ['--import', pathToFileURL(options.preload).href]
  const { PATH = '', HOME = '' } = process.env
  const child = spawn(process.execPath, ['--import', loader, ...preload, `${root}${entry}`, ...(options.args ?? [])], {
    cwd: root,
    env: { PATH, HOME, ...noAws, ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let stdout = ''
  let stderr = ''
  child.stdout.on('data', chunk => (stdout += chunk))
  child.stderr.on('data', chunk => {
    stderr += chunk
    options.onStderr?.(stderr, () => child.kill('SIGINT'))
  })
  return new Promise((done, reject) => {
    child.on('error', reject)
    child.on('close', code => done({ code, stdout, stderr }))
  })
}

/** Neither the files of whoever runs the tests nor the metadata service of a cloud machine. */
const noAws = {
  AWS_CONFIG_FILE: '/nonexistent/config',
  AWS_SHARED_CREDENTIALS_FILE: '/nonexistent/credentials',
  AWS_EC2_METADATA_DISABLED: 'true',
}
