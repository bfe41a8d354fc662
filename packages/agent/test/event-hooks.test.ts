import { describe, expect, it } from 'vitest'
import { agent, type AgentEvent, type Capability } from '../src/core.ts'
import { FunctionModel } from '../src/testing/index.ts'
import { collect } from './support/drive.ts'

function story() {
  const state = { closed: false }
  const model = new FunctionModel({
    streamFunction: async function* () {
      try {
        for (let n = 0; n < 5; n += 1) yield `word${n} `
      } finally {
        state.closed = true
      }
    },
  })
  return { state, model }
}

function through(map: (events: AsyncIterable<AgentEvent>) => AsyncIterable<AgentEvent>): Capability {
  return { wrapRunEventStream: (_ctx, events) => map(events) }
}

async function* nothing(): AsyncGenerator<AgentEvent> {
  yield* []
}

const passOn = through(async function* (events) {
  for await (const event of events) yield event
})

describe('a hook on the events', () => {
  it('that passes them on: leaving early keeps what had come', async () => {
    const { state, model } = story()
    const stream = agent({ model, capabilities: [passOn] }).stream('Go.')
    for await (const event of stream) if (event.kind === 'part-delta') break
    await expect(stream.result).rejects.toMatchObject({
      code: 'run_cancelled',
      messages: [{}, { state: 'interrupted', parts: [{ content: 'word0 word1 ' }] }],
    })
    expect(state.closed).toBe(true)
  })

  it('that breaks down: its error ends the run, and the model is left', async () => {
    const { state, model } = story()
    const defect = through(async function* (events) {
      for await (const event of events) {
        yield event
        if (event.kind === 'part-delta') throw new TypeError('a defect')
      }
    })
    const stream = agent({ model, capabilities: [defect] }).stream('Go.')
    await expect(collect(stream)).rejects.toThrow('a defect')
    expect(state.closed).toBe(true)
    expect(stream.messages).toMatchObject([{}, { state: 'interrupted' }])
  })

  it('that stops reading, or shows nothing: the run goes on to its end', async () => {
    for (const hook of [
      through(async function* (events) {
        for await (const event of events) {
          yield event
          return
        }
      }),
      through(async function* (events) {
        for await (const event of events) if (event.kind === 'enqueued-messages') yield event
      }),
      through(() => nothing()),
    ]) {
      const { model } = story()
      const stream = agent({ model, capabilities: [hook] }).stream('Go.')
      const events = await collect(stream)
      expect(events.at(-1)).toMatchObject({ kind: 'agent-run-result' })
      expect(await stream.output).toBe('word0 word1 word2 word3 word4 ')
    }
  })
})
