import type { AgentEvent } from '../../messages/event.ts'
import { outerKey } from '../../output/alternative.ts'
import type { Run } from '../run.ts'

/** A piece of the JSON that a response writes as its output. */
export interface OutputPiece {
  /** A new output begins: what came before was another attempt. */
  readonly isStart: boolean
  readonly json: string
  /** Keys from the root of the JSON to the output itself. */
  readonly path: readonly string[]
}

/** Finds the JSON of the output in the events of a run: the arguments of an output tool, or the text of a response. */
export function outputPieces(run: Run): (event: AgentEvent) => OutputPiece | undefined {
  let index: number | undefined
  let path: readonly string[] = []
  return event => {
    if (event.kind === 'part-start') {
      const found = outputPath(run, event)
      if (found === undefined) return undefined
      index = event.index
      path = found
      return { isStart: true, json: textOf(event), path }
    }
    if (event.kind !== 'part-delta' || event.index !== index) return undefined
    return { isStart: false, json: textOf(event), path }
  }
}

function outputPath(run: Run, event: Extract<AgentEvent, { kind: 'part-start' }>): readonly string[] | undefined {
  const { part } = event
  if (part.kind === 'tool-call') {
    const tool = run.outputTools.get(part.toolName)
    if (tool === undefined) return undefined
    return tool.alternative.outerKey === undefined ? [] : [outerKey]
  }
  const { text } = run.config.output
  if (part.kind !== 'text' || text?.kind !== 'json') return undefined
  if (text.alternatives.length > 1) return ['result', 'data']
  return text.alternatives[0]?.outerKey === undefined ? [] : [outerKey]
}

function textOf(event: Extract<AgentEvent, { kind: 'part-start' | 'part-delta' }>): string {
  if (event.kind === 'part-start') {
    const { part } = event
    if (part.kind === 'text') return part.content
    if (part.kind !== 'tool-call' || part.args === undefined) return ''
    return typeof part.args === 'string' ? part.args : JSON.stringify(part.args)
  }
  const { delta } = event
  if (delta.kind === 'text') return delta.contentDelta
  return delta.kind === 'tool-call' && typeof delta.argsDelta === 'string' ? delta.argsDelta : ''
}
