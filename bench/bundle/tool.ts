// An agent with one tool whose arguments a plain JSON Schema describes: no schema library, but a validator for JSON Schema.
import { type Model, agent, jsonSchema, tool } from 'tenon/core'

const add = tool({
  name: 'add',
  input: jsonSchema<{ a: number; b: number }>({
    type: 'object',
    properties: { a: { type: 'number' }, b: { type: 'number' } },
    required: ['a', 'b'],
  }),
  run: ({ a, b }) => a + b,
})

export async function calculate(model: Model, prompt: string): Promise<string> {
  const calculator = agent({ model, instructions: 'Use the tool to add.', tools: [add] })
  const { output } = await calculator.run(prompt)
  return output
}
