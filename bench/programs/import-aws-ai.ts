import process from 'node:process'
import { createAmazonBedrock } from '@ai-sdk/amazon-bedrock'
import { tool } from 'ai'
import { z } from 'zod'

const bedrock = createAmazonBedrock({ region: 'us-east-1', accessKeyId: 'local', secretAccessKey: 'local' })
export const model = bedrock('us.amazon.nova-lite-v1:0')
export const weather = tool({
  description: 'The weather',
  inputSchema: z.object({ city: z.string() }),
  execute: async ({ city }) => city,
})
console.log(JSON.stringify(process.cpuUsage()))
