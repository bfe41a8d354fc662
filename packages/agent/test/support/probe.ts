import type { Capability, CapabilityHooks } from '../../src/core.ts'

type Point = keyof CapabilityHooks
type AnyHook = (...args: readonly unknown[]) => unknown

/** Every hook point there is; one that is missing here does not compile. */
const points: { readonly [P in Point]-?: (name: string, log: string[]) => AnyHook } = {
  beforeRun: before('beforeRun'),
  wrapRun: wrap('wrapRun'),
  afterRun: before('afterRun'),
  onRunError: fail('onRunError'),
  beforeNodeRun: before('beforeNodeRun'),
  wrapNodeRun: wrap('wrapNodeRun'),
  afterNodeRun: before('afterNodeRun'),
  onNodeRunError: fail('onNodeRunError'),
  wrapRunEventStream: before('wrapRunEventStream'),
  beforeModelRequest: before('beforeModelRequest'),
  wrapModelRequest: wrap('wrapModelRequest'),
  afterModelRequest: before('afterModelRequest'),
  onModelRequestError: fail('onModelRequestError'),
  beforeToolValidate: before('beforeToolValidate'),
  wrapToolValidate: wrap('wrapToolValidate'),
  afterToolValidate: before('afterToolValidate'),
  onToolValidateError: fail('onToolValidateError'),
  beforeToolExecute: before('beforeToolExecute'),
  wrapToolExecute: wrap('wrapToolExecute'),
  afterToolExecute: before('afterToolExecute'),
  onToolExecuteError: fail('onToolExecuteError'),
  beforeOutputValidate: before('beforeOutputValidate'),
  wrapOutputValidate: wrap('wrapOutputValidate'),
  afterOutputValidate: before('afterOutputValidate'),
  onOutputValidateError: fail('onOutputValidateError'),
  beforeOutputProcess: before('beforeOutputProcess'),
  wrapOutputProcess: wrap('wrapOutputProcess'),
  afterOutputProcess: before('afterOutputProcess'),
  onOutputProcessError: fail('onOutputProcessError'),
  prepareTools: before('prepareTools'),
  prepareOutputTools: before('prepareOutputTools'),
  handleDeferredToolCalls: note('handleDeferredToolCalls'),
}

/** Hands on the last thing it was given, as before, after and prepare hooks that change nothing do. */
function before(point: string) {
  return (name: string, log: string[]): AnyHook =>
    (...args) => {
      log.push(`${name}.${point}`)
      return args.length > 1 ? args.at(-1) : undefined
    }
}

function wrap(point: string) {
  return (name: string, log: string[]): AnyHook =>
    async (...args) => {
      log.push(`${name}.${point}>`)
      const handler = args.at(-1) as AnyHook
      const result = await handler(args.at(-2))
      log.push(`${name}.${point}<`)
      return result
    }
}

function fail(point: string) {
  return (name: string, log: string[]): AnyHook =>
    (...args) => {
      log.push(`${name}.${point}`)
      throw args.at(-1)
    }
}

function note(point: string) {
  return (name: string, log: string[]): AnyHook =>
    () => {
      log.push(`${name}.${point}`)
    }
}

export const allPoints = Object.keys(points) as readonly Point[]

/** A capability with every hook, which changes nothing and writes down what is called. */
export function probe(name: string, log: string[], only: readonly Point[] = allPoints): Capability {
  const entries = only.map(point => [point, points[point](name, log)] as const)
  // each function fits the point it is named after
  return Object.fromEntries(entries) as Capability
}
