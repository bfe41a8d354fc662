import process from 'node:process'
import { agent, tool } from 'tenon'
import { BedrockConverseModel, BedrockProvider } from 'tenon/bedrock'
import { z } from 'zod'

const provider = new BedrockProvider({
  region: 'us-east-1',
  credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
})
const weather = tool({ name: 'weather', input: z.object({ city: z.string() }), run: ({ city }) => city })
const model = new BedrockConverseModel('us.amazon.nova-lite-v1:0', { provider })
export const adviser = agent({ model, tools: [weather] })
// otherwise loaded at the first request
export const client = await provider.getClient()
console.log(JSON.stringify(process.cpuUsage()))
