import { agent } from 'tenon'

const hello = agent({
  model: 'bedrock:us.amazon.nova-lite-v1:0',
  instructions: 'Answer in one sentence.',
})

const { output, usage } = await hello.run('Where does "hello world" come from?')
console.log(output)
console.log(`${usage.inputTokens} tokens in, ${usage.outputTokens} out`)
