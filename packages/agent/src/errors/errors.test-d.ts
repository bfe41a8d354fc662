import { AgentError } from './agent-error.ts'
import type { ModelError } from './model-error.ts'
import { ModelHttpError } from './model-http-error.ts'
import { isSignal } from './signals.ts'
import { UserError } from './user-error.ts'

declare const error: unknown

// the code of a class is a literal, so `switch (error.code)` narrows
export const userCode: 'user_error' = new UserError('x').code
// @ts-expect-error another code
export const wrongCode: 'model_error' = new UserError('x').code

if (ModelHttpError.is(error)) {
  const status: number = error.status
  const family: ModelError = error
  void [status, family]
}
if (AgentError.is(error)) {
  // @ts-expect-error not every error has a status
  void error.status
  // @ts-expect-error a mistyped code
  void (error.code === 'usererror')
}
if (isSignal(error, 'call-deferred')) void error.metadata
// @ts-expect-error no such signal
if (isSignal(error, 'deferred')) void error
