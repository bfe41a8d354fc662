import { agent } from 'tenon'
import { z } from 'zod'

const storyteller = agent({ model: 'bedrock:us.amazon.nova-lite-v1:0' })

// text, as it is written
for await (const piece of storyteller.stream('A story in two sentences.').text()) process.stdout.write(piece)
process.stdout.write('\n')

const Story = z.object({ title: z.string(), lines: z.array(z.string()) })

// an object, as it grows; at last the whole, validated
const run = storyteller.stream('The same as an object.', { output: Story })
for await (const partial of run.partials()) console.log(`${partial.title ?? '…'}: ${partial.lines?.length ?? 0} lines`)
const story = await run.output
console.log(story.lines.join(' '))

// everything that happens, in order
for await (const event of storyteller.stream('Another one.')) {
  if (event.kind === 'part-start') console.log(`a ${event.part.kind} begins`)
  if (event.kind === 'agent-run-result') console.log(event.output)
}
