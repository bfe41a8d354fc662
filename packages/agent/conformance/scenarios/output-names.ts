import { isRecord } from '../compare/compare.ts'

/** Which named type a validated value came from: values here carry no class, so it is noted when one passes. */
export class OutputNames {
  readonly #names = new WeakMap<object, string>()

  note(value: unknown, name: string | undefined): void {
    if (isRecord(value) && name !== undefined) this.#names.set(value, name)
  }

  of(value: unknown): string | undefined {
    return isRecord(value) ? this.#names.get(value) : undefined
  }
}
