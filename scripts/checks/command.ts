import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from '../ensure.mjs'
import type { Outcome } from './check.ts'

export interface CommandResult {
  readonly code: number
  /** stdout and stderr in the order they came. */
  readonly output: string
}

export interface CommandOptions {
  readonly cwd?: string
  /** The Node to run it with. Default: the one that runs this. */
  readonly node?: string
  readonly env?: Readonly<Record<string, string>>
  /** Default 600,000: a check that hangs is a failure, not a wait. */
  readonly timeoutMs?: number
}

/** Runs an installed tool, such as `oxlint`, to its end. Never rejects for a tool that fails. */
export function runTool(tool: string, args: readonly string[], options: CommandOptions = {}): Promise<CommandResult> {
  return runNode([binOf(tool), ...args], options)
}

/** Runs `node <args>` in the repository to its end. */
export function runNode(args: readonly string[], options: CommandOptions = {}): Promise<CommandResult> {
  const { cwd = root, node = process.execPath, env = {}, timeoutMs = 600_000 } = options
  return new Promise((resolve, reject) => {
    const child = spawn(node, args, {
      cwd,
      env: { ...colors(), ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: timeoutMs,
    })
    let output = ''
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => (output += chunk))
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => (output += chunk))
    child.on('error', reject)
    child.on('close', (code, signal) => {
      const ending = signal === null ? '' : `\nended by ${signal} (the limit is ${timeoutMs / 1000} s)`
      resolve({ code: code ?? 1, output: output + ending })
    })
  })
}

/** Tools look at their own output, which is a pipe here: they are told about ours, unless the caller has a wish. */
function colors(): Record<string, string> {
  if (process.env['FORCE_COLOR'] !== undefined || process.env['NO_COLOR'] !== undefined) return {}
  return process.stdout.isTTY ? { FORCE_COLOR: '1' } : { NO_COLOR: '1' }
}

/** Holds when the tool exits with 0; its output is what is wrong. */
export async function toolOutcome(tool: string, args: readonly string[], options?: CommandOptions): Promise<Outcome> {
  const { code, output } = await runTool(tool, args, options)
  const failed = code === 0 ? 0 : 1
  return { passed: 1 - failed, failed, details: output.trim() }
}

/** The script behind a command: `tsc6` of the package `typescript` is written `typescript:tsc6`. */
function binOf(tool: string): string {
  const [packageName = tool, command = packageName.split('/').at(-1) ?? tool] = tool.split(':')
  const folder = join(root, 'node_modules', packageName)
  const { bin } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
    bin?: string | Record<string, string>
  }
  const script = typeof bin === 'string' ? bin : bin?.[command]
  if (script === undefined) throw new Error(`The package ${packageName} has no command \`${command}\`.`)
  return join(folder, script)
}
