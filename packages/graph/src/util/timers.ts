/** The longest delay timers take, 24.8 days: what is longer they do at once. */
const MAX_DELAY_MS = 2 ** 31 - 1

export const delayOf = (ms: number): number => Math.min(ms, MAX_DELAY_MS)
