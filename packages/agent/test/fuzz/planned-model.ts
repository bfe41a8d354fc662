import {
  defaultProfile,
  ModelConnectionError,
  resolveProfile,
  streamedResponse,
  type Model,
  type ModelCall,
  type ModelResponse,
  type ResponsePart,
  type StreamedResponse,
} from '../../src/core.ts'
import { requestUsage } from '../../src/core.ts'
import type { AnswerPlan, ArgsPlan, IdPlan, PartPlan } from './plans.ts'

const never = new Promise<never>(() => {})

/** Says what its plan says; when that is used up, whatever ends the run. Ignores every signal. */
export class PlannedModel implements Model {
  readonly modelName = 'planned'
  readonly system = 'fuzz'
  readonly isTestDouble = true
  readonly profile = resolveProfile(defaultProfile, {
    supportsJsonSchemaOutput: true,
    supportsJsonObjectOutput: true,
  })
  readonly #answers: readonly AnswerPlan[]
  #asked = 0
  #calls = 0

  constructor(answers: readonly AnswerPlan[]) {
    this.#answers = answers
  }

  get baseUrl(): undefined {
    return undefined
  }

  async request(call: ModelCall): Promise<ModelResponse> {
    const { plan, response } = this.#next(call)
    if (plan?.trouble === 'hang' || plan?.trouble === 'stall') await never
    if (plan?.trouble === 'break') throw broken()
    return response
  }

  async requestStream(call: ModelCall): Promise<StreamedResponse> {
    const { plan, response } = this.#next(call)
    if (plan?.trouble === 'hang') await never
    return streamedResponse({
      modelName: this.modelName,
      timestamp: response.timestamp,
      parameters: call.parameters,
      read: async function* (parts, facts) {
        const { usage, finishReason, state } = response
        const half = Math.ceil(response.parts.length / 2)
        for (const [index, part] of response.parts.entries()) {
          if (index === half && plan?.trouble === 'stall') await never
          if (index === half && plan?.trouble === 'break') throw broken()
          for (const piece of piecesOf(part)) {
            await Promise.resolve()
            if (piece.kind === 'text') yield parts.handleText(index, piece)
            else if (piece.kind === 'thinking') yield parts.handleThinking(index, piece)
            else if (piece.kind === 'tool-call') yield parts.handleToolCall(index, piece)
          }
        }
        if (plan?.trouble === 'stall') await never
        if (plan?.trouble === 'break') throw broken()
        facts.usage = usage
        facts.finishReason = finishReason
        facts.state = state === 'suspended' ? state : undefined
      },
    })
  }

  #next(call: ModelCall): { readonly plan: AnswerPlan | undefined; readonly response: ModelResponse } {
    const plan = this.#answers[this.#asked]
    this.#asked += 1
    if (plan?.trouble === 'open') throw new ModelConnectionError('planned', { modelName: this.modelName })
    const parts = plan === undefined ? [lastPart(call)] : plan.parts.map(part => this.#part(part, call))
    return {
      plan,
      response: {
        kind: 'response',
        parts,
        usage: requestUsage({ inputTokens: call.messages.length, outputTokens: parts.length }),
        modelName: this.modelName,
        timestamp: '2026-01-01T00:00:00.000Z',
        state: plan?.isSuspended === true ? 'suspended' : 'complete',
        ...(plan?.finishReason !== undefined && { finishReason: plan.finishReason }),
      },
    }
  }

  #part(plan: PartPlan, { parameters }: ModelCall): ResponsePart {
    switch (plan.kind) {
      case 'text':
      case 'thinking':
        return { kind: plan.kind, content: plan.content }
      case 'json':
        return { kind: 'text', content: jsonText(plan.isValid, parameters.outputObject?.jsonSchema) }
      case 'call': {
        const tool = parameters.functionTools[plan.tool % Math.max(1, parameters.functionTools.length)]
        return {
          kind: 'tool-call',
          toolName: tool?.name ?? 'missing',
          toolCallId: this.#id(plan.id),
          ...argsOf(plan.args),
        }
      }
      case 'unknown-call':
        return { kind: 'tool-call', toolName: plan.name, args: '{}', toolCallId: this.#id(plan.id) }
      case 'output-call': {
        const tool = parameters.outputTools[plan.tool % Math.max(1, parameters.outputTools.length)]
        const args = plan.isValid ? validFor(tool?.parametersJsonSchema) : { nothing: true }
        return {
          kind: 'tool-call',
          toolName: tool?.name ?? 'final_result',
          args: JSON.stringify(args),
          toolCallId: this.#id(plan.id),
        }
      }
    }
  }

  #id(plan: IdPlan): string {
    if (plan === '__proto__' || plan === 'constructor') return plan
    if (plan === 'fresh') this.#calls += 1
    return `call-${this.#calls}`
  }
}

function broken(): Error {
  return new ModelConnectionError('broken off', { modelName: 'planned' })
}

function lastPart({ parameters }: ModelCall): ResponsePart {
  const [tool] = parameters.outputTools
  if (tool !== undefined) {
    const args = JSON.stringify(validFor(tool.parametersJsonSchema))
    return { kind: 'tool-call', toolName: tool.name, args, toolCallId: 'last' }
  }
  const schema = parameters.outputObject?.jsonSchema
  return { kind: 'text', content: schema === undefined ? 'the end' : jsonText(true, schema) }
}

const argsByPlan: { readonly [K in ArgsPlan]: { readonly args?: string | { readonly x: string } } } = {
  valid: { args: '{"x":"y"}' },
  'wrong-type': { args: '{"x":1}' },
  'bad-json': { args: '{"x":"y' },
  object: { args: { x: 'y' } },
  none: {},
  polluting: { args: '{"x":"y","__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}' },
}

function argsOf(plan: ArgsPlan) {
  return argsByPlan[plan]
}

function jsonText(isValid: boolean, schema: unknown): string {
  return isValid ? JSON.stringify(validFor(schema)) : '{"nothing":true}'
}

/** A value for one of the few schemas the plans use. */
function validFor(schema: unknown): unknown {
  const text = JSON.stringify(schema) ?? ''
  const kind = /"const":"(\w+)"/.exec(text)?.[1]
  if (text.includes('"result"')) return { result: { kind, data: kind === 'First' ? { a: 'a' } : { b: 2 } } }
  if (text.includes('"response"')) return { response: null }
  if (text.includes('"b"')) return { b: 2 }
  return { a: 'a' }
}

type Piece =
  | { readonly kind: 'text' | 'thinking'; readonly content: string }
  | { readonly kind: 'tool-call'; readonly toolName?: string; readonly toolCallId?: string; readonly args?: never }

function* piecesOf(part: ResponsePart): Generator<Piece> {
  if (part.kind === 'text' || part.kind === 'thinking') {
    const { kind, content } = part
    yield { kind, content: content.slice(0, 3) }
    for (let at = 3; at < content.length; at += 3) yield { kind, content: content.slice(at, at + 3) }
  } else if (part.kind === 'tool-call') {
    const { kind, toolName, toolCallId, args } = part
    if (typeof args !== 'string') {
      yield { kind, toolName, toolCallId, ...(args !== undefined && { args: args as never }) }
      return
    }
    yield { kind, toolName, toolCallId, args: args.slice(0, 4) as never }
    for (let at = 4; at < args.length; at += 4) yield { kind, args: args.slice(at, at + 4) as never }
  }
}
