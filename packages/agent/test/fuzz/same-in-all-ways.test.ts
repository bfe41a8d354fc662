import fc from 'fast-check'
import { expect, it } from 'vitest'
import { cleanHistory, type AgentEvent, type DeferredToolRequests } from '../../src/core.ts'
import { drive, drivers, type Observed } from './drive.ts'
import { countOpenCalls, expectOrderlyEvents, expectValidHistory, unansweredIds } from './invariants.ts'
import { plans } from './plans.ts'
import { probe, probePlans } from './probe.ts'
import { runs, timeLimitMs } from '../../../../scripts/test-support/property-runs.ts'

const anyPlan = plans({ mayHang: false })

it(
  'run, stream and iter do the same, and hooks that change nothing change nothing',
  () =>
    fc.assert(
      fc.asyncProperty(anyPlan, probePlans, async (plan, probes) => {
        const reference = await drive(plan)
        const capabilities = probes.map(probe)
        for (const way of Object.keys(drivers) as (keyof typeof drivers)[]) {
          expect(await drive(plan, { way }), way).toEqual(reference)
          const hooked = await drive(plan, { way, capabilities })
          expect(settled(hooked), `${way} with hooks`).toEqual(settled(reference))
        }
        expect(await drive(plan, { way: 'stream', streams: false }), 'replayed').toEqual(reference)
      }),
      runs(60),
    ),
  timeLimitMs,
)

it(
  'histories are valid and events orderly',
  () =>
    fc.assert(
      fc.asyncProperty(anyPlan, probePlans, async (plan, probes) => {
        const events: AgentEvent[] = []
        const capabilities = plan.answers.length % 2 === 0 ? [] : probes.map(probe)
        const seen = await drive(plan, { way: 'stream', capabilities, onEvent: event => events.push(event) })
        expectValidHistory(seen.messages)
        expectOrderlyEvents(events, seen.error === undefined)
        if (seen.error !== undefined) return
        const deferred = deferredOf(seen)
        if (deferred === undefined) expect(countOpenCalls(seen.messages)).toBe(0)
        const mayWait = plan.agent.tools.some(
          ({ behaviour, isExternal, requiresApproval }) =>
            behaviour === 'defer' || behaviour === 'ask' || isExternal || requiresApproval,
        )
        if (!mayWait) expect(unansweredIds(events)).toEqual([])
      }),
      runs(300),
    ),
  timeLimitMs,
)

it(
  'a run goes on where another ended',
  () =>
    fc.assert(
      fc.asyncProperty(anyPlan, anyPlan, async ({ agent: given, answers }, later) => {
        const agent = { ...given, allowsDeferred: true }
        const first = await drive({ agent, answers })
        if (first.error !== undefined) return
        const second = await drive({ ...later, agent }, { run: { messageHistory: first.messages } })
        if (deferredOf(first) !== undefined && countOpenCalls([first.messages.at(-1)!]) > 0) {
          expect(second.error).toBe('user_error')
          return
        }
        expectValidHistory(second.messages)
        expect(second.error).not.toBe('user_error')
        if (second.newMessages === undefined || cleanHistory(first.messages) !== first.messages) return
        expect(second.messages).toEqual([...first.messages, ...second.newMessages])
      }),
      runs(200),
    ),
  timeLimitMs,
)

it(
  'a run that stopped for results goes on with them',
  () =>
    fc.assert(
      fc.asyncProperty(anyPlan, fc.infiniteStream(fc.boolean()), async (plan, yes) => {
        const agent = { ...plan.agent, allowsDeferred: true }
        let seen = await drive({ ...plan, agent })
        for (let turn = 0; turn < 4; turn += 1) {
          const requests = deferredOf(seen)
          if (requests === undefined) return
          expect(countOpenCalls(seen.messages)).toBe(requests.calls.length + requests.approvals.length)
          const calls = requests.calls.map(call => [call.toolCallId, 'made elsewhere'] as const)
          const approvals = requests.approvals.map(call => [call.toolCallId, yes.next().value === true] as const)
          const before = seen.messages
          seen = await drive(
            { agent, answers: [] },
            {
              prompt: turn % 2 === 0 ? null : 'And then?',
              run: {
                messageHistory: before,
                deferredToolResults: { calls: Object.fromEntries(calls), approvals: Object.fromEntries(approvals) },
              },
            },
          )
          expectValidHistory(seen.messages)
          if (seen.error !== undefined) {
            expect(['unexpected_model_behavior', 'usage_limit_exceeded', 'TypeError: a defect']).toContain(seen.error)
            return
          }
          if (cleanHistory(before) === before) expect(seen.messages.slice(0, before.length)).toEqual(before)
          if (deferredOf(seen) === undefined) expect(countOpenCalls(seen.messages)).toBe(0)
        }
      }),
      runs(300),
    ),
  timeLimitMs,
)

it('nothing of it pollutes a prototype', () => {
  expect('polluted' in {}).toBe(false)
})

/** Hooks take time: where calls ran side by side, which of them ended the run, and which had finished by then, may differ. */
function settled(seen: Observed): Observed {
  if (seen.error === undefined) return seen
  const messages = seen.messages.filter(({ kind, state }) => kind === 'response' || state !== 'interrupted')
  const calls = messages.findLast(({ kind }) => kind === 'response')?.parts.filter(({ kind }) => kind === 'tool-call')
  const error = calls !== undefined && calls.length > 1 ? 'one of several' : seen.error
  return { ...seen, error, messages, usage: seen.usage && { ...seen.usage, toolCalls: 0 } }
}

function deferredOf({ output }: Observed): DeferredToolRequests | undefined {
  const requests = output as DeferredToolRequests | undefined
  return requests?.kind === 'deferred-tool-requests' ? requests : undefined
}
