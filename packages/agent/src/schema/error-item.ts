import type { StandardSchemaV1 } from '@standard-schema/spec'
import type { ValidationErrorItem } from '../messages/part.ts'

type Loc = readonly (string | number)[]

/** What vendors add to an issue, as far as it tells the kind of problem. */
interface VendorIssue extends StandardSchemaV1.Issue {
  readonly [key: string]: unknown
}

/** A vendor's issues as the error items models are told: `{ type, loc, msg, input }`. */
export function toErrorItems(issues: readonly StandardSchemaV1.Issue[], input: unknown): ValidationErrorItem[] {
  return issues.flatMap(issue => toErrorItem(issue as VendorIssue, input))
}

function toErrorItem(issue: VendorIssue, root: unknown): ValidationErrorItem[] {
  const loc = locOf(issue.path)
  const found = lookUp(root, loc)
  if (!found.exists) {
    return [{ type: 'missing', loc, msg: issue.message, input: lookUp(root, loc.slice(0, -1)).value }]
  }
  const extra = unknownKeys(issue)
  if (extra.length > 0) {
    return extra.map(key => {
      const at = [...loc, key]
      return { type: 'extra_forbidden', loc: at, msg: issue.message, input: lookUp(root, at).value }
    })
  }
  return [{ type: wordOf(issue), loc, msg: messageOf(issue), input: found.value }]
}

/** The vendor's own word for the problem: zod and arktype call it `code`, valibot and the validator of raw schemas `type`.
 *  Models go by where it is and what the message says. */
function wordOf({ code, type }: VendorIssue): string {
  if (typeof code === 'string') return code
  return typeof type === 'string' ? type : 'value_error'
}

function locOf(path: StandardSchemaV1.Issue['path']): Loc {
  // not `path.map`: arktype's paths are of a class of their own
  return Array.from(path ?? [], step => {
    const key = typeof step === 'object' ? step.key : step
    return typeof key === 'number' ? key : String(key)
  })
}

/** zod names them beside the path of the object; others put them into the path. */
function unknownKeys(issue: VendorIssue): string[] {
  return Array.isArray(issue['keys']) ? issue['keys'].map(String) : []
}

const shownAlternatives = 5

/** zod hides why each member of a union failed behind "Invalid input": the model needs to know. */
function messageOf(issue: VendorIssue): string {
  const { errors } = issue
  if (!Array.isArray(errors) || errors.length === 0) return issue.message
  const reasons = errors.slice(0, shownAlternatives).flatMap(alternative => {
    const [first] = Array.isArray(alternative) ? (alternative as readonly StandardSchemaV1.Issue[]) : []
    if (!first) return []
    const loc = locOf(first.path)
    return [loc.length > 0 ? `${loc.join('.')}: ${first.message}` : first.message]
  })
  return reasons.length === 0 ? issue.message : `${issue.message} (${[...new Set(reasons)].join(' | ')})`
}

function lookUp(root: unknown, loc: Loc): { readonly exists: boolean; readonly value?: unknown } {
  let value = root
  for (const key of loc) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return { exists: false }
    value = (value as Record<string | number, unknown>)[key]
  }
  return { exists: value !== undefined, value }
}
