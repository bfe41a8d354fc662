import type { Work } from '../suite.ts'

/** Opens a stream and reads it to its end. */
export function reading(open: () => AsyncIterable<unknown>): Work {
  return async count => {
    for (let i = 0; i < count; i += 1) for await (const _ of open());
  }
}

/** Does one job after the other. */
export function repeating(job: () => Promise<unknown>): Work {
  return async count => {
    for (let i = 0; i < count; i += 1) await job()
  }
}
