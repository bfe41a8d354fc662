import { argsAsObject, type Capability } from 'tenon'

/** Says what a run is doing: a capability, so any agent can be given it for one run. */
export function progress(say: (line: string) => void): Capability {
  return {
    id: 'progress',
    beforeModelRequest(ctx, request) {
      say(ctx.step <= 1 ? `asking ${request.model.modelName}` : 'reading on')
      return request
    },
    beforeToolExecute(_ctx, { call }, args) {
      const { query } = argsAsObject(call)
      say(`searching: ${typeof query === 'string' ? query : call.toolName}`)
      return args
    },
    afterToolExecute(_ctx, _call, _args, result) {
      if (Array.isArray(result)) say(`found ${result.length} passages`)
      return result
    },
  }
}
