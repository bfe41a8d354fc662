import { agent, depsType, ModelRetry, tool, type RunContext } from 'tenon'
import { z } from 'zod'

interface Forecasts {
  find(city: string): { readonly degrees: number; readonly sky: string } | undefined
  readonly cities: readonly string[]
}

// a tool declares the deps it needs, in the type of its context
const getForecast = tool({
  name: 'get_forecast',
  description: "Tomorrow's weather in a city",
  input: z.object({ city: z.string() }),
  run: ({ city }, ctx: RunContext<{ forecasts: Forecasts }>) => {
    const found = ctx.deps.forecasts.find(city)
    // the model reads this and calls again
    if (found === undefined)
      throw new ModelRetry(`No forecast for ${city}. Choose: ${ctx.deps.forecasts.cities.join(', ')}.`)
    return found
  },
})

const weather = agent({
  model: 'bedrock:us.amazon.nova-lite-v1:0',
  deps: depsType<{ userName: string }>(),
  instructions: ['Use the tools; do not guess.', ctx => `You talk to ${ctx.deps.userName}.`],
  tools: [getForecast],
})

const byCity = new Map([
  ['Riga', { degrees: 3, sky: 'sleet' }],
  ['Lisbon', { degrees: 17, sky: 'sun' }],
])
const forecasts: Forecasts = { find: city => byCity.get(city), cities: [...byCity.keys()] }

// what the tool needs and what the instructions need, together: leave one out and this does not compile
const { output } = await weather.run('Do I need an umbrella in Riga?', { deps: { forecasts, userName: 'Ilze' } })
console.log(output)
