import { compare, type Difference } from '../compare/compare.ts'
import { Bindings } from '../compare/tokens.ts'
import { attempt, type Outcome } from '../report/outcome.ts'
import { compareError } from '../wire/errors.ts'
import { withoutBreachingResponse } from './breaching-response.ts'
import { buildAgent } from './build-agent.ts'
import { compareYields } from './compare-yields.ts'
import { OutputNames } from './output-names.ts'
import { performRun, type RunDone } from './perform-run.ts'
import { Recorder } from './recorder.ts'
import type { ExpectedRun, OutputRecord, RunRecord, Scenario } from './scenario.ts'
import { ScriptedModel } from './scripted-model.ts'
import { withoutSkippedCalls } from './skipped-calls.ts'

/** Performs the runs of a scenario with one agent and compares what each of them did. */
export function runScenario(scenario: Scenario, promptedOutputTemplate?: string): Promise<Outcome> {
  return attempt(async () => {
    const recorder = new Recorder()
    const names = new OutputNames()
    const model = new ScriptedModel(scenario.model, recorder, promptedOutputTemplate)
    const agent = buildAgent(scenario.agent, { model, recorder, names })
    const bindings = new Bindings()
    const differences: Difference[] = []
    let previous: RunDone | undefined
    for (const [index, run] of scenario.runs.entries()) {
      recorder.startRun()
      const done = await performRun(agent, run, { previous, names })
      const expected = scenario.expected[index]
      if (expected !== undefined) {
        const output = run.output ?? scenario.agent.output
        differences.push(...compareRun(run, expected, done, { recorder, bindings, output, path: `run ${index + 1}` }))
      }
      previous = done
    }
    return differences
  })
}

interface RunContext {
  readonly recorder: Recorder
  readonly bindings: Bindings
  readonly output: OutputRecord | undefined
  readonly path: string
}

function compareRun(
  run: RunRecord,
  expected: ExpectedRun,
  done: RunDone,
  { recorder, bindings, output, path }: RunContext,
): Difference[] {
  const options = { bindings }
  const same = (name: string, recorded: unknown, ours: unknown, extra = {}) =>
    recorded === undefined ? [] : compare(recorded, ours, { ...options, ...extra }, `${path}.${name}`)
  return [
    ...compareEnd(expected, done, same, path),
    ...same('messages', expected.messages, withoutBreachingResponse(done)),
    ...same('new_messages', expected.new_messages, done.newMessages),
    ...same('run_id', expected.run_id, done.runId),
    ...same('conversation_id', expected.conversation_id, done.conversationId),
    ...same('metadata', expected.metadata, done.metadata),
    // a cost is not part of what was recorded
    ...same('usage', expected.usage, done.usage, { nullIsAbsent: true }),
    // the schema in a prompt may be spaced otherwise
    ...same('requests', expected.requests, recorder.requests, { jsonStrings: false }).filter(
      difference => !isSameSchemaText(difference, options),
    ),
    ...same('calls', expected.calls, recorder.calls),
    ...same('events', expected.events, withoutSkippedCalls(done.events ?? [])),
    ...compareYields(run, expected, done, { output, options, path: `${path}.yields` }),
  ]
}

type Same = (name: string, recorded: unknown, ours: unknown) => Difference[]

function compareEnd(expected: ExpectedRun, done: RunDone, same: Same, path: string): Difference[] {
  if (expected.error !== undefined) return compareError(expected.error, done.error ?? done.output, `${path}.error`)
  if (done.error === undefined) return same('output', expected.output, done.output)
  const actual = done.error instanceof Error ? (done.error.stack ?? done.error.message) : done.error
  return [{ path: `${path}.error`, expected: 'no error', actual }]
}

function isSameSchemaText({ path, expected, actual }: Difference, options: { bindings: Bindings }): boolean {
  return path.includes('.instruction') && compare(expected, actual, { ...options, jsonStrings: true }).length === 0
}
