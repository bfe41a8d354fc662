import { parseModelId } from '../model-id.ts'
import type { ContentBlock, ConverseRequest, Message } from '../wire.ts'
import type { FamilyRow } from 'tenon/bedrock-families'
import { familyOf } from './families.ts'
import type { Family } from './families.ts'

/** One thing the service refuses. */
export interface Rule {
  /** stable name, used to switch the rule off and shown in the log */
  id: string
  /** what is refused, in a clause */
  refuses: string
  /** where the message was seen; `own` when no public text of it was found */
  source: string
  /** off unless named in `ValidationOptions.also`: the service no longer does this everywhere, or evidence is thin */
  isOptional?: true
  /** exception type, default ValidationException */
  type?: string
  /** @returns the message of the exception, or undefined when all is well */
  check: (call: ValidatedCall) => string | undefined
}

/** A request as rules see it. */
export interface ValidatedCall {
  request: ConverseRequest
  modelId: string
  family: Family
  isClaude: boolean
  operation: 'converse' | 'converse-stream' | 'count-tokens'
  /** `model`, `profile` or `prompt` */
  kind: string
  /** all content blocks of all messages, in order */
  blocks: LocatedBlock[]
  /** signatures this endpoint issued: text of the reasoning by signature */
  issuedSignatures: ReadonlyMap<string, string | undefined>
}

export interface LocatedBlock {
  block: ContentBlock
  message: Message
  messageIndex: number
  blockIndex: number
  /** `messages.0.content.1`, as semantic checks write it */
  path: string
  /** `messages.1.member.content.2.member`, as constraint checks write it */
  memberPath: string
}

export interface CallFacts {
  modelId: string
  operation: ValidatedCall['operation']
  issuedSignatures?: ReadonlyMap<string, string | undefined>
  families?: readonly FamilyRow[]
}

export function validatedCall(request: ConverseRequest, facts: CallFacts): ValidatedCall {
  const parsed = parseModelId(facts.modelId)
  return {
    request,
    modelId: facts.modelId,
    operation: facts.operation,
    family: familyOf(facts.modelId, facts.families),
    isClaude: parsed?.vendor === 'anthropic',
    kind: parsed?.kind ?? 'model',
    blocks: request.messages.flatMap(locate),
    issuedSignatures: facts.issuedSignatures ?? new Map(),
  }
}

const locate = (message: Message, messageIndex: number): LocatedBlock[] =>
  message.content.map((block, blockIndex) => ({
    block,
    message,
    messageIndex,
    blockIndex,
    path: `messages.${messageIndex}.content.${blockIndex}`,
    memberPath: `messages.${messageIndex + 1}.member.content.${blockIndex + 1}.member`,
  }))

/** The first message a list of checks gives. */
export function firstOf<T>(items: Iterable<T>, check: (item: T) => string | undefined): string | undefined {
  for (const item of items) {
    const message = check(item)
    if (message !== undefined) return message
  }
  return undefined
}

/** Constraints of the API's shape are reported in one form. */
export const constraint = (value: unknown, path: string, rule: string): string =>
  `1 validation error detected: Value '${show(value)}' at '${path}' failed to satisfy constraint: Member must ${rule}`

function show(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? 'null')
}

/** Refusals that come from the model behind the service are passed on in this form. */
export const fromModel = (message: string): string => `The model returned the following errors: ${message}`

/** Fields a model does not take are all refused in one form. */
export const unsupportedField = (field: string): string =>
  `This model doesn't support the ${field} field. Remove ${field} and try again.`
