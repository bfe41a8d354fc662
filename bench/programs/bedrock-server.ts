// A local Bedrock endpoint in a process of its own. It asks for the tool once, then answers; a streamed answer has as
// many pieces of text as its first argument says.
import process from 'node:process'
import { type Responder, block, reply, startLocalBedrock } from '@tenon/local-bedrock'

const words = Number(process.argv[2] ?? 1)
const longText = 'word '.repeat(words).trim()

const responder: Responder = (request, { operation }) => {
  const hasResult = request.messages?.at(-1)?.content?.some(content => content.toolResult !== undefined)
  if (operation === 'converse-stream') return reply.text(longText)
  if (hasResult === true) return reply.text('It is 3 °C and cloudy in Riga.')
  return reply.blocks([block.toolUse('weather', { city: 'Riga', days: 1 })])
}

const bedrock = await startLocalBedrock({ responder, maxLogEntries: 10 })
process.send?.(bedrock.url)
