import type { DeferredOutputSpec } from './output-spec.ts'

/** Lets a run end with the calls that wait for an approval or for another system, instead of failing.
 *  @example agent({ model, tools: [pay], output: [Receipt, deferredToolRequests] }) */
export const deferredToolRequests: DeferredOutputSpec = { kind: 'deferred-output' }
