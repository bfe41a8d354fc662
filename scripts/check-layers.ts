// npx tsx scripts/check-layers.ts
import { layers } from './checks/layers.ts'
import { runAlone } from './checks/run-alone.ts'

await runAlone(layers)
