declare const brand: unique symbol

/** Ends the run with `data` as its output.
 *  @example return new End(42) */
export class End<T = undefined> {
  declare readonly [brand]: 'End'
  readonly data: T

  constructor(...data: undefined extends T ? [data?: T] : [data: T]) {
    // the parameter list makes the argument optional exactly when undefined is a T
    this.data = data[0] as T
  }
}

export type NodeBrand = typeof brand
