/** `fetch` as it is at the time of the call: telemetry replaces the global one after clients were made.
 *  @see https://github.com/vercel/ai/issues/14365 (read 2026-08-22) */
export const currentFetch: typeof globalThis.fetch = (input, init) => globalThis.fetch(input, init)
