import { localCredential, startLocalBedrock } from '@tenon/local-bedrock'
import { resolveModel, type Model } from 'tenon'
import { BedrockConverseModel, BedrockProvider } from 'tenon/bedrock'

/** The model of a run, for as long as it is held. */
export interface ChosenModel extends AsyncDisposable {
  readonly model: Model
  /** For people. */
  readonly label: string
}

/** The model that was asked for; without one, a local Bedrock endpoint that plays a model.
 *  @param modelId such as `bedrock:us.amazon.nova-lite-v1:0` */
export async function chooseModel(modelId: string | undefined): Promise<ChosenModel> {
  if (modelId === undefined || modelId === '') return localModel()
  return { model: await resolveModel(modelId), label: modelId, async [Symbol.asyncDispose]() {} }
}

/** The real AWS SDK over HTTP: only the address and the credentials are not those of AWS. */
async function localModel(): Promise<ChosenModel> {
  const endpoint = await startLocalBedrock()
  const provider = new BedrockProvider({ baseUrl: endpoint.url, region: 'us-east-1', credentials: localCredential })
  return {
    model: new BedrockConverseModel('us.anthropic.claude-sonnet-4-5-20250929-v1:0', { provider }),
    label: `a local Bedrock endpoint without a model (${endpoint.url}); TENON_MODEL=bedrock:<name> asks a real one`,
    async [Symbol.asyncDispose]() {
      provider.close()
      await endpoint.close()
    },
  }
}
