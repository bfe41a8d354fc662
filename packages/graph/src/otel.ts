import { context, propagation, SpanStatusCode, trace, type Context, type Span, type Tracer } from '@opentelemetry/api'
import type { NodeTracer } from './kernel/attempts.ts'
import { NodeTimeoutError } from './errors.ts'
import type { TaskContext } from './kernel/context.ts'
import { errorRecord } from './kernel/model.ts'
import { forkPathOf } from './events/event.ts'

/** The span of one run. Without an SDK it costs one call and records nothing. */
export interface RunSpan {
  readonly nodes: NodeTracer | undefined
  /** W3C trace context, kept with the run so that a resumed run links to the first one */
  readonly traceparent: string | undefined
  end(error?: unknown): void
}

const tracer = (): Tracer => trace.getTracer('@tenon/graph')

const carrierOf = (parent: Context): Record<string, string> => {
  const carrier: Record<string, string> = {}
  propagation.inject(parent, carrier)
  return carrier
}

const traceparentOf = (span: Span): string => {
  const { traceId, spanId, traceFlags } = span.spanContext()
  return `00-${traceId}-${spanId}-${traceFlags.toString(16).padStart(2, '0')}`
}

const linkTo = (traceparent: string | undefined) => {
  const match = traceparent === undefined ? null : /^00-([\da-f]{32})-([\da-f]{16})-([\da-f]{2})$/.exec(traceparent)
  if (match === null) return []
  return [
    { context: { traceId: match[1]!, spanId: match[2]!, traceFlags: Number.parseInt(match[3]!, 16), isRemote: true } },
  ]
}

/** Opens `run graph <name>`; its nodes get `run node <id>`. */
export const startRunSpan = (graph: string, runId: string, firstTraceparent: string | undefined): RunSpan => {
  const span = tracer().startSpan(`run graph ${graph}`, {
    attributes: { 'graph.name': graph, 'graph.run.id': runId },
    links: linkTo(firstTraceparent),
  })
  if (!span.isRecording()) return { nodes: undefined, traceparent: undefined, end: () => span.end() }
  const parent = trace.setSpan(context.active(), span)
  return {
    nodes: { node: (attempt, run) => runNode(parent, attempt, run) },
    traceparent: carrierOf(parent)['traceparent'] ?? traceparentOf(span),
    end: error => endSpan(span, error),
  }
}

const endSpan = (span: Span, error?: unknown): void => {
  if (error !== undefined) {
    const { message } = errorRecord(error)
    span.recordException(error instanceof Error ? error : message)
    span.setStatus({ code: SpanStatusCode.ERROR, message })
  }
  span.end()
}

/** The span of one attempt. It ends with the attempt: one that is stopped, or waits for an answer, may never return. */
const runNode = (parent: Context, attempt: TaskContext, run: () => unknown): unknown => {
  const { task } = attempt
  const path = forkPathOf(task.place)
  const attributes = {
    'graph.node.id': task.node.id,
    'graph.task.id': task.id,
    'graph.task.attempt': task.attempt,
    ...(path.length === 0
      ? {}
      : { 'graph.task.fork_path': path.map(([fork, index]) => `${fork}[${index}]`).join('/') }),
  }
  const span = tracer().startSpan(`run node ${task.node.id}`, { attributes }, parent)
  const forget = attempt.onKill(reason => {
    if (reason instanceof NodeTimeoutError) return endSpan(span, reason)
    span.setAttribute('graph.task.stopped', errorRecord(reason).message)
    span.end()
  })
  return context.with(trace.setSpan(parent, span), async () => {
    try {
      const output = await run()
      if (!attempt.isDead) endSpan(span)
      return output
    } catch (error) {
      if (!attempt.isDead) endSpan(span, error)
      throw error
    } finally {
      forget()
    }
  })
}
