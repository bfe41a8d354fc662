import { chooseModel } from './choose-model.ts'
import { docsAgent } from './docs-agent.ts'
import { DocsIndex } from './docs-index.ts'
import { readHistory, writeHistory } from './history-file.ts'
import { progress } from './progress.ts'
import type { Screen } from './screen.ts'

export interface Question {
  readonly question: string
  readonly historyFile: string | undefined
  /** Default: the local endpoint. */
  readonly modelId: string | undefined
  /** Of the repository whose docs are asked. */
  readonly root: string
  readonly signal: AbortSignal
}

/** Asks the docs and shows the answer while it is written. */
export async function ask({ question, historyFile, modelId, root, signal }: Question, screen: Screen): Promise<void> {
  const docs = await DocsIndex.load(root)
  const messageHistory = historyFile === undefined ? [] : await readHistory(historyFile)
  if (messageHistory.length > 0) screen.step(`going on with ${messageHistory.length} messages of ${historyFile}`)

  await using chosen = await chooseModel(modelId)
  screen.step(`model: ${chosen.label}`)
  const run = docsAgent.stream(question, {
    model: chosen.model,
    deps: { docs },
    messageHistory,
    capabilities: [progress(line => screen.step(line))],
    signal,
  })
  for await (const partial of run.partials()) screen.partial(partial)

  const result = await run.result
  screen.result(result)
  if (historyFile !== undefined) await writeHistory(historyFile, result.messages)
}
