import type { Budget, Contestant, Row, Samples, Unit } from '../suite.ts'
import { medianOf, ratioOf } from './statistics.ts'

export interface RowOptions {
  readonly unit: Unit
  /** The samples are divided by it: 1,000 makes ms of µs. Default 1. */
  readonly divisor?: number
  /** Default `ai`. */
  readonly peer?: Contestant
  readonly budget?: Budget
  readonly note?: string
}

/** The row of the contestants `ours`, `floor` and the peer. */
export function rowOf(what: string, samples: Samples, options: RowOptions): Row {
  const { unit, divisor = 1, peer = 'ai', budget, note } = options
  const value = (contestant: Contestant) => {
    const found = medianOf(samples, contestant)
    return found === undefined ? undefined : found / divisor
  }
  const ours = value('ours')
  if (ours === undefined) throw new Error(`There are no figures of ours for "${what}".`)
  const peerValue = value(peer)
  const peerRatio = ratioOf(samples, 'ours', peer)
  return {
    what,
    unit,
    ours,
    floor: value('floor'),
    toFloor: ratioOf(samples, 'ours', 'floor'),
    peer:
      peerValue === undefined || peerRatio === undefined
        ? undefined
        : { name: peer, value: peerValue, ratio: peerRatio },
    budget,
    note,
  }
}
