// One tool that needs a dependency, and a structured output: the size the budget of the design is about.
import { type RunContext, agent, depsType, tool } from 'tenon'
import { z } from 'zod'

interface Weather {
  forecast(city: string, days: number): Promise<readonly number[]>
}

const forecast = tool({
  name: 'forecast',
  description: 'The temperatures of the next days, in °C',
  input: z.object({ city: z.string(), days: z.number().int().default(3) }),
  run: ({ city, days }, ctx: RunContext<{ weather: Weather }>) => ctx.deps.weather.forecast(city, days),
})

const adviser = agent({
  model: 'bedrock:us.amazon.nova-lite-v1:0',
  instructions: ['Say what to wear.', ctx => `The user lives in ${ctx.deps.city}.`],
  deps: depsType<{ city: string }>(),
  tools: [forecast],
  output: z.object({ clothes: z.array(z.string()), takeUmbrella: z.boolean() }),
})

declare const weather: Weather
const { output } = await adviser.run('What do I wear tomorrow?', { deps: { city: 'Riga', weather } })
export const clothes: string[] = output.clothes
export const takeUmbrella: boolean = output.takeUmbrella
