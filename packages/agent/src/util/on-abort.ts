interface Waiting {
  readonly callbacks: Set<() => void>
  readonly stop: () => void
}

const waitingFor = new WeakMap<AbortSignal, Waiting>()

/** Calls back when a signal is aborted; at once when it is already. Returns how to stop waiting.
 *  All who wait for one signal share one listener, because Node takes more than ten for a leak and warns.
 *  @see https://nodejs.org/api/events.html#eventsdefaultmaxlisteners (read 2026-11-23) */
export function onAbort(signal: AbortSignal, callback: () => void): () => void {
  if (signal.aborted) {
    callback()
    return () => {}
  }
  const waiting = waitingFor.get(signal) ?? listen(signal)
  // a function of its own, so that a callback given twice is called twice
  const call = () => callback()
  waiting.callbacks.add(call)
  return () => {
    if (waiting.callbacks.delete(call) && waiting.callbacks.size === 0) waiting.stop()
  }
}

function listen(signal: AbortSignal): Waiting {
  const callbacks = new Set<() => void>()
  const handler = () => {
    waitingFor.delete(signal)
    for (const call of callbacks) call()
  }
  const stop = () => {
    waitingFor.delete(signal)
    signal.removeEventListener('abort', handler)
  }
  const waiting = { callbacks, stop }
  waitingFor.set(signal, waiting)
  signal.addEventListener('abort', handler)
  return waiting
}
