// The job every contestant of the agent suites does: the model asks for the weather of a city until it has asked often
// enough, then answers.
import { z } from 'zod'

export const prompt = 'What is the weather in Riga?'
export const toolDescription = 'The weather of a city today'
export const finalText = 'It is 3 °C and cloudy in Riga.'
/** What the model sends: text, as all providers do. */
export const toolArguments = '{"city":"Riga","days":1}'

export const weatherInput = z.object({ city: z.string(), days: z.number().int().min(1).max(10) })

export function weather({ city, days }: z.infer<typeof weatherInput>): { city: string; celsius: number; days: number } {
  return { city, celsius: 3, days }
}

/** What a model answers after so many milliseconds; at once for 0, with one promise. */
export function answerAfter<T>(ms: number, answer: () => T): Promise<T> {
  return ms === 0 ? Promise.resolve(answer()) : new Promise(resolve => setTimeout(() => resolve(answer()), ms))
}
