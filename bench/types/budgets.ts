/** What the compiler may spend on a program in this folder, counted by `tsc --extendedDiagnostics` with `skipLibCheck`. */
export interface TypeBudget {
  /** In this folder. */
  readonly program: string
  /** Type instantiations, those of the schema library included: a user's compiler pays them too. */
  readonly maxInstantiations: number
}

/** Raised only in the change that needs it, with the reason in its message. */
export const typeBudgets: readonly TypeBudget[] = [
  { program: 'hello.ts', maxInstantiations: 1_000 },
  { program: 'tool-and-output.ts', maxInstantiations: 11_000 },
]
