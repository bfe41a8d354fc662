/** `chat`, `responses`: at `/v1` · `openai-responses`: at `/openai/v1`. */
export type BedrockMantleInterface = 'chat' | 'responses' | 'openai-responses'

export interface BedrockMantleFacts {
  /** Which of Mantle's interfaces serves the model. */
  readonly bedrockMantleInterface?: BedrockMantleInterface
}

declare module '../profile.ts' {
  interface ModelProfile extends BedrockMantleFacts {}
}
