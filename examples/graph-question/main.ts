// npx tsx examples/graph-question/main.ts [answer]: asks and ends; call it again with the answer. Kill it whenever you like:
// the run is in a folder, and goes on where it was.
import process from 'node:process'
import { fileStore } from '@tenon/graph/file'
import { Ask, questionGraph, reply } from './question-graph.ts'

const store = fileStore(process.env['QUESTION_RUNS'] ?? '.cache/question-runs')
const runId = 'quiz'
const said = process.argv[2]

const known = await store.get(runId)
let outcome =
  known === undefined
    ? await questionGraph.run(new Ask(), { state: { asked: [] }, store, runId })
    : await questionGraph.resume(runId, { store })
if (outcome.status === 'interrupted' && said !== undefined) outcome = await outcome.resume([reply.answer(said)])

if (outcome.status === 'interrupted')
  console.log(outcome.interrupts.map(({ payload }) => JSON.stringify(payload)).join('\n'))
else if (outcome.status === 'done') console.log(outcome.output)
