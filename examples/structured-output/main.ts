import { agent, ModelRetry, named } from 'tenon'
import { z } from 'zod'

const Recipe = z.object({
  title: z.string(),
  minutes: z.number().int().positive(),
  ingredients: z.array(z.object({ name: z.string(), grams: z.number() })),
})
const Refusal = z.object({ reason: z.string() })

const cook = agent({
  model: 'bedrock:us.amazon.nova-lite-v1:0',
  // the model chooses one; the output has the type of the union
  output: [named(Recipe, 'Recipe'), named(Refusal, 'Refusal', 'When no dish can be made of it.')],
  outputValidators: [
    output => {
      if ('title' in output && output.minutes > 60) throw new ModelRetry('At most an hour, please.')
    },
  ],
})

const { output } = await cook.run('Something with chickpeas')
if ('reason' in output) console.log(`No: ${output.reason}`)
else console.log(`${output.title}, ${output.minutes} minutes, ${output.ingredients.length} ingredients`)
