import type { EmbeddingModel, EmbeddingResult } from '../../src/embeddings/embedding-model.ts'
import { embedder } from '../../src/embeddings/embedder.ts'
import { withoutModelRequests } from '../../src/models/request-switch.ts'
import type { RecordedCall, WireRecord } from '../provider-case.ts'
import { NotSupported } from '../report/outcome.ts'
import { writeUsage } from '../wire/messages.ts'
import { readSettings } from '../wire/settings.ts'

/** What our embedding model made of a call, in the recorded form. */
export interface EmbeddingDone {
  readonly result?: unknown
  readonly error?: unknown
}

/** Embeds the recorded inputs through the public function, as a program would. */
export async function callEmbeddingModel(model: EmbeddingModel, recorded: RecordedCall): Promise<EmbeddingDone> {
  const input = recorded.input as unknown as WireRecord
  const embedding = embedder({ model })
  const settings = readSettings(input.settings as WireRecord | null)
  const call = async (): Promise<unknown> => {
    if (recorded.method === 'count_tokens') return embedding.countTokens(String(input.text))
    if (recorded.method !== 'embed') throw new NotSupported(`no method ${recorded.method}`)
    const inputs = input.inputs as string[]
    return writeResult(await embedding.embed(inputs, input.input_type as 'query' | 'document', { settings }))
  }
  try {
    // the recorded test had switched requests off for its process
    return { result: await (isBlocked(recorded) ? withoutModelRequests(call) : call()) }
  } catch (error) {
    return { error }
  }
}

function isBlocked({ error }: RecordedCall): boolean {
  return error?.message.startsWith('Model requests are not allowed') === true
}

function writeResult(result: EmbeddingResult): WireRecord {
  return {
    $type: 'EmbeddingResult',
    embeddings: result.embeddings,
    inputs: result.inputs,
    input_type: result.inputType,
    model_name: result.modelName,
    provider_name: result.providerName,
    timestamp: result.timestamp,
    usage: { $type: 'RequestUsage', ...writeUsage(result.usage) },
    provider_details: result.providerDetails ?? null,
    provider_response_id: result.providerResponseId ?? null,
  }
}
