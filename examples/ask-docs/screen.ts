import type { WriteStream } from 'node:tty'
import type { AgentRunResult, DeepPartial } from 'tenon'
import type { Answer } from './docs-agent.ts'
import { stepsOf } from './steps.ts'

type Output = Pick<WriteStream, 'write'> & { readonly isTTY?: boolean }

/** The answer goes to stdout, everything else to stderr: `npm start -- "…" > answer.txt` keeps the answer alone. */
export class Screen {
  readonly #stdout: Output
  readonly #stderr: Output
  /** Of the answer, as far as it is on the screen. */
  #written = ''

  constructor(stdout: Output, stderr: Output) {
    this.#stdout = stdout
    this.#stderr = stderr
  }

  /** What goes on, one line. */
  step(line: string): void {
    this.#endAnswer()
    this.#stderr.write(`· ${line}\n`)
  }

  /** The answer so far. It grows before one's eyes on a terminal; a file or a pipe gets it whole, when it is known to be right. */
  partial({ answer = '' }: DeepPartial<Answer>): void {
    if (this.#stdout.isTTY === true) this.#grow(answer)
  }

  result({ output, usage, cost, newMessages }: AgentRunResult<Answer>): void {
    this.#grow(output.answer)
    this.#endAnswer()
    if (output.sources.length > 0) {
      const sources = output.sources.map(({ path, quote }) => `- ${path}: “${quote}”`)
      this.#stdout.write(`\nSources\n${sources.join('\n')}\n`)
    }
    const steps = stepsOf(newMessages).map((step, index) => `  ${index + 1}. ${step}`)
    this.#stderr.write(`\nSteps\n${steps.join('\n')}\n`)
    const counts = `${count(usage.requests, 'request')}, ${count(usage.toolCalls, 'tool call')}`
    const tokens = `${count(usage.inputTokens, 'token')} in, ${count(usage.outputTokens, 'token')} out`
    this.#stderr.write(`Usage: ${counts}, ${tokens}; cost ${cost === undefined ? 'not known' : dollars(cost)}\n`)
  }

  #grow(answer: string): void {
    // a validator may send an answer back, and then another one begins
    if (!answer.startsWith(this.#written)) this.#endAnswer()
    this.#stdout.write(answer.slice(this.#written.length))
    this.#written = answer
  }

  #endAnswer(): void {
    if (this.#written !== '') this.#stdout.write('\n')
    this.#written = ''
  }
}

function count(number: number, noun: string): string {
  return `${number.toLocaleString('en')} ${noun}${number === 1 ? '' : 's'}`
}

function dollars(cost: number): string {
  return `$${cost.toFixed(cost < 0.01 ? 5 : 2)}`
}
