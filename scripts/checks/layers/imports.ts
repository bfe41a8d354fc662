import { readFileSync } from 'node:fs'
import ts from 'typescript'

export interface Import {
  /** As written: `./x.ts`, `node:fs`, `zod`. */
  readonly specifier: string
  /** 1-based. */
  readonly line: number
  /** Nothing is left of it in the built file: `import type`, `export type … from`, `import('x').Type`. */
  readonly isType: boolean
  /** `import('x')` in an expression. */
  readonly isLazy: boolean
}

export interface ParsedFile {
  readonly imports: readonly Import[]
  /** Globals that only Node has, such as `process`, where the file uses them. */
  readonly nodeGlobals: readonly { readonly name: string; readonly line: number }[]
}

const nodeGlobals = new Set([
  'process',
  'Buffer',
  'global',
  'require',
  'module',
  '__dirname',
  '__filename',
  'setImmediate',
])

/** What a file imports, and which of Node's own globals it touches. */
export function parseFile(path: string): ParsedFile {
  const source = ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.Latest, true)
  const imports: Import[] = []
  const globals: { name: string; line: number }[] = []
  const declared = new Set<string>()
  const lineOf = (node: ts.Node) => source.getLineAndCharacterOfPosition(node.getStart()).line + 1
  const add = (node: ts.Node, specifier: ts.Node | undefined, kind: { isType: boolean; isLazy: boolean }) => {
    if (specifier && ts.isStringLiteralLike(specifier))
      imports.push({ specifier: specifier.text, line: lineOf(node), ...kind })
  }

  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node)) {
      // `import { type X }` stays in the built file as `import {}`, so it counts as a value import
      add(node, node.moduleSpecifier, { isType: node.importClause?.isTypeOnly ?? false, isLazy: false })
    } else if (ts.isExportDeclaration(node)) {
      add(node, node.moduleSpecifier, { isType: node.isTypeOnly, isLazy: false })
    } else if (ts.isImportTypeNode(node)) {
      if (ts.isLiteralTypeNode(node.argument)) add(node, node.argument.literal, { isType: true, isLazy: false })
    } else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
      add(node, node.arguments[0], { isType: false, isLazy: true })
    }
    const declaration = declaredName(node)
    if (declaration !== undefined) declared.add(declaration)
    if (ts.isIdentifier(node) && nodeGlobals.has(node.text) && isGlobalUse(node)) {
      globals.push({ name: node.text, line: lineOf(node) })
    }
    ts.forEachChild(node, visit)
  }
  visit(source)
  return { imports, nodeGlobals: globals.filter(({ name }) => !declared.has(name)) }
}

function declaredName(node: ts.Node): string | undefined {
  const isDeclaration =
    ts.isVariableDeclaration(node) ||
    ts.isParameter(node) ||
    ts.isBindingElement(node) ||
    ts.isFunctionDeclaration(node) ||
    ts.isImportSpecifier(node) ||
    ts.isImportClause(node)
  return isDeclaration && node.name !== undefined && ts.isIdentifier(node.name) ? node.name.text : undefined
}

/** An identifier read as a value: not the name of a property, a member or a type. `globalThis.process` is not one. */
function isGlobalUse(node: ts.Identifier): boolean {
  const { parent } = node
  if (ts.isPropertyAccessExpression(parent)) return parent.expression === node
  if (ts.isPropertyAssignment(parent)) return parent.initializer === node
  if (ts.isPropertyDeclaration(parent)) return parent.initializer === node
  return !(
    ts.isTypeNode(parent) ||
    ts.isTypeElement(parent) ||
    ts.isClassElement(parent) ||
    ts.isMethodDeclaration(parent) ||
    ts.isQualifiedName(parent) ||
    ts.isModuleDeclaration(parent) ||
    ts.isImportSpecifier(parent) ||
    ts.isExportSpecifier(parent)
  )
}
