/** Settings only Bedrock's embedding models read, all optional. */
export interface BedrockEmbeddingSettings {
  /** Titan v2: vectors of length 1. Default `true`. */
  readonly bedrockTitanNormalize?: boolean
  /** Cohere v4: texts are cut beyond this many tokens. */
  readonly bedrockCohereMaxTokens?: number
  /** Cohere: default by the input type of the call. */
  readonly bedrockCohereInputType?: 'search_document' | 'search_query' | 'classification' | 'clustering'
  /** Cohere: wins over `truncate`. Default `NONE`: a text that is too long is an error. */
  readonly bedrockCohereTruncate?: 'NONE' | 'START' | 'END'
  /** Nova: wins over `truncate`. Default `NONE`. */
  readonly bedrockNovaTruncate?: 'NONE' | 'START' | 'END'
  /** Nova: default by the input type of the call. */
  readonly bedrockNovaEmbeddingPurpose?:
    | 'GENERIC_INDEX'
    | 'GENERIC_RETRIEVAL'
    | 'TEXT_RETRIEVAL'
    | 'CLASSIFICATION'
    | 'CLUSTERING'
    | (string & {})
  /** Id or ARN of the inference profile to call, while `modelName` keeps saying which model it is. */
  readonly bedrockInferenceProfile?: string
  /** Requests at a time, for the models that take one text per request. Default 5. */
  readonly bedrockMaxConcurrency?: number
}

declare module '../embedding-model.ts' {
  interface EmbeddingSettings extends BedrockEmbeddingSettings {}
}
