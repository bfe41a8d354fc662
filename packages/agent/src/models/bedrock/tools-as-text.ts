import type { ContentBlock, Message, ToolResultBlock } from '@aws-sdk/client-bedrock-runtime'

/** For a model without tools: says in words what was called and what came of it, in a conversation that another model began. */
export function tellToolsAsText(messages: readonly Message[]): void {
  const names = new Map<string, string>()
  for (const message of messages) {
    message.content = message.content!.flatMap(block => {
      const { toolUse, toolResult } = block
      if (toolUse !== undefined) {
        names.set(toolUse.toolUseId!, toolUse.name!)
        return { text: `[The tool ${toolUse.name} was called with ${JSON.stringify(toolUse.input)}]` }
      }
      return toolResult === undefined ? block : resultAsText(toolResult, names.get(toolResult.toolUseId!))
    })
  }
}

function resultAsText({ content, status }: ToolResultBlock, name = 'called'): ContentBlock[] {
  const outcome = status === 'error' ? 'failed' : 'answered'
  const blocks = content!.map(block => {
    const isData = block.json !== undefined
    // inside and beside a result, files have the same shape
    return isData ? { text: JSON.stringify(block.json) } : (block as ContentBlock)
  })
  return [{ text: `[The tool ${name} ${outcome}]` }, ...blocks]
}
