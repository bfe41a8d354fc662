import type { OpenInterrupt } from '../interrupt.ts'

/** Why a kernel stopped. */
export type Stop =
  | { readonly status: 'done'; readonly output: unknown }
  | { readonly status: 'interrupted'; readonly interrupts: readonly OpenInterrupt[] }
  | { readonly status: 'paused' }
  | { readonly status: 'failed'; readonly error: unknown }
  | { readonly status: 'cancelled'; readonly error: unknown }
