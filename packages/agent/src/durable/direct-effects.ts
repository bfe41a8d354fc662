import { uuidV7 } from '../util/ids.ts'
import type { Effects } from './effects.ts'

/** Performs every effect where and when it is asked for. */
export const directEffects: Effects = {
  streams: true,
  now: () => Date.now(),
  random: () => Math.random(),
  id: purpose => (purpose === 'tool-call' ? `call_${uuidV7().replaceAll('-', '')}` : uuidV7()),
  sleep: (ms, signal) =>
    new Promise((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason)
      const stop = () => {
        clearTimeout(timer)
        reject(signal.reason)
      }
      const timer = setTimeout(() => {
        signal.removeEventListener('abort', stop)
        resolve()
      }, ms)
      signal.addEventListener('abort', stop, { once: true })
    }),
  modelRequest: (_step, _request, perform) => perform(),
  toolCall: (_step, _call, perform) => perform(),
  listTools: (_step, perform) => perform(),
}
