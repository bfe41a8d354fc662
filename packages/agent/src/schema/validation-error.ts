import type { ValidationErrorItem } from '../messages/part.ts'

/** A value did not fit its schema. Inside a run it becomes a retry prompt; hooks see it as the error to recover from. */
export class ValidationError extends Error {
  readonly issues: readonly ValidationErrorItem[]

  constructor(issues: readonly ValidationErrorItem[]) {
    super(issues.map(issue => `${issue.loc.join('.') || 'value'}: ${issue.msg}`).join('; '))
    this.name = 'ValidationError'
    this.issues = issues
  }
}
