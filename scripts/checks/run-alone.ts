import type { Check } from './check.ts'

/** Runs one check as a program of its own: says what is wrong, exit code 1 if anything is. */
export async function runAlone(check: Check): Promise<void> {
  const { failed, details, note } = await check.run()
  if (details !== '') console.log(details)
  console.log(failed === 0 ? `${check.name}: ok${note === undefined ? '' : `, ${note}`}` : `${check.name}: failed`)
  process.exitCode = failed === 0 ? 0 : 1
}
