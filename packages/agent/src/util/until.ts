/** What a promise becomes, unless something else rejects first.
 *  @param watch is given how to reject; returns how to stop watching */
export function until<T>(pending: Promise<T>, watch: (reject: (error: unknown) => void) => () => void): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = watch(reject)
    pending.then(
      value => {
        stop()
        resolve(value)
      },
      (error: unknown) => {
        stop()
        reject(error)
      },
    )
  })
}
