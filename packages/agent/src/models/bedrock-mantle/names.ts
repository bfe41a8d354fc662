/** Names known when this version was made; others work as well.
 *  @see https://docs.aws.amazon.com/bedrock/latest/userguide/bedrock-mantle.html */
const knownNames = [
  'openai.gpt-5.4',
  'openai.gpt-5.5',
  'openai.gpt-5.6-luna',
  'openai.gpt-5.6-sol',
  'openai.gpt-5.6-terra',
  'openai.gpt-oss-20b',
  'openai.gpt-oss-120b',
  'openai.gpt-oss-safeguard-20b',
  'openai.gpt-oss-safeguard-120b',
] as const

export type BedrockMantleModelName = (typeof knownNames)[number] | (string & {})
