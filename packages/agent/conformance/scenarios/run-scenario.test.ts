import { describe, expect, it } from 'vitest'
import { runScenario } from './run-scenario.ts'
import type { ExpectedRun, Scenario } from './scenario.ts'

const usage = { input_tokens: 3, output_tokens: 2 }
const noFields = { id: null, provider_name: null, provider_details: null }
const stamps = { run_id: '<run-1>', conversation_id: '<conversation-1>', metadata: null, state: 'complete' }
const counters = {
  cache_write_tokens: 0,
  cache_read_tokens: 0,
  input_audio_tokens: 0,
  cache_audio_read_tokens: 0,
  output_audio_tokens: 0,
}

const request = {
  kind: 'request',
  parts: [{ part_kind: 'user-prompt', content: 'Ping', timestamp: '<now>' }],
  timestamp: '<now>',
  instructions: null,
  ...stamps,
}
const response = {
  kind: 'response',
  parts: [{ part_kind: 'text', content: 'Pong', ...noFields }],
  usage: { ...usage, ...counters, details: {}, cost: null },
  model_name: 'scripted',
  timestamp: '<now>',
  provider_name: null,
  provider_url: null,
  provider_details: null,
  provider_response_id: null,
  finish_reason: null,
  ...stamps,
}
const parameters = {
  function_tools: [],
  output_mode: 'text',
  output_tools: [],
  output_object: null,
  allow_text_output: true,
  allow_image_output: false,
  instruction_parts: null,
  model_settings: {},
}
const expected: ExpectedRun = {
  output: { value: 'Pong' },
  messages: [request, response],
  new_messages: 2,
  run_id: '<run-1>',
  conversation_id: '<conversation-1>',
  usage: { requests: 1, tool_calls: 0, ...usage, ...counters, details: {} },
  requests: [{ messages: [request], parameters }],
  calls: [],
}

function scenario(run: Partial<ExpectedRun> = {}, rest: Partial<Scenario> = {}): Scenario {
  return {
    id: 'ping',
    about: 'A prompt and an answer.',
    agent: {},
    model: { responses: [{ parts: [{ part_kind: 'text', content: 'Pong' }], usage }] },
    runs: [{ prompt: 'Ping' }],
    expected: [{ ...expected, ...run }],
    ...rest,
  }
}

async function differingPlaces(checked: Scenario): Promise<string[]> {
  const outcome = await runScenario(checked)
  return outcome.kind === 'failed' ? outcome.differences.map(({ path }) => path) : []
}

describe('runScenario', () => {
  it('passes when the run did what was recorded', async () => {
    expect(await runScenario(scenario())).toEqual({ kind: 'passed' })
  })

  it('finds every kind of difference', async () => {
    const other = { ...response, parts: [{ part_kind: 'text', content: 'Peng', ...noFields }] }
    expect(await differingPlaces(scenario({ output: { value: 'Peng' } }))).toEqual(['run 1.output.value'])
    expect(await differingPlaces(scenario({ messages: [request, other] }))).toEqual([
      'run 1.messages[1].parts[0].content',
    ])
    expect(await differingPlaces(scenario({ new_messages: 1 }))).toEqual(['run 1.new_messages'])
    expect(await differingPlaces(scenario({ usage: { ...expected.usage, requests: 2 } }))).toEqual([
      'run 1.usage.requests',
    ])
    expect(await differingPlaces(scenario({ calls: [{ start: 'echo' }] }))).toEqual(['run 1.calls[0]'])
    expect(await differingPlaces(scenario({ conversation_id: '<run-1>' }))).toEqual(['run 1.conversation_id'])
    const asked = [{ messages: [request], parameters: { ...parameters, output_mode: 'tool' } }]
    expect(await differingPlaces(scenario({ requests: asked }))).toEqual(['run 1.requests[0].parameters.output_mode'])
  })

  it('compares a failure with the recorded one', async () => {
    const failing = { model: { responses: [{ error: 'boom' }] } }
    const { output: _, ...noOutput } = expected
    const failed = (message: string): Scenario => ({
      ...scenario({}, failing),
      expected: [
        {
          error: { type: 'RuntimeError', message },
          messages: [request],
          usage: { requests: 1, tool_calls: 0, input_tokens: 0, output_tokens: 0, ...counters, details: {} },
          requests: noOutput.requests,
          calls: [],
        },
      ],
    })
    const places = await differingPlaces(failed('bang'))
    expect(places).toContain('run 1.error.message')
    expect((await differingPlaces(failed('boom'))).filter(path => path.includes('error'))).toEqual([])
    expect(await differingPlaces(scenario({}, failing))).toContain('run 1.error')
  })

  it('watches streams: events, and text as it grows', async () => {
    const streamed = { model: { responses: [{ stream: [{ text: 'Po' }, { text: 'ng' }], usage }] } }
    const yields = (values: string[]) =>
      scenario({ yields: values }, { ...streamed, runs: [{ prompt: 'Ping', mode: 'stream_text' as const }] })
    expect(await differingPlaces(yields(['Po', 'Pong']))).toEqual([])
    expect(await differingPlaces(yields(['Pong']))).not.toEqual([])
    const events = scenario({ events: [] }, { ...streamed, runs: [{ prompt: 'Ping', mode: 'events' as const }] })
    expect(await differingPlaces(events)).toContain('run 1.events[0]')
  })
})
