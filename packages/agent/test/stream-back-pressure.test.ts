import { describe, expect, it } from 'vitest'
import { agent, type AgentStream, type Capability } from '../src/core.ts'
import { FunctionModel } from '../src/testing/index.ts'
import { probe } from './support/probe.ts'

const pieces = 200

function counting() {
  const produced = { count: 0 }
  const model = new FunctionModel({
    streamFunction: async function* () {
      for (; produced.count < pieces; produced.count += 1) yield `${produced.count} `
    },
  })
  return { produced, model }
}

/** How far the model was ahead of its reader at most, who takes his time. */
async function lead(
  read: (stream: AgentStream) => AsyncIterable<unknown>,
  capabilities: readonly Capability[],
): Promise<number> {
  const { produced, model } = counting()
  const stream = agent({ model, capabilities }).stream('go')
  let taken = 0
  let most = 0
  for await (const _ of read(stream)) {
    taken += 1
    await new Promise(setImmediate)
    most = Math.max(most, produced.count - taken)
  }
  expect(produced.count).toBe(pieces)
  return most
}

const observing: Capability = {
  async *wrapRunEventStream(_, events) {
    yield* events
  },
}

describe('a slow reader', () => {
  it.each([
    ['events', (stream: AgentStream) => stream],
    ['text()', (stream: AgentStream) => stream.text()],
    ['responses()', (stream: AgentStream) => stream.responses()],
  ] as const)('of %s holds the model back', async (_, read) => {
    expect(await lead(read, [])).toBeLessThanOrEqual(3)
  })

  it('holds it back through hooks as well', async () => {
    expect(await lead(stream => stream.text(), [probe('a', []), observing, probe('b', [])])).toBeLessThanOrEqual(8)
  })
})

it('a stream that is not read any further produces nothing more', async () => {
  const { produced, model } = counting()
  const iterator = agent({ model }).stream('go').text()[Symbol.asyncIterator]()
  for (let n = 0; n < 5; n += 1) await iterator.next()
  const before = produced.count
  for (let n = 0; n < 20; n += 1) await new Promise(setImmediate)
  expect(produced.count).toBe(before)
  await iterator.return?.()
})
