import { readdirSync, readFileSync, existsSync } from 'node:fs'
import { join } from 'node:path'
import type { ProviderCase } from './provider-case.ts'
import type { Scenario } from './scenarios/scenario.ts'

/** A folder of recorded conversations: cases by provider, scenarios by group, long strings kept apart. */
export class Corpus {
  readonly #root: string
  readonly #blobs = new Map<string, string>()

  /** @throws Error when the folder holds no recorded conversations */
  constructor(root: string) {
    this.#root = root
    if (!existsSync(join(root, 'cases')) && !existsSync(join(root, 'scenarios'))) {
      throw new Error(`No recorded conversations in ${root}: neither \`cases\` nor \`scenarios\` is there.`)
    }
  }

  providers(): string[] {
    return this.#list('cases')
  }

  caseNames(provider: string): string[] {
    return this.#list(join('cases', provider))
      .filter(name => name.endsWith('.json'))
      .map(name => name.slice(0, -5))
  }

  loadCase(provider: string, name: string): ProviderCase {
    return this.#load<ProviderCase>(join('cases', provider, `${name}.json`))
  }

  scenarioNames(): string[] {
    return this.#list('scenarios')
      .filter(name => name.endsWith('.json'))
      .map(name => name.slice(0, -5))
  }

  loadScenario(name: string): Scenario {
    return this.#load<Scenario>(join('scenarios', `${name}.json`))
  }

  /** The rows of `profiles.jsonl` or `schemas.jsonl`; none when the file is missing. */
  rows<T>(name: string): T[] {
    const file = join(this.#root, `${name}.jsonl`)
    if (!existsSync(file)) return []
    const lines = readFileSync(file, 'utf8').split('\n')
    return lines.filter(line => line.trim() !== '').map(line => this.#resolve(JSON.parse(line)) as T)
  }

  #list(folder: string): string[] {
    const path = join(this.#root, folder)
    return existsSync(path) ? readdirSync(path).toSorted() : []
  }

  #load<T>(file: string): T {
    return this.#resolve(JSON.parse(readFileSync(join(this.#root, file), 'utf8'))) as T
  }

  /** Puts the long strings back where `{ "$blob": … }` stands for them. Each is read once, when a loaded file needs it. */
  #resolve(value: unknown): unknown {
    if (Array.isArray(value)) return value.map(item => this.#resolve(item))
    if (typeof value !== 'object' || value === null) return value
    if ('$blob' in value && typeof value.$blob === 'string') return this.#blob(value.$blob)
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, this.#resolve(item)]))
  }

  #blob(hash: string): string {
    let text = this.#blobs.get(hash)
    if (text === undefined) {
      text = readFileSync(join(this.#root, 'blobs', `${hash}.txt`), 'utf8')
      this.#blobs.set(hash, text)
    }
    return text
  }
}
