import fc from 'fast-check'

/** What a tool does when it is called. */
export type Behaviour =
  | 'return'
  | 'rich'
  | 'retry-once'
  | 'retry'
  | 'failed'
  | 'throw'
  | 'defer'
  | 'ask'
  | 'slow'
  | 'time-out'
  | 'hang'

export interface ToolPlan {
  readonly behaviour: Behaviour
  readonly requiresApproval: boolean
  readonly isExternal: boolean
  readonly sequential: boolean
  readonly maxRetries: number | undefined
}

export const outputKinds = [
  'text',
  'auto',
  'auto-several',
  'tools-or-text',
  'output-tool',
  'native',
  'native-several',
  'prompted',
  'nullable',
  'function',
  'text-function',
] as const

export interface AgentPlan {
  readonly tools: readonly ToolPlan[]
  readonly output: (typeof outputKinds)[number]
  readonly allowsDeferred: boolean
  /** `1`: a validator refuses the first output. */
  readonly refusals: 0 | 1 | undefined
  readonly endStrategy: 'early' | 'graceful' | 'exhaustive'
  readonly retries: { readonly tools: number; readonly output: number }
  readonly requestLimit: number
  readonly toolCallsLimit: number | undefined
  readonly instructions: 'none' | 'text' | 'function'
}

export type ArgsPlan = 'valid' | 'wrong-type' | 'bad-json' | 'object' | 'none' | 'polluting'

export type PartPlan =
  | { readonly kind: 'text'; readonly content: string }
  | { readonly kind: 'json'; readonly isValid: boolean }
  | { readonly kind: 'thinking'; readonly content: string }
  | { readonly kind: 'call'; readonly tool: number; readonly args: ArgsPlan; readonly id: IdPlan }
  | { readonly kind: 'unknown-call'; readonly name: string; readonly id: IdPlan }
  | { readonly kind: 'output-call'; readonly tool: number; readonly isValid: boolean; readonly id: IdPlan }

export type IdPlan = 'fresh' | 'again' | '__proto__' | 'constructor'

export interface AnswerPlan {
  readonly parts: readonly PartPlan[]
  readonly finishReason: 'stop' | 'length' | 'content_filter' | 'tool_call' | 'error' | undefined
  readonly isSuspended: boolean
  /** `open`: the request is refused · `hang`: no answer ever comes · `break`, `stall`: in the middle of the answer. */
  readonly trouble: 'none' | 'open' | 'hang' | 'break' | 'stall'
}

export interface Plan {
  readonly agent: AgentPlan
  readonly answers: readonly AnswerPlan[]
}

const weighted = <T>(...options: readonly (readonly [weight: number, value: T])[]): fc.Arbitrary<T> =>
  fc.oneof(...options.map(([weight, value]) => ({ weight, arbitrary: fc.constant(value) })))

const idPlan = weighted<IdPlan>([12, 'fresh'], [1, 'again'], [1, '__proto__'], [1, 'constructor'])

const partPlan: fc.Arbitrary<PartPlan> = fc.oneof(
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('text' as const), content: fc.string({ maxLength: 12 }) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('json' as const), isValid: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('thinking' as const), content: fc.string({ maxLength: 8 }) }) },
  {
    weight: 7,
    arbitrary: fc.record({
      kind: fc.constant('call' as const),
      tool: fc.nat(3),
      args: weighted<ArgsPlan>(
        [8, 'valid'],
        [1, 'wrong-type'],
        [1, 'bad-json'],
        [1, 'object'],
        [1, 'none'],
        [1, 'polluting'],
      ),
      id: idPlan,
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('unknown-call' as const),
      name: fc.constantFrom('__proto__', 'constructor', 'toString', 'nobody', '', 'tool 0'),
      id: idPlan,
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('output-call' as const),
      tool: fc.nat(2),
      isValid: weighted([3, true], [1, false]),
      id: idPlan,
    }),
  },
)

function toolPlan(mayHang: boolean): fc.Arbitrary<ToolPlan> {
  return fc.record({
    behaviour: weighted<Behaviour>(
      [8, 'return'],
      [1, 'rich'],
      [3, 'retry-once'],
      [1, 'retry'],
      [1, 'failed'],
      [1, 'throw'],
      [1, 'defer'],
      [1, 'ask'],
      [2, 'slow'],
      [1, 'time-out'],
      [mayHang ? 4 : 0, 'hang'],
    ),
    requiresApproval: weighted([7, false], [1, true]),
    isExternal: weighted([9, false], [1, true]),
    sequential: weighted([5, false], [1, true]),
    maxRetries: weighted<number | undefined>([3, undefined], [1, 0], [1, 3]),
  })
}

function agentPlan(mayHang: boolean): fc.Arbitrary<AgentPlan> {
  return fc.record({
    tools: fc.array(toolPlan(mayHang), { maxLength: 4 }),
    output: fc.constantFrom(...outputKinds),
    allowsDeferred: fc.boolean(),
    refusals: weighted<0 | 1 | undefined>([3, undefined], [1, 0], [1, 1]),
    endStrategy: fc.constantFrom('early', 'graceful', 'exhaustive'),
    retries: fc.record({ tools: fc.nat(2), output: fc.nat(3) }),
    requestLimit: weighted([5, 12], [1, 2]),
    toolCallsLimit: weighted<number | undefined>([6, undefined], [1, 2]),
    instructions: fc.constantFrom('none', 'text', 'function'),
  })
}

function answerPlan(mayHang: boolean): fc.Arbitrary<AnswerPlan> {
  return fc.record({
    parts: fc.array(partPlan, { maxLength: 5 }),
    finishReason: weighted<AnswerPlan['finishReason']>(
      [8, undefined],
      [2, 'stop'],
      [3, 'tool_call'],
      [1, 'length'],
      [1, 'content_filter'],
      [1, 'error'],
    ),
    isSuspended: weighted([12, false], [1, true]),
    trouble: weighted<AnswerPlan['trouble']>(
      [20, 'none'],
      [1, 'open'],
      [mayHang ? 2 : 0, 'hang'],
      [mayHang ? 1 : 0, 'break'],
      [mayHang ? 3 : 0, 'stall'],
    ),
  })
}

/** An agent and what its model will say. With `mayHang`, tools and models may never come back, whatever their signal says. */
export function plans({ mayHang }: { readonly mayHang: boolean }): fc.Arbitrary<Plan> {
  return fc.record({
    agent: agentPlan(mayHang),
    answers: fc.array(answerPlan(mayHang), { minLength: 1, maxLength: 6 }),
  })
}
