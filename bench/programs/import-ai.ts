import process from 'node:process'
import { tool } from 'ai'
import { z } from 'zod'

export const weather = tool({
  description: 'The weather',
  inputSchema: z.object({ city: z.string() }),
  execute: async ({ city }) => city,
})
console.log(JSON.stringify(process.cpuUsage()))
