import type { FamilyRow } from 'tenon/bedrock-families'
import { AwsError } from '../aws-error.ts'
import type { ConverseRequest } from '../wire.ts'
import { cacheRules } from './cache-rules.ts'
import { mediaRules } from './media-rules.ts'
import { messageRules } from './message-rules.ts'
import { validatedCall } from './rule.ts'
import type { CallFacts, Rule } from './rule.ts'
import { settingsRules } from './settings-rules.ts'
import { thinkingRules } from './thinking-rules.ts'
import { toolConfigRules } from './tool-config-rules.ts'
import { toolResultRules } from './tool-result-rules.ts'

/** All rules, in the order they are asked; the first refusal is the answer. */
export const validationRules: readonly Rule[] = [
  ...messageRules,
  ...settingsRules,
  ...toolConfigRules,
  ...mediaRules,
  ...cacheRules,
  ...thinkingRules,
  ...toolResultRules,
]

export interface ValidationOptions {
  /** rules that stay silent, by id */
  without?: readonly string[]
  /** optional rules to apply as well, by id */
  also?: readonly string[]
  /** corrects what is assumed of models: the last row that speaks of a fact decides */
  families?: readonly FamilyRow[]
}

export interface Refusal {
  ruleId: string
  error: AwsError
}

/** The first rule that refuses the request.
 *  @param options `'off'` accepts everything that has the right types */
export function refusalOf(
  request: ConverseRequest,
  facts: CallFacts,
  options: ValidationOptions | 'off' = {},
): Refusal | undefined {
  if (options === 'off') return undefined
  const { without = [], also = [], families } = options
  const call = validatedCall(request, { ...facts, families })
  for (const rule of validationRules) {
    if (without.includes(rule.id) || (rule.isOptional && !also.includes(rule.id))) continue
    const message = rule.check(call)
    if (message !== undefined) {
      return { ruleId: rule.id, error: new AwsError(rule.type ?? 'ValidationException', message) }
    }
  }
  return undefined
}
