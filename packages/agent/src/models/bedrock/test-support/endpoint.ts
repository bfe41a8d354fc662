import {
  scriptedResponder,
  startLocalBedrock,
  type LocalBedrock,
  type LocalBedrockOptions,
  type ScriptedResponder,
} from '@tenon/local-bedrock'
import { BedrockConverseModel, type BedrockModelOptions } from '../model.ts'
import { BedrockProvider, type BedrockProviderOptions } from '../provider.ts'

export const claude = 'us.anthropic.claude-sonnet-4-5-20250929-v1:0'
export const nova = 'us.amazon.nova-pro-v1:0'
export const localKeys = { accessKeyId: 'local', secretAccessKey: 'local' }

/** A local endpoint and models that talk to it through the AWS SDK. */
export interface Endpoint extends AsyncDisposable {
  readonly server: LocalBedrock
  readonly responder: ScriptedResponder
  provider(options?: BedrockProviderOptions): BedrockProvider
  model(
    name?: string,
    options?: BedrockModelOptions & { readonly connect?: BedrockProviderOptions },
  ): BedrockConverseModel
}

export async function startEndpoint(options: LocalBedrockOptions = {}): Promise<Endpoint> {
  const responder = scriptedResponder()
  const server = await startLocalBedrock({ responder, ...options })
  const providers: BedrockProvider[] = []
  const provider = (more: BedrockProviderOptions = {}) => {
    const made = new BedrockProvider({ region: 'us-east-1', credentials: localKeys, baseUrl: server.url, ...more })
    providers.push(made)
    return made
  }
  return {
    server,
    responder,
    provider,
    model: (name = claude, { connect, ...more } = {}) =>
      new BedrockConverseModel(name, { provider: provider(connect), ...more }),
    async [Symbol.asyncDispose]() {
      for (const made of providers) made.close()
      await server.close()
    },
  }
}
