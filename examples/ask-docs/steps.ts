import { argsAsJson, type ModelMessage } from 'tenon'

/** What a run did, one line per step, read from its messages. */
export function stepsOf(messages: readonly ModelMessage[]): string[] {
  return messages.flatMap(message => {
    if (message.kind === 'response') {
      const did = message.parts.flatMap(part => {
        if (part.kind === 'tool-call') return `calls ${part.toolName}(${shorten(argsAsJson(part))})`
        return part.kind === 'text' ? `says ${shorten(JSON.stringify(part.content))}` : []
      })
      return did.map(what => `the model ${what}`)
    }
    return message.parts.flatMap(part => {
      if (part.kind === 'retry-prompt') return 'the model is asked to try again'
      if (part.kind !== 'tool-return' || !Array.isArray(part.content)) return []
      return `${part.toolName} returns ${part.content.length} passages`
    })
  })
}

function shorten(text: string): string {
  return text.length <= 80 ? text : `${text.slice(0, 79)}…`
}
