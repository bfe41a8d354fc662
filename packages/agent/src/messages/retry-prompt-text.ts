import { toJsonValue } from './json-value.ts'
import type { RetryPromptPart, ValidationErrorItem } from './part.ts'

const request = 'Fix the errors and try again.'

/** What a model reads when it is asked to try again. With a tool name it goes out as that call's result, else as a user message.
 *
 *  @example retryPromptText({ kind: 'retry-prompt', content: 'Too long.', toolName: 'post', toolCallId: 'c1' })
 *  // 'Too long.\n\nFix the errors and try again.' */
export function retryPromptText(part: Pick<RetryPromptPart, 'content' | 'toolName'>): string {
  const { content, toolName } = part
  if (typeof content !== 'string') return `${validationErrors(content, toolName)}\n\n${request}`
  return `${toolName === undefined ? `Validation feedback:\n${content}` : content}\n\n${request}`
}

function validationErrors(errors: readonly ValidationErrorItem[], toolName: string | undefined): string {
  const shown = errors.map(error => shownError(error, toolName !== undefined))
  const title = `${errors.length} validation error${errors.length === 1 ? '' : 's'}:`
  return `${title}\n\`\`\`json\n${JSON.stringify(toJsonValue(shown), null, 2)}\n\`\`\``
}

/** `ctx` holds the validator's own objects. Without a tool, the input of an error near the root is the whole reply,
 *  which need not be repeated. */
function shownError(error: ValidationErrorItem, hasTool: boolean): Record<string, unknown> {
  const { ctx: _ctx, url: _url, ...rest } = error as ValidationErrorItem & { readonly url?: unknown }
  if (hasTool || error.loc.length > 1) return rest
  const { input: _input, ...brief } = rest
  return brief
}
