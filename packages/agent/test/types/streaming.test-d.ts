// A stream: events narrow by their kind, views have the types of what they show.
import { z } from 'zod'
import { agent, text, type AgentEvent, type AgentNode, type DeepPartial, type ModelResponse } from '../../src/index.ts'
import { expectType, type Eq } from './expect.ts'

const Report = z.object({ title: z.string(), rows: z.array(z.object({ n: z.number() })) })
type ReportOutput = { title: string; rows: { n: number }[] }

const plain = agent({ model: 'test' })
const report = agent({ model: 'test', output: Report })
const list = agent({ model: 'test', output: z.array(z.object({ n: z.number() })) })

// events
for await (const event of report.stream('hi')) {
  expectType<Eq<typeof event, AgentEvent<ReportOutput>>>()
  // @ts-expect-error only some events have a delta
  void event.delta
  // @ts-expect-error there is no such kind
  if (event.kind === 'text-delta') break
  if (event.kind === 'part-delta') {
    // @ts-expect-error a delta is of several kinds too
    void event.delta.contentDelta
    if (event.delta.kind === 'text') event.delta.contentDelta.toUpperCase()
    // @ts-expect-error a delta has no part
    void event.part
  }
  if (event.kind === 'agent-run-result') event.output.title.toUpperCase()
  if (event.kind === 'function-tool-result') {
    // @ts-expect-error it may be a retry prompt, without an outcome
    void event.part.outcome
    if (event.part.kind === 'tool-return') void event.part.outcome
  }
  if (event.kind === 'part-start') {
    // @ts-expect-error not every part has content
    void event.part.content
    if (event.part.kind === 'thinking') event.part.content.toUpperCase()
  }
}

// views
for await (const piece of plain.stream('hi').text()) {
  expectType<Eq<typeof piece, string>>()
  // @ts-expect-error a piece of text
  void piece.delta
}
for await (const partial of report.stream('hi').partials({ debounceMs: 20 })) {
  expectType<Eq<typeof partial, DeepPartial<ReportOutput>>>()
  partial.title?.toUpperCase()
  void partial.rows?.[0]?.n?.toFixed(1)
  // @ts-expect-error it may not be there yet
  partial.title.toUpperCase()
  // @ts-expect-error nor at any depth
  partial.rows?.[0]?.n.toFixed(1)
  // @ts-expect-error a partial output is not to be changed
  partial.title = 'x'
}
for await (const element of list.stream('hi').elements()) {
  expectType<Eq<typeof element, { n: number }>>()
  element.n.toFixed(1)
  // @ts-expect-error an element has no length
  void element.length
}
for await (const element of report.stream('hi').elements()) {
  // @ts-expect-error only a list has elements
  void element.title
}
for await (const response of report.stream('hi').responses()) expectType<Eq<typeof response, ModelResponse>>()
// @ts-expect-error the option is called debounceMs
report.stream('hi').partials({ debounce: 5 })
// @ts-expect-error elements are whole, and not joined
list.stream('hi').elements({ debounceMs: 5 })

// awaitables
const stream = report.stream('hi')
expectType<Eq<typeof stream.output, Promise<ReportOutput>>>()
;(await stream.output).title.toUpperCase()
;(await stream.result).output.rows.at(0)
// @ts-expect-error the output is a promise
void stream.output.title
// @ts-expect-error as is the result
void stream.result.output
// @ts-expect-error a stream is read with `for await`
for (const event of stream) void event
const other = await report.stream('hi', { output: [Report, text] }).output
expectType<Eq<typeof other, ReportOutput | string>>()

// node by node
const run = report.iter('hi')
for await (const node of run) {
  expectType<Eq<typeof node, AgentNode>>()
  // @ts-expect-error only one kind of node has a response
  void node.response
  if (node.kind === 'call-tools') void node.response.parts
  if (node.kind === 'model-request') void node.parts.length
  // @ts-expect-error there is no such node
  if (node.kind === 'tool-call') break
}
run.result?.output.title.toUpperCase()
// @ts-expect-error there is no result before the end
void run.result.output
// @ts-expect-error a node, not its name
await run.next('end')
