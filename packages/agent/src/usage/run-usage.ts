import { addCosts, addExtra } from './add-usage.ts'
import { emptyUsage, tokenCounters, totalTokens, type RequestUsage } from './usage.ts'

/** What `RunUsage.toJSON()` gives, and what a `RunUsage` can be made from. */
export interface RunUsageRecord extends RequestUsage {
  readonly requests: number
  readonly toolCalls: number
}

/** Usage of a run while it goes on. Pass one to several runs, or to the agents that tools call, and it counts them all.
 *
 *  @example
 *  const usage = new RunUsage()
 *  await agent.run('One', { usage })
 *  await agent.run('Two', { usage })
 *  usage.requests // of both */
export class RunUsage implements RunUsageRecord {
  requests = 0
  /** Function tool calls that succeeded. */
  toolCalls = 0
  inputTokens = 0
  cacheWriteTokens = 0
  cacheReadTokens = 0
  outputTokens = 0
  inputAudioTokens = 0
  cacheAudioReadTokens = 0
  outputAudioTokens = 0
  details: Record<string, number> = Object.create(null)
  /** US dollars as a decimal string: the sum of the costs that are known. */
  declare cost?: string
  declare extra?: Readonly<Record<string, unknown>>
  /** How many additions came without a cost although they used tokens. 0: `cost` is the whole cost. */
  unpriced = 0

  constructor(start: Partial<RunUsageRecord> = {}) {
    this.requests = start.requests ?? 0
    this.toolCalls = start.toolCalls ?? 0
    this.add({ ...emptyUsage, ...start })
  }

  /** Adds tokens and cost. `requests` and `toolCalls` are counted by whoever makes them. */
  add(usage: RequestUsage): this {
    for (const name of tokenCounters) this[name] += usage[name]
    for (const key of Object.keys(usage.details)) {
      this.details[key] = (this.details[key] ?? 0) + (usage.details[key] ?? 0)
    }
    if (usage.cost === undefined && totalTokens(usage) > 0) this.unpriced += 1
    const cost = addCosts(this.cost, usage.cost)
    if (cost !== undefined) this.cost = cost
    const extra = addExtra(this.extra, usage.extra)
    if (extra !== undefined) this.extra = extra
    return this
  }

  get totalTokens(): number {
    return totalTokens(this)
  }

  /** US dollars, when the price of everything counted is known. */
  get costUsd(): number | undefined {
    return this.unpriced > 0 || this.cost === undefined ? undefined : Number(this.cost)
  }

  /** A copy that later additions do not change: plain data. */
  snapshot(): RunUsageRecord {
    return this.toJSON()
  }

  toJSON(): RunUsageRecord {
    const record: { -readonly [K in keyof RunUsageRecord]: RunUsageRecord[K] } = {
      ...emptyUsage,
      requests: this.requests,
      toolCalls: this.toolCalls,
      details: { ...this.details },
    }
    for (const name of tokenCounters) record[name] = this[name]
    if (this.cost !== undefined) record.cost = this.cost
    if (this.extra !== undefined) record.extra = this.extra
    return record
  }
}
