import { cpus, loadavg, totalmem } from 'node:os'
import process from 'node:process'

/** What the figures were taken on. */
export interface Machine {
  readonly node: string
  readonly v8: string
  readonly platform: string
  readonly cpu: string
  readonly cpus: number
  readonly memoryGb: number
}

export function describeMachine(): Machine {
  const all = cpus()
  return {
    node: process.versions.node,
    v8: process.versions.v8,
    platform: `${process.platform} ${process.arch}`,
    cpu: all[0]?.model.trim() ?? 'unknown',
    cpus: all.length,
    memoryGb: Math.round(totalmem() / 2 ** 30),
  }
}

/** Processes that wanted a CPU during the last minute, on average. Above the number of CPUs, others were in the way. */
export function loadAverage(): number {
  return Math.round((loadavg()[0] ?? 0) * 10) / 10
}
