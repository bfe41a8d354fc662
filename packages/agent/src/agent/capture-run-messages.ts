import type { ModelMessage } from '../messages/message.ts'
import { Ambient } from './ambient.ts'

/** The messages of the first run inside a scope; fills while that run goes on. */
export interface CapturedRun {
  readonly messages: readonly ModelMessage[]
}

interface Capture extends CapturedRun {
  messages: readonly ModelMessage[]
  taken: boolean
}

const captures = new Ambient<Capture>('`captureRunMessages()`')

/** Shows the messages of the first run that starts inside `fn`, also when it fails. Scopes inside see their own runs.
 *
 *  @example
 *  await captureRunMessages(async captured => {
 *    await agent.run('…').catch(() => console.log(captured.messages))
 *  })
 */
export function captureRunMessages<R>(fn: (captured: CapturedRun) => R): R {
  const capture: Capture = { messages: [], taken: false }
  return captures.run(capture, () => fn(capture))
}

/** Tells the scope, if there is one that has no run yet, where this run keeps its messages. */
export function offerToCapture(messages: readonly ModelMessage[]): void {
  const capture = captures.current
  if (capture === undefined || capture.taken) return
  capture.taken = true
  capture.messages = messages
}
