import { trace } from '@opentelemetry/api'
import { InMemorySpanExporter, NodeTracerProvider, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-node'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { graphBuilder, interruptPoint, memoryStore, type } from './index.ts'

const exporter = new InMemorySpanExporter()
const provider = new NodeTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] })
provider.register()
afterAll(() => provider.shutdown())
beforeEach(() => exporter.reset())

const ok = interruptPoint('ok', { payload: type<null>(), resume: type<boolean>() })

const build = () => {
  const g = graphBuilder({ name: 'traced', input: type<number[]>(), output: type<number>() })
  g.start
    .map({ id: 'each' })
    .step('double', ({ input }) => {
      trace.getActiveSpan()?.setAttribute('seen', true)
      if (input < 0) throw new RangeError('negative')
      return input * 2
    })
    .sum()
    .step('ask', async ({ input, interrupt }) => ((await interrupt(ok, null)) ? input : 0))
    .to(g.end)
  return g.build()
}

describe('spans', () => {
  it('have the names of pydantic_graph, nested, with the place in the fork', async () => {
    const outcome = await build().run({ input: [1, 2] })
    expect(outcome.status).toBe('interrupted')
    const spans = exporter.getFinishedSpans()
    const run = spans.find(span => span.name === 'run graph traced')!
    const doubles = spans.filter(span => span.name === 'run node double')
    expect(doubles.map(span => span.attributes['graph.task.fork_path'])).toEqual(['each[0]', 'each[1]'])
    for (const span of doubles) {
      expect(span.parentSpanContext?.spanId).toBe(run.spanContext().spanId)
      expect(span.attributes).toMatchObject({ seen: true, 'graph.node.id': 'double', 'graph.task.attempt': 1 })
    }
  })

  it('link a resumed run to the first', async () => {
    const store = memoryStore()
    const app = build()
    await app.run({ input: [1], store, runId: 'r' })
    const first = exporter.getFinishedSpans().find(span => span.name === 'run graph traced')!
    exporter.reset()
    await app.resume('r', { store, answers: [ok.answer(true)] })
    const second = exporter.getFinishedSpans().find(span => span.name === 'run graph traced')!
    expect(second.links[0]?.context).toMatchObject({
      traceId: first.spanContext().traceId,
      spanId: first.spanContext().spanId,
    })
  })

  it('end with the attempt, though its node never returns: one that asks, runs out of time, or is not wanted', async () => {
    const tracer = trace.getTracer('test')
    const child = (name: string) => tracer.startActiveSpan(name, span => span.end())
    const store = memoryStore()
    const g = graphBuilder({ name: 'open', input: type<number>(), output: type<unknown>() })
    const forEver = new Promise<number>(() => {})
    g.start
      .step('ask', async ({ interrupt }) => (child('in ask'), interrupt(ok, null)))
      .step('late', ({ attempt }) => (child('in late'), attempt === 1 ? forEver : 1), {
        timeoutMs: 20,
        retry: { maxAttempts: 2, initialDelayMs: 0 },
      })
      .broadcast(flow => [flow.step('wins', () => 1), flow.step('loses', () => (child('in loses'), forEver))])
      .race()
      .to(g.end)
    const app = g.build()
    await app.run({ input: 1, store, runId: 'r' })
    await app.resume('r', { store, answers: [ok.answer(true)] })
    const spans = exporter.getFinishedSpans()
    const ids = new Set(spans.map(span => span.spanContext().spanId))
    for (const { name, parentSpanContext } of spans)
      if (parentSpanContext !== undefined) expect([name, ids.has(parentSpanContext.spanId)]).toEqual([name, true])
    const nodes = spans.filter(({ name }) => name.startsWith('run node') && !name.includes('join'))
    const told = nodes.map(({ name, status, attributes, ended }) => [
      `${name} ${String(attributes['graph.task.attempt'])}`,
      ended,
      status.code,
      attributes['graph.task.stopped'],
    ])
    expect(told).toEqual([
      ['run node ask 1', true, 0, 'Run "r" goes no further: it is interrupted.'],
      ['run node ask 1', true, 0, undefined],
      ['run node late 1', true, 2, undefined],
      ['run node late 2', true, 0, undefined],
      ['run node wins 1', true, 0, undefined],
      ['run node loses 1', true, 0, 'Node "loses" was cancelled: another branch won.'],
    ])
  })

  it('tell of errors, and are left out when told so', async () => {
    await expect(build().run({ input: [-1] })).rejects.toThrow('negative')
    const names = exporter
      .getFinishedSpans()
      .filter(span => span.status.code === 2)
      .map(span => span.name)
    expect(names.sort()).toEqual(['run graph traced', 'run node double'])
    exporter.reset()
    await build().run({ input: [1], trace: false })
    expect(exporter.getFinishedSpans()).toEqual([])
  })
})
