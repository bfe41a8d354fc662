import { AgentError, hasErrorCode, type ErrorOptions } from './agent-error.ts'

/** Your code or configuration asks for something that cannot work. The message says what to change. */
export class UserError extends AgentError {
  declare readonly code: 'user_error'

  constructor(message: string, options?: ErrorOptions) {
    super('user_error', message, options)
  }

  static override is(error: unknown): error is UserError {
    return hasErrorCode(error, ['user_error'])
  }
}

/** An optional package is needed and not installed. */
export class MissingPackageError extends AgentError {
  declare readonly code: 'missing_package'
  readonly packageName: string

  /** @param neededFor completes "… is needed for", for example "Bedrock models" */
  constructor(packageName: string, neededFor: string, options?: ErrorOptions) {
    const why = reasonOf(options?.cause)
    const message = `The package \`${packageName}\` is needed for ${neededFor} and could not be loaded${why}. Install it: npm install ${packageName}`
    super('missing_package', message, options)
    this.packageName = packageName
  }

  static override is(error: unknown): error is MissingPackageError {
    return hasErrorCode(error, ['missing_package'])
  }
}

/** Why a package that may well be there did not load, as in a bundle without `require`. */
function reasonOf(cause: unknown): string {
  if (!(cause instanceof Error) || ('code' in cause && String(cause.code).endsWith('MODULE_NOT_FOUND'))) return ''
  return ` (${cause.message})`
}

/** A real model was about to be asked while real requests are forbidden (in tests). */
export class ModelRequestsBlocked extends AgentError {
  declare readonly code: 'model_requests_blocked'
  readonly modelName: string

  constructor(modelName: string, options?: ErrorOptions) {
    const message = `A request to the model \`${modelName}\` was blocked: real requests are off. Use a test model, or allow them.`
    super('model_requests_blocked', message, options)
    this.modelName = modelName
  }

  static override is(error: unknown): error is ModelRequestsBlocked {
    return hasErrorCode(error, ['model_requests_blocked'])
  }
}
