import type { Machine } from './measure/machine.ts'
import type { Row, Unit } from './suite.ts'

export interface Report {
  readonly machine: Machine
  /** Before and after. */
  readonly load: readonly [number, number]
  /** Seconds. */
  readonly tookS: number
  readonly rows: readonly (Row & { readonly met?: boolean })[]
}

/** Whether a row keeps its budget; `undefined` without one. */
export function isMet({ budget, ours, toFloor }: Row): boolean | undefined {
  if (budget === undefined) return undefined
  const value = budget.of === 'ours' ? ours : toFloor
  return value === undefined ? undefined : value <= budget.max
}

/** The report as Markdown. */
export function markdown({ machine, load, tookS, rows }: Report): string {
  const { node, v8, platform, cpu, cpus, memoryGb } = machine
  const head = ['what', 'ours', 'floor', 'ours ÷ floor', 'peer', 'ours ÷ peer', 'budget', 'met']
  const body = rows.map(cells)
  const widths = head.map((title, column) => Math.max(...[head, ...body].map(row => row[column]!.length), title.length))
  const line = (row: readonly string[]) => `| ${row.map((cell, column) => cell.padEnd(widths[column]!)).join(' | ')} |`
  return [
    `Node ${node} (V8 ${v8}), ${platform}, ${cpus} × ${cpu}, ${memoryGb} GB; load average ${load[0]} before, ${load[1]} after; ${tookS} s`,
    '',
    line(head),
    `| ${widths.map(width => '-'.repeat(width)).join(' | ')} |`,
    ...body.map(line),
  ].join('\n')
}

function cells(row: Row): readonly string[] {
  const { what, unit, ours, floor, toFloor, peer, budget, note } = row
  const met = isMet(row)
  return [
    note === undefined ? what : `${what} (${note})`,
    amount(ours, unit),
    floor === undefined ? '–' : amount(floor, unit),
    toFloor === undefined ? '–' : digits(toFloor),
    peer === undefined ? '–' : `${peer.name} ${amount(peer.value, unit)}`,
    peer?.ratio === undefined ? '–' : digits(peer.ratio),
    budget === undefined ? '–' : budget.of === 'ours' ? `≤ ${amount(budget.max, unit)}` : `≤ ${budget.max} × floor`,
    met === undefined ? '–' : met ? 'yes' : 'NO',
  ]
}

function amount(value: number, unit: Unit): string {
  return unit === 'count' || unit === 'exponent' ? digits(value) : `${digits(value)} ${unit}`
}

/** Three digits are more than a shared machine can promise. */
function digits(value: number): string {
  if (value >= 100) return Math.round(value).toLocaleString('en')
  return String(Number(value.toPrecision(value < 1 ? 2 : 3)))
}
