// The peer's hello world: what bench/bundle/hello.ts is with our package.
import { generateText } from 'ai'

export async function hello(model, prompt) {
  const { text } = await generateText({ model, system: 'Answer in one sentence.', prompt })
  return text
}
