// npx tsx scripts/check-docs.ts (after npm run build: the code of the pages compiles against the built packages)
import { docs } from './checks/docs.ts'
import { runAlone } from './checks/run-alone.ts'

await runAlone(docs)
