// The floor: the same job as a plain function. No abort, no retry, no hooks, no events, no telemetry.
import { answerAfter, finalText, prompt, toolArguments, weather, weatherInput } from './job.ts'

interface FloorMessage {
  readonly role: 'user' | 'assistant' | 'tool'
  readonly text?: string
  readonly call?: { readonly id: string; readonly name: string; readonly args: string }
  readonly result?: unknown
}

type FloorModel = (messages: readonly FloorMessage[]) => Promise<FloorMessage>

/** Asks for the tool `toolTurns` times, then answers. */
export function floorModel(toolTurns: number, latencyMs = 0): FloorModel {
  const answer = (messages: readonly FloorMessage[]): FloorMessage => {
    const turn = (messages.length - 1) / 2
    if (turn >= toolTurns) return { role: 'assistant', text: finalText }
    return { role: 'assistant', call: { id: `call_${turn}`, name: 'weather', args: toolArguments } }
  }
  return messages => answerAfter(latencyMs, () => answer(messages))
}

export async function floorRun(model: FloorModel): Promise<string> {
  const messages: FloorMessage[] = [{ role: 'user', text: prompt }]
  for (;;) {
    const answer = await model(messages)
    messages.push(answer)
    if (answer.call === undefined) return answer.text ?? ''
    const input = weatherInput.parse(JSON.parse(answer.call.args))
    messages.push({ role: 'tool', result: weather(input) })
  }
}
