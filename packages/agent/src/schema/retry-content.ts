import type { ValidationErrorItem } from '../messages/part.ts'

/** Error items as the content of a retry prompt: plain JSON, without what only this process knows. */
export function retryContent(issues: readonly ValidationErrorItem[]): readonly ValidationErrorItem[] {
  return issues.map(({ type, loc, msg, input }) => ({ type, loc, msg, ...(isJson(input) ? { input } : {}) }))
}

function isJson(value: unknown): boolean {
  if (value === undefined || typeof value === 'function' || typeof value === 'symbol') return false
  try {
    return JSON.stringify(value) !== undefined
  } catch {
    return false
  }
}
