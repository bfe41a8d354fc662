import { z } from 'zod'
import {
  agent,
  ApprovalRequired,
  CallDeferred,
  deferredToolRequests,
  directEffects,
  ExternalToolset,
  ModelRetry,
  named,
  nativeOutput,
  outputFunction,
  outputTool,
  promptedOutput,
  text,
  textOutput,
  tool,
  ToolFailed,
  toolReturn,
  type Agent,
  type Capability,
  type Effects,
  type OutputEntry,
  type RunContext,
} from '../../src/core.ts'
import type { AgentPlan, Behaviour, Plan, ToolPlan } from './plans.ts'
import { PlannedModel } from './planned-model.ts'

/** What tools were run, in order. */
export type ExecutionLog = (readonly [name: string, x: unknown, retry: number, approved: boolean])[]

export interface PlannedAgent {
  readonly agent: Agent<unknown, unknown>
  readonly executed: ExecutionLog
}

export interface BuildOptions {
  readonly capabilities?: readonly Capability[]
  readonly streams?: boolean
}

const first = named(z.object({ a: z.string() }), 'First')
const second = named(z.object({ b: z.number() }), 'Second')
const never = new Promise<never>(() => {})

const outputs: { readonly [K in AgentPlan['output']]: readonly OutputEntry[] } = {
  text: [text],
  auto: [first],
  'auto-several': [first, second],
  'tools-or-text': [first, second, text],
  'output-tool': [outputTool({ schema: z.object({ a: z.string() }), name: 'answer', maxRetries: 1 })],
  native: [nativeOutput(first)],
  'native-several': [nativeOutput([first, second])],
  prompted: [promptedOutput(first)],
  nullable: [first, null],
  function: [
    outputFunction({
      schema: z.object({ a: z.string() }),
      name: 'First',
      run: async ({ a }, ctx: RunContext) => {
        if (ctx.retry === 0) throw new ModelRetry('once more')
        return `${a}!`
      },
    }),
  ],
  'text-function': [textOutput(async content => content.length)],
}

/** A fresh agent with a fresh model; everything random or dated is fixed. */
export function plannedAgent(plan: Plan, options: BuildOptions = {}): PlannedAgent {
  const executed: ExecutionLog = []
  const { tools, refusals, instructions, requestLimit, toolCallsLimit, ...given } = plan.agent
  const entries = outputs[given.output]
  const external = tools.flatMap(({ isExternal }, index) => (isExternal ? [index] : []))
  const made = agent({
    model: new PlannedModel(plan.answers),
    tools: tools.flatMap((one, index) => (one.isExternal ? [] : [plannedTool(`tool_${index}`, one, executed)])),
    toolsets: external.map(
      index => new ExternalToolset([{ name: `tool_${index}`, parametersJsonSchema: { type: 'object' } }]),
    ),
    output: given.allowsDeferred ? [...entries, deferredToolRequests] : entries,
    outputValidators: refusals === undefined ? [] : [validator(refusals)],
    endStrategy: given.endStrategy,
    retries: given.retries,
    usageLimits: { requestLimit, toolCallsLimit },
    instructions: instructions === 'none' ? [] : instructions === 'text' ? 'Be brief.' : async () => 'Be brief.',
    capabilities: options.capabilities,
    effects: fixedEffects(options.streams ?? true),
  })
  return { agent: made as Agent<unknown, unknown>, executed }
}

function validator(refusals: 0 | 1) {
  return (_output: unknown, ctx: RunContext) => {
    if (ctx.retry < refusals) throw new ModelRetry('not yet')
  }
}

function plannedTool(name: string, plan: ToolPlan, executed: ExecutionLog) {
  return tool({
    name,
    input: z.object({ x: z.string().default('none') }),
    requiresApproval: plan.requiresApproval,
    sequential: plan.sequential,
    maxRetries: plan.maxRetries,
    timeoutMs: plan.behaviour === 'time-out' ? 2 : plan.behaviour === 'hang' ? 60_000 : undefined,
    run: async ({ x }, ctx: RunContext) => {
      executed.push([name, x, ctx.retry, ctx.toolCallApproved])
      return behave(plan.behaviour, ctx)
    },
  })
}

async function behave(behaviour: Behaviour, ctx: RunContext): Promise<unknown> {
  switch (behaviour) {
    case 'return':
      return { ok: true }
    case 'rich':
      return toolReturn('rich', { content: 'Look at this.', metadata: { source: 'test' } })
    case 'retry-once':
      if (ctx.retry === 0) throw new ModelRetry('other arguments, please')
      return 'better'
    case 'retry':
      throw new ModelRetry('never good enough')
    case 'failed':
      throw new ToolFailed('out of order')
    case 'throw':
      throw new TypeError('a defect')
    case 'defer':
      throw new CallDeferred({ job: 1 })
    case 'ask':
      if (!ctx.toolCallApproved) throw new ApprovalRequired({ why: 'it is dear' })
      return 'done with a yes'
    case 'slow':
      for (let turn = 0; turn < 8; turn += 1) await Promise.resolve()
      return 'slow'
    case 'time-out':
    case 'hang':
      return never
  }
}

function fixedEffects(streams: boolean): Effects {
  let ids = 0
  return {
    ...directEffects,
    streams,
    now: () => Date.UTC(2026, 0, 1),
    id: purpose => `${purpose}-${(ids += 1)}`,
  }
}
