import type { ContentBlock, Message, Tool } from '@aws-sdk/client-bedrock-runtime'
import { z } from 'zod'
import { prompt, toolDescription, weather, weatherInput } from '../contestants/job.ts'
import { reading, repeating } from '../contestants/work.ts'
import { rowOf } from '../measure/row.ts'
import type { Input, Suite, Work } from '../suite.ts'

const modelId = 'us.anthropic.claude-sonnet-4-5-20250929-v1:0'
const region = 'us-east-1'
const credentials = { accessKeyId: 'local', secretAccessKey: 'local' }

/** A run of two requests, or one streamed answer, against a local endpoint in another process. The floor is the AWS SDK
 *  with a loop written by hand, over the transport we use too: HTTP/1.1 with keep-alive. */
export const suite: Suite = {
  name: 'bedrock',
  contestants: {
    floor: async input => (input['kind'] === 'stream' ? sdkStream(input) : sdkRuns(input)),
    ours: async input => {
      const agent = await ourAgent(input)
      if (input['kind'] === 'stream') return reading(() => agent.stream(prompt))
      return repeating(() => agent.run(prompt))
    },
    ai: async input => {
      const { generateText, stepCountIs, streamText } = await import('ai')
      const { createAmazonBedrock } = await import('@ai-sdk/amazon-bedrock')
      const { weatherTool } = await import('../contestants/ai.ts')
      const model = createAmazonBedrock({ region, baseURL: String(input['url']), ...credentials })(modelId)
      if (input['kind'] === 'stream') return reading(() => streamText({ model, prompt }).textStream)
      const options = { model, prompt, tools: { weather: weatherTool }, stopWhen: stepCountIs(2) }
      return repeating(() => generateText(options))
    },
  },
  measure: async bench => {
    const deltas = bench.size(5000, 10)
    const url = await bench.serve('programs/bedrock-server', [String(deltas)])
    const often = { warmUpMs: 6000, sampleMs: 400, samples: 5, processes: 3 }
    const requests = await bench.cpu(suite, { input: { url, kind: 'request' }, ...often })
    const streams = await bench.cpu(suite, { input: { url, kind: 'stream' }, ...often })
    return [
      rowOf('Bedrock request, CPU of the client', requests, {
        unit: 'µs',
        divisor: 2,
        budget: { max: 1.1, of: 'floor' },
      }),
      rowOf('Bedrock streamed delta, CPU of the client', streams, {
        unit: 'µs',
        divisor: deltas,
        budget: { max: 1.15, of: 'floor' },
      }),
    ]
  },
}

async function ourAgent({ url, kind }: Input) {
  const { agent, tool } = await import('tenon/core')
  const { BedrockConverseModel, BedrockProvider } = await import('tenon/bedrock')
  const provider = new BedrockProvider({ region, credentials, baseUrl: String(url) })
  const model = new BedrockConverseModel(modelId, { provider })
  const tools = [tool({ name: 'weather', description: toolDescription, input: weatherInput, run: weather })]
  return kind === 'stream' ? agent({ model }) : agent({ model, tools })
}

async function sdkClient({ url }: Input) {
  const { BedrockRuntimeClient } = await import('@aws-sdk/client-bedrock-runtime')
  const { NodeHttpHandler } = await import('@smithy/node-http-handler')
  const requestHandler = new NodeHttpHandler({ httpAgent: { keepAlive: true } })
  return new BedrockRuntimeClient({ region, credentials, endpoint: String(url), requestHandler })
}

async function sdkRuns(input: Input): Promise<Work> {
  const { ConverseCommand } = await import('@aws-sdk/client-bedrock-runtime')
  const client = await sdkClient(input)
  // the schema as the SDK's document type, which has no type for what zod returns
  const json = z.toJSONSchema(weatherInput) as never
  const tools: Tool[] = [{ toolSpec: { name: 'weather', description: toolDescription, inputSchema: { json } } }]
  const run = async () => {
    const messages: Message[] = [{ role: 'user', content: [{ text: prompt }] }]
    for (;;) {
      const { output } = await client.send(new ConverseCommand({ modelId, messages, toolConfig: { tools } }))
      const message = output?.message
      if (message === undefined) throw new Error('Bedrock sent no message.')
      messages.push(message)
      const results = (message.content ?? []).flatMap(resultOf)
      if (results.length === 0) return message
      messages.push({ role: 'user', content: results })
    }
  }
  return repeating(run)
}

function resultOf({ toolUse }: ContentBlock): ContentBlock[] {
  if (toolUse === undefined) return []
  const result = weather(weatherInput.parse(toolUse.input))
  return [{ toolResult: { toolUseId: toolUse.toolUseId, content: [{ text: JSON.stringify(result) }] } }]
}

async function sdkStream(input: Input): Promise<Work> {
  const { ConverseStreamCommand } = await import('@aws-sdk/client-bedrock-runtime')
  const client = await sdkClient(input)
  const messages: Message[] = [{ role: 'user', content: [{ text: prompt }] }]
  return async count => {
    for (let i = 0; i < count; i += 1) {
      const { stream } = await client.send(new ConverseStreamCommand({ modelId, messages }))
      let text = ''
      for await (const event of stream ?? []) text += event.contentBlockDelta?.delta?.text ?? ''
      if (text === '') throw new Error('Bedrock streamed no text.')
    }
  }
}
