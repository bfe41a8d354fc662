// Hello world without a schema library, as a worker or a page would bundle it.
import { type Model, agent } from 'tenon/core'

export async function hello(model: Model, prompt: string): Promise<string> {
  const greeter = agent({ model, instructions: 'Answer in one sentence.' })
  const { output } = await greeter.run(prompt)
  return output
}
