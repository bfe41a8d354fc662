import { edge, End, graph, interruptPoint, node, type GraphRunContext } from '@tenon/graph'
import { z } from 'zod'

/** What the run remembers from one node to the next; stored with every step. */
const State = z.object({ asked: z.array(z.string()) })
type Context = GraphRunContext<z.infer<typeof State>>

/** Where the program waits for a person: what it shows, and what must come back. */
export const reply = interruptPoint('reply', { payload: z.object({ question: z.string() }), resume: z.string() })

const questions = [
  { question: 'What is the capital of Latvia?', answer: 'riga' },
  { question: 'Which river runs through it?', answer: 'daugava' },
]

export class Ask extends node('Ask') {
  static next = () => [Answer]
  static note = 'Asks what was not asked yet.'
  async run(ctx: Context) {
    // a call that costs money: a run that is resumed gets the remembered result
    const question = await ctx.once('choose', () => questions[ctx.state.asked.length % questions.length]!.question)
    ctx.state.asked.push(question)
    return new Answer({ question })
  }
}

class Answer extends node('Answer', z.object({ question: z.string() })) {
  static next = () => [Evaluate]
  async run(ctx: Context) {
    const answer = await ctx.interrupt(reply, { question: this.question })
    return new Evaluate({ question: this.question, answer })
  }
}

class Evaluate extends node('Evaluate', z.object({ question: z.string(), answer: z.string() })) {
  static next = () => [edge(Ask, 'wrong'), edge(End<string>, 'right')]
  async run(ctx: Context): Promise<Ask | End<string>> {
    const right = questions.find(({ question }) => question === this.question)?.answer
    return this.answer.trim().toLowerCase() === right ? new End(`Right, after ${ctx.state.asked.length}.`) : new Ask()
  }
}

export const questionGraph = graph({ name: 'question', state: State, nodes: [Ask, Answer, Evaluate] })
