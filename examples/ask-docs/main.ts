// npm start -- "How do I stream structured output?"
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { RunCancelled } from 'tenon'
import { ask } from './ask.ts'
import { help, readCommandLine, wantsDebug } from './command-line.ts'
import { explainError } from './explain-error.ts'
import { Screen } from './screen.ts'

// on Node 20 the AWS SDK announces the end of its support; that is no news for whoever asks the docs
process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] ??= 'true'

const interrupted = new AbortController()
process.once('SIGINT', () => interrupted.abort())

process.exitCode = await main()

async function main(): Promise<number> {
  const { env, stdout, stderr } = process
  const args = process.argv.slice(2)
  try {
    const { isHelp, question, historyFile } = readCommandLine(args, env)
    if (isHelp) {
      stdout.write(`${help}\n`)
      return 0
    }
    const root = fileURLToPath(new URL('../..', import.meta.url))
    const modelId = env['TENON_MODEL']
    await ask({ question, historyFile, modelId, root, signal: interrupted.signal }, new Screen(stdout, stderr))
    return 0
  } catch (error) {
    stderr.write(`${explainError(error, { isDebug: wantsDebug(args, env) })}\n`)
    return RunCancelled.is(error) ? 130 : 1
  }
}
