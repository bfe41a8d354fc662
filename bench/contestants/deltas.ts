// The streams: text in small pieces, and a JSON document in pieces of 20 characters.
import { z } from 'zod'

export const textDelta = 'some text '

export const itemSchema = z.object({
  id: z.number(),
  name: z.string(),
  tags: z.array(z.string()),
  address: z.object({ street: z.string(), city: z.string() }),
  active: z.boolean(),
})

export type Item = z.infer<typeof itemSchema>

/** The document as a list under one key, at least so many characters long, in pieces. */
export function jsonDeltas(key: string, length: number): readonly string[] {
  const items: string[] = []
  for (let size = 0; size < length; size += items.at(-1)!.length + 1) items.push(JSON.stringify(itemAt(items.length)))
  const json = `{"${key}":[${items.join(',')}]}`
  const deltas: string[] = []
  for (let at = 0; at < json.length; at += 20) deltas.push(json.slice(at, at + 20))
  return deltas
}

function itemAt(id: number): Item {
  return {
    id,
    name: `Person number ${id}`,
    tags: ['alpha', 'beta', `tag-${id % 7}`],
    address: { street: `${id} Long "Quoted" Street`, city: 'Riga' },
    active: id % 2 === 0,
  }
}
