import { graphBuilder, type GraphRunContext, type Json } from './index.ts'

declare const ctx: GraphRunContext<{ n: number }>
declare const send: () => Promise<void>
interface Receipt {
  id: string
  note?: string | undefined
  lines: readonly { amount: number; tags?: string[] }[]
}
declare const charge: (idempotencyKey: string) => Promise<Receipt>

// once: results that are JSON, and those of effects that give nothing
const kept = async () => {
  const one = await ctx.once('one', () => 1)
  one.toFixed()
  const receipt = await ctx.once('charge', ({ idempotencyKey }) => charge(idempotencyKey), {
    check: async ({ idempotencyKey }) => (idempotencyKey === '' ? undefined : charge(idempotencyKey)),
  })
  receipt.lines[0]?.amount.toFixed()
  await ctx.once('send', send)
  await ctx.once('throw', () => {
    throw new Error('no')
  })
  await ctx.once('any JSON', async (): Promise<Json> => ({ a: [1, null] }))
  await ctx.once('unknown', async (): Promise<unknown> => (await fetch('https://example.com')).json())
  await ctx.once<string>('said', () => 'a')
}
void kept

// and those that are not
const lost = async () => {
  // @ts-expect-error 1: a Date would come back as text
  await ctx.once('date', () => new Date())
  // @ts-expect-error 2: also deep in it
  await ctx.once('deep', async () => ({ at: [{ day: new Date() }] }))
  // @ts-expect-error 3: also with a parameter
  await ctx.once('map', async ({ idempotencyKey }) => new Map([[idempotencyKey, 1]]))
  // @ts-expect-error 4: also sometimes
  await ctx.once('sometimes', async ({ signal }) => (signal.aborted ? new Date() : 'x'))
  // @ts-expect-error 5: a response is a stream and much else
  await ctx.once('response', () => fetch('https://example.com'))
  // @ts-expect-error 6: a bigint
  await ctx.once('bigint', () => 1n)
  // @ts-expect-error 7: a function
  await ctx.once('function', () => () => 1)
  // @ts-expect-error 8: saying the type does not help
  await ctx.once<Date>('said', () => new Date())
}
void lost

// the same within a step, taken apart
const g = graphBuilder({ name: 'once' })
g.start.step('good', async ({ once }) => (await once('k', () => 5)).toFixed())
// @ts-expect-error 9: a Date
g.start.step('bad', async ({ once }) => (await once('k', () => new Date())).toISOString())
