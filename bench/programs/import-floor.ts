// zod and one schema: what an agent with a typed tool cannot do without.
import process from 'node:process'
import { z } from 'zod'

export const schema = z.object({ city: z.string() })
console.log(JSON.stringify(process.cpuUsage()))
