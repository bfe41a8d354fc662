import type { ContentBlock, Message, Tool } from '@aws-sdk/client-bedrock-runtime'
import type { Model, ModelCall } from 'tenon/core'
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
      if (input['kind'] === 'model') return ourRequests(input)
      const model = await ourModel(input)
      if (input['kind'] === 'stream') {
        const { agent } = await import('tenon/core')
        const writer = agent({ model })
        return reading(() => writer.stream(prompt))
      }
      const agent = await ourAgent(model)
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
    // short samples, often: what else the machine does then counts for both
    const often = { warmUpMs: 6000, sampleMs: 100, samples: 25, processes: 3 }
    const requests = await bench.cpu(suite, { input: { url, kind: 'model' }, ...often, contestants: ['ours', 'floor'] })
    const runs = await bench.cpu(suite, { input: { url, kind: 'run' }, ...often })
    const streams = await bench.cpu(suite, { input: { url, kind: 'stream' }, ...often })
    return [
      rowOf('Bedrock request through the model, CPU of the client', requests, {
        unit: 'µs',
        divisor: 2,
        budget: { max: 1.1, of: 'floor' },
      }),
      rowOf('the same with all that an agent run does around it', runs, {
        unit: 'µs',
        divisor: 2,
      }),
      rowOf('Bedrock streamed delta, CPU of the client', streams, {
        unit: 'µs',
        divisor: deltas,
        budget: { max: 1.15, of: 'floor' },
      }),
    ]
  },
}

/** The two requests of a run, as its loop hands them to the model. */
async function ourRequests(input: Input): Promise<Work> {
  const { WrapperModel } = await import('tenon/core')
  const calls: ModelCall[] = []
  class Recorder extends WrapperModel {
    override request(call: ModelCall) {
      calls.push({ ...call, messages: [...call.messages] })
      return super.request(call)
    }
  }
  const model = await ourModel(input)
  const agent = await ourAgent(new Recorder(model))
  await agent.run(prompt)
  return repeating(async () => {
    for (const call of calls) await model.request(call)
  })
}

async function ourModel({ url }: Input): Promise<Model> {
  const { BedrockConverseModel, BedrockProvider } = await import('tenon/bedrock')
  return new BedrockConverseModel(modelId, {
    provider: new BedrockProvider({ region, credentials, baseUrl: String(url) }),
  })
}

async function ourAgent(model: Model) {
  const { agent, tool } = await import('tenon/core')
  const tools = [tool({ name: 'weather', description: toolDescription, input: weatherInput, run: weather })]
  return agent({ model, tools })
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
