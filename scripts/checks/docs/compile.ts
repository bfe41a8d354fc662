import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { root } from '../../ensure.mjs'
import { runNode } from '../command.ts'
import type { Program } from './programs.ts'

/** Compiles the programs against the built packages; an error names the line of the page it stands on. */
export async function compileProblems(repository: string, programs: readonly Program[]): Promise<string[]> {
  if (programs.length === 0) return []
  const cache = join(repository, '.cache')
  mkdirSync(cache, { recursive: true })
  // inside the repository, because a package is looked for in the folders above; two runs at once must not meet
  const folder = mkdtempSync(join(cache, 'docs-'))
  try {
    const config = { extends: '../../tsconfig.check.json', include: ['*.ts', '*.tsx'], exclude: [] }
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config))
    for (const { name, text } of programs) writeFileSync(join(folder, name), text)
    const compiler = join(root, 'node_modules/ts7/bin/tsc')
    const { code, output } = await runNode([compiler, '-p', folder, '--pretty', 'false'], { cwd: folder })
    return code === 0 ? [] : atTheirOrigin(output, programs)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function atTheirOrigin(output: string, programs: readonly Program[]): string[] {
  const byName = new Map(programs.map(program => [program.name, program]))
  const lines = output.split('\n').filter(line => line.trim() !== '')
  return lines.map(line => {
    const [, file = '', number = '', message = ''] = /^(.+?)\((\d+),\d+\): (.*)$/.exec(line) ?? []
    const origin = byName.get(basename(file))?.origin[Number(number) - 1]
    return origin === undefined ? line : `${origin} ${message}`
  })
}
