import process from 'node:process'
import { agent, tool } from 'tenon'
import { z } from 'zod'

const weather = tool({ name: 'weather', input: z.object({ city: z.string() }), run: ({ city }) => city })
export const adviser = agent({ model: 'bedrock:us.amazon.nova-lite-v1:0', tools: [weather] })
console.log(JSON.stringify(process.cpuUsage()))
