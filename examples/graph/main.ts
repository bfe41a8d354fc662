import { End, graph, node, type GraphRunContext } from '@tenon/graph'
import { agent } from 'tenon'
import { z } from 'zod'

const writer = agent({ model: 'bedrock:us.amazon.nova-lite-v1:0', instructions: 'Write one line for a postcard.' })
const editor = agent({
  model: 'bedrock:us.amazon.nova-lite-v1:0',
  instructions: 'Is the line good enough to be sent?',
  output: z.object({ isGood: z.boolean(), advice: z.string() }),
})

const State = z.object({ topic: z.string(), drafts: z.number() })
type Context = GraphRunContext<z.infer<typeof State>>

// nodes say in the type of `run` where they go; with a store, a run that crashed goes on after the last finished node
class Write extends node('Write', z.object({ advice: z.string().default('') })) {
  static next = () => [Review]
  async run(ctx: Context): Promise<Review> {
    ctx.state.drafts += 1
    const { output } = await writer.run(`Topic: ${ctx.state.topic}. ${this.advice}`)
    return new Review({ draft: output })
  }
}

class Review extends node('Review', z.object({ draft: z.string() })) {
  static next = () => [Write, End<string>]
  async run(_ctx: Context): Promise<Write | End<string>> {
    const { output } = await editor.run(this.draft)
    return output.isGood ? new End(this.draft) : new Write({ advice: output.advice })
  }
}

const postcard = graph({ name: 'postcard', nodes: [Write, Review], state: State })
const outcome = await postcard.run(new Write(), { state: { topic: 'Riga', drafts: 0 } })
if (outcome.status === 'done') console.log(`${outcome.output} (draft ${outcome.state.drafts})`)
