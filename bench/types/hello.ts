// The smallest agent: what every user's compiler pays.
import { agent } from 'tenon'

const hello = agent({ model: 'bedrock:us.amazon.nova-lite-v1:0', instructions: 'Answer in one sentence.' })

const { output } = await hello.run('Where does "hello world" come from?')
export const answer: string = output
