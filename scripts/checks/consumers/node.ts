/** Every entry, and what meets the types of the SDKs and of Node. */
import { BedrockClient } from '@aws-sdk/client-bedrock'
import { BedrockRuntimeClient } from '@aws-sdk/client-bedrock-runtime'
import { fileStore } from '@tenon/graph/file'
import { localCredential, reply, scriptedResponder, startLocalBedrock } from '@tenon/local-bedrock'
import { agent, embedder, type Model } from 'tenon'
import { BedrockConverseModel, BedrockEmbeddingModel, BedrockProvider, listFoundationModels } from 'tenon/bedrock'
import * as mantle from 'tenon/bedrock-mantle'
import { OpenAIProvider, OpenAIResponsesModel } from 'tenon/openai'

export { mantle }

export async function ask(): Promise<string> {
  await using endpoint = await startLocalBedrock({ responder: scriptedResponder([reply.text('Hello')]) })
  const client = new BedrockRuntimeClient({ endpoint: endpoint.url, region: 'us-east-1', credentials: localCredential })
  using provider = new BedrockProvider({ client })
  const model = new BedrockConverseModel('us.amazon.nova-lite-v1:0', { provider })
  return (await agent({ model }).run('Hello')).output
}

export const byKey = new BedrockProvider({ region: 'us-east-1', apiKey: process.env['TEAM_KEY'] })
export const responses: Model = new OpenAIResponsesModel('gpt', {
  provider: new OpenAIProvider({ apiKey: process.env['OPENAI_KEY'] }),
})
export const embed = embedder({ model: new BedrockEmbeddingModel('cohere.embed-v4:0') })
export const models = listFoundationModels({ vendor: 'Anthropic' }, { client: new BedrockClient({}) })
export const store = fileStore('runs')
