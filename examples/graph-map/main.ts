import { addUp, expectDone, graphBuilder } from '@tenon/graph'
import { z } from 'zod'

const g = graphBuilder({
  name: 'word-count',
  state: z.object({ words: z.number() }),
  input: z.array(z.string()),
  output: z.array(z.object({ text: z.string(), longest: z.string() })),
  // branches that run at once each add to the sum they found
  reducers: { words: addUp },
})

g.start
  .map({ concurrency: 2 })
  .step('split', ({ input }) => ({ text: input, words: input.split(/\s+/) }))
  .step('longest', ({ input, state }) => {
    state.words += input.words.length
    return { text: input.text, longest: input.words.reduce((a, b) => (b.length > a.length ? b : a), '') }
  })
  .collect()
  .to(g.end)

const wordCount = g.build()
const { output, state } = await expectDone(
  wordCount.run({ input: ['amber by the sea', 'storks return in spring'], state: { words: 0 } }),
)
for (const { text, longest } of output) console.log(`${text}: ${longest}`)
console.log(`${state.words} words`)
console.log(wordCount.mermaid())
