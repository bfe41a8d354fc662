// zod, and the client of the AWS SDK with the transport of the other programs, imported as a program does.
import process from 'node:process'
import { BedrockRuntimeClient } from '@aws-sdk/client-bedrock-runtime'
import { NodeHttpHandler } from '@smithy/node-http-handler'
import { z } from 'zod'

export const schema = z.object({ city: z.string() })
export const client = new BedrockRuntimeClient({
  region: 'us-east-1',
  credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  requestHandler: new NodeHttpHandler(),
})
console.log(JSON.stringify(process.cpuUsage()))
