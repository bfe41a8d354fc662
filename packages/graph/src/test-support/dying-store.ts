import type { GraphStore } from '../store/store.ts'

/** A store that stops working at a commit, as a process does that dies there. */
export const dying = (inner: GraphStore, at: number): GraphStore => {
  let count = 0
  return {
    ...inner,
    commit: async (...args) => {
      if (count++ >= at) throw new Error('dead')
      await inner.commit(...args)
    },
  }
}
