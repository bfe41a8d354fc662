/**
 * What every command needs before it starts: a Node that is new enough, the installed packages, the built packages.
 * Plain JavaScript on Node's own modules, because on a fresh clone nothing else is there yet.
 */
import { spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { constants } from 'node:os'
import { join, resolve } from 'node:path'
import process from 'node:process'
import { fileURLToPath, pathToFileURL } from 'node:url'

/** The repository, absolute. */
export const root = resolve(fileURLToPath(import.meta.url), '../..')

const oldestNode = [20, 19]

/** Ends the process with one sentence when this Node is older than `engines` in package.json. */
export function ensureNode() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
  const [oldestMajor = 0, oldestMinor = 0] = oldestNode
  if (major > oldestMajor || (major === oldestMajor && minor >= oldestMinor)) return
  fail(`Node ${process.versions.node} is too old: install Node ${oldestNode.join('.')} or newer.`)
}

/**
 * Installs what `folder`/package-lock.json asks for, unless node_modules already holds exactly that.
 * @param {string} folder absolute; the folder of a package-lock.json
 * @param {{ notice?: string, npmArguments?: readonly string[] }} [options] `notice` is said on stderr before an install
 */
export async function ensureInstalled(folder = root, options = {}) {
  if (isInstalled(folder)) return
  console.error(options.notice ?? 'Installing dependencies (first run)…')
  // NODE_ENV=production must not leave out the tools the checks need
  const { code, output } = await runNpm(['ci', '--include=dev', ...(options.npmArguments ?? [])], folder)
  if (code !== 0) fail(`${output}\nnpm ci failed in ${folder} (exit code ${code}).`, code)
}

/** Builds the packages; does next to nothing when they are up to date. */
export async function ensureBuilt() {
  const { code, output } = await capture(process.execPath, [join(root, 'scripts/build.mjs')], root)
  if (code !== 0) fail(`${output}\nThe build failed (exit code ${code}).`, code)
}

/**
 * Runs a TypeScript file with this terminal as its own, and ends this process the way it ended.
 * @param {string} entry relative to the repository
 * @param {readonly string[]} args
 */
export async function runScript(entry, args) {
  const file = join(root, entry)
  if (!existsSync(file)) fail(`${entry} does not exist.`)
  const loader = pathToFileURL(join(root, 'node_modules/tsx/dist/loader.mjs')).href
  const child = spawn(process.execPath, ['--import', loader, file, ...args], { cwd: root, stdio: 'inherit' })
  // the terminal sends Ctrl-C to both; this process has to outlive the child to pass its exit code on
  process.on('SIGINT', () => {})
  process.on('SIGTERM', () => child.kill('SIGTERM'))
  process.exitCode = await exitCode(child)
}

/**
 * Whether node_modules holds what the lockfile says. Asks npm's own record of what it installed, not file times: a
 * checkout or a copy changes those. Packages for other platforms are marked optional and may be missing.
 * @param {string} folder
 */
export function isInstalled(folder) {
  const wanted = lockedPackages(join(folder, 'package-lock.json'))
  const installed = lockedPackages(join(folder, 'node_modules/.package-lock.json'))
  if (wanted === undefined) return fail(`${join(folder, 'package-lock.json')} is missing or not JSON.`)
  if (installed === undefined) return false
  return Object.entries(wanted).every(([path, locked]) => {
    if (path === '') return true
    const found = installed[path]
    if (found === undefined) return locked.optional === true
    const isSame = found.version === locked.version && found.integrity === locked.integrity
    return isSame && existsSync(join(folder, path))
  })
}

/**
 * @param {string} file
 * @returns {Record<string, { version?: string, integrity?: string, optional?: boolean }> | undefined}
 */
function lockedPackages(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8')).packages
  } catch {
    return undefined
  }
}

/**
 * Runs the npm that started this script, or the one on the PATH.
 * @param {readonly string[]} args
 * @param {string} folder absolute
 */
export function runNpm(args, folder) {
  const script = process.env['npm_execpath']
  if (script?.endsWith('npm-cli.js')) return capture(process.execPath, [script, ...args], folder)
  return capture(process.platform === 'win32' ? 'npm.cmd' : 'npm', args, folder)
}

/**
 * @param {string} command
 * @param {readonly string[]} args
 * @param {string} cwd
 */
async function capture(command, args, cwd) {
  // a .cmd file needs a shell to start it
  const child = spawn(command, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'], shell: command.endsWith('.cmd') })
  let output = ''
  child.stdout?.on('data', chunk => (output += chunk))
  child.stderr?.on('data', chunk => (output += chunk))
  return { code: await exitCode(child), output }
}

/**
 * @param {import('node:child_process').ChildProcess} child
 * @returns {Promise<number>} 128 + the signal's number when a signal ended it, as shells do
 */
function exitCode(child) {
  return new Promise((done, reject) => {
    child.on('error', reject)
    child.on('close', (code, signal) => done(code ?? 128 + (signal === null ? 0 : constants.signals[signal])))
  })
}

/**
 * @param {string} message
 * @returns {never}
 */
export function fail(message, code = 1) {
  console.error(message)
  process.exit(code)
}
