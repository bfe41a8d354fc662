import { existsSync, readFileSync, readdirSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/**
 * @typedef {typeof import('typescript')} TypeScript
 * @typedef {{ readonly at: number, readonly text: string }} Insertion
 */

/** Lies in `dist`, as old as the last time. */
const stampName = '.declarations'

/**
 * Makes the declarations in a package's `dist` mean the same in every program that reads them:
 *
 * - `x?: T` becomes `x?: T | undefined`. Ours are written without `exactOptionalPropertyTypes`, where both are one; in a
 *   program that has it, `T` alone would refuse what our own classes hold there.
 * - What mentions `AsyncDisposable` names the library it comes from, which a program without Node's types may not have.
 *
 * Only what the compiler has written since the last time is read.
 * @param {string} dist absolute
 */
export async function finishDeclarations(dist) {
  const stamp = join(dist, stampName)
  const now = new Date()
  const last = existsSync(stamp) ? statSync(stamp).mtimeMs : 0
  const since = statSync(fileURLToPath(import.meta.url)).mtimeMs > last ? 0 : last
  const files = readdirSync(dist, { recursive: true, encoding: 'utf8' })
    .filter(file => file.endsWith('.d.ts'))
    .map(file => join(dist, file))
    .filter(file => statSync(file).mtimeMs >= since)
  if (files.length > 0) {
    const { default: ts } = await import('typescript')
    for (const file of files) finishDeclaration(ts, file)
  }
  writeFileSync(stamp, '')
  utimesSync(stamp, now, now)
}

/**
 * @param {TypeScript} ts
 * @param {string} file
 */
function finishDeclaration(ts, file) {
  const { atime, mtime } = statSync(file)
  const before = readFileSync(file, 'utf8')
  const after = withDisposables(withUndefined(ts, before))
  if (after === before) return
  writeFileSync(file, after)
  // the compiler takes a newer declaration for a change, and builds what depends on it again
  utimesSync(file, atime, mtime)
  if (after.startsWith(disposables)) shiftMap(`${file}.map`)
}

/**
 * Lets every optional property, and every optional element of a tuple, be `undefined`.
 * @param {TypeScript} ts
 * @param {string} text a declaration file
 * @returns {string}
 */
export function withUndefined(ts, text) {
  /** @type {Insertion[]} */
  const insertions = []
  /** @param {import('typescript').Node} node */
  const visit = node => {
    const type = optionalType(ts, node)
    if (type !== undefined && !allowsUndefined(ts, type)) {
      const isLoose =
        ts.isFunctionTypeNode(type) ||
        ts.isConstructorTypeNode(type) ||
        ts.isConditionalTypeNode(type) ||
        ts.isInferTypeNode(type)
      if (isLoose) insertions.push({ at: type.getStart(), text: '(' })
      insertions.push({ at: type.end, text: isLoose ? ') | undefined' : ' | undefined' })
    }
    ts.forEachChild(node, visit)
  }
  visit(ts.createSourceFile('a.d.ts', text, ts.ScriptTarget.Latest, true))
  return insertAll(text, insertions)
}

/**
 * @param {TypeScript} ts
 * @param {import('typescript').Node} node
 * @returns {import('typescript').TypeNode | undefined}
 */
function optionalType(ts, node) {
  const mayBeOptional =
    ts.isPropertySignature(node) ||
    ts.isPropertyDeclaration(node) ||
    ts.isMappedTypeNode(node) ||
    ts.isNamedTupleMember(node)
  if (!mayBeOptional || node.questionToken === undefined) return undefined
  return node.questionToken.kind === ts.SyntaxKind.MinusToken ? undefined : node.type
}

/**
 * @param {TypeScript} ts
 * @param {import('typescript').TypeNode} type
 * @returns {boolean}
 */
function allowsUndefined(ts, type) {
  if (ts.isUnionTypeNode(type)) return type.types.some(member => allowsUndefined(ts, member))
  const { UndefinedKeyword, UnknownKeyword, AnyKeyword } = ts.SyntaxKind
  return [UndefinedKeyword, UnknownKeyword, AnyKeyword].some(kind => kind === type.kind)
}

/**
 * @param {string} text
 * @param {readonly Insertion[]} insertions no two in one place
 * @returns {string}
 */
function insertAll(text, insertions) {
  let result = text
  // from the end, so that places stay where they are
  for (const { at, text: inserted } of insertions.toSorted((a, b) => b.at - a.at)) {
    result = result.slice(0, at) + inserted + result.slice(at)
  }
  return result
}

const disposables = '/// <reference lib="esnext.disposable" />\n'

/**
 * @param {string} text
 * @returns {string}
 */
export function withDisposables(text) {
  const needed = /\b(Async)?Disposable\b|\[Symbol\.(asyncDispose|dispose)\]/.test(text)
  return needed && !text.startsWith(disposables) ? disposables + text : text
}

/**
 * One more line at the top.
 * @param {string} file
 */
function shiftMap(file) {
  const map = JSON.parse(readFileSync(file, 'utf8'))
  if (!map.mappings.startsWith(';')) writeFileSync(file, JSON.stringify({ ...map, mappings: `;${map.mappings}` }))
}
