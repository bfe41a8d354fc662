import { existsSync, readdirSync } from 'node:fs'
import { builtinModules } from 'node:module'
import { dirname, join, relative, resolve, sep } from 'node:path'
import { type Package, type PackageManifest, packages } from '../packages.ts'
import { cyclesOf } from './cycles.ts'
import { type Import, type ParsedFile, parseFile } from './imports.ts'
import { type Layer, agentLayers, edgePairs, edgesBelowTheLoop, nodeModules, packageImports } from './table.ts'

/** A source file of a package that is built and published; tests are not. */
interface Source extends ParsedFile {
  /** Relative to the package's `src`, with `/`: `models/model.ts`. */
  readonly path: string
  /** Relative to the repository, for messages. */
  readonly label: string
  readonly folder: string
}

/** Everything in the repository that breaks the layer table, one line each, sorted by file. */
export function layerProblems(repository: string): string[] {
  return packages(repository).flatMap(each => {
    const files = sources(each)
    const ofPackage = [
      ...files.flatMap(file => packageProblems(repository, each, file)),
      ...testFiles(each).flatMap(file => testProblems(repository, each, file)),
      ...cycleProblems(each, files),
    ]
    return each.path === 'packages/agent'
      ? [...ofPackage, ...files.flatMap(file => agentProblems(each, file))]
      : ofPackage
  })
}

function sources({ folder, path }: Package): Source[] {
  return typeScriptFiles(join(folder, 'src'))
    .filter(file => !isTest(file))
    .map(file => {
      const absolute = join(folder, 'src', file)
      return { path: file, label: `${path}/src/${file}`, folder: dirname(absolute), ...parseFile(absolute) }
    })
}

/** Relative to the package. */
function testFiles({ folder }: Package): string[] {
  const inSource = typeScriptFiles(join(folder, 'src')).filter(isTest)
  return [...inSource.map(file => `src/${file}`), ...typeScriptFiles(join(folder, 'test')).map(file => `test/${file}`)]
}

/** Relative to `folder`, with `/`, sorted. */
function typeScriptFiles(folder: string): string[] {
  if (!existsSync(folder)) return []
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map(file => file.replaceAll(sep, '/'))
    .filter(file => file.endsWith('.ts'))
    .toSorted()
}

function isTest(path: string): boolean {
  return /\.test(-d)?\.ts$/.test(path) || path.split('/').includes('test-support')
}

/** What holds in every package: others are imported by their public name, and only those of the table. */
function packageProblems(repository: string, own: Package, file: Source): string[] {
  const src = join(own.folder, 'src')
  return file.imports.flatMap(({ specifier, line }) => {
    if (specifier.startsWith('.')) {
      const target = resolve(file.folder, specifier)
      if (!relative(src, target).startsWith('..')) return []
      return [`${file.label}:${line} imports ${relative(repository, target)}, outside its own src`]
    }
    const other = Object.keys(packageImports).find(name => specifier === name || specifier.startsWith(`${name}/`))
    if (other === undefined || packageImports[own.manifest.name]?.includes(other)) return []
    return [`${file.label}:${line} imports ${specifier}: ${own.manifest.name} may not depend on ${other}`]
  })
}

const sharedTestSupport = join('scripts', 'test-support')

/** A test may import what it likes, as long as it is of its own package, has a public name, or serves tests of all packages. */
function testProblems(repository: string, own: Package, path: string): string[] {
  const file = join(own.folder, path)
  return parseFile(file).imports.flatMap(({ specifier, line }) => {
    const target = resolve(dirname(file), specifier)
    if (!specifier.startsWith('.') || !relative(own.folder, target).startsWith('..')) return []
    if (dirname(relative(repository, target)) === sharedTestSupport) return []
    return [`${own.path}/${path}:${line} imports ${relative(repository, target)}, outside its own package`]
  })
}

/** No circle of files that need each other when they load. A lazy import counts: it is a circle of ideas all the same. */
function cycleProblems({ path }: Package, files: readonly Source[]): string[] {
  const graph = new Map(
    files.map(file => [
      file.path,
      file.imports.filter(each => !each.isType).flatMap(each => localTarget(file, each) ?? []),
    ]),
  )
  return cyclesOf(graph).map(cycle => `${path}/src: value imports form a circle: ${[...cycle, cycle[0]].join(' → ')}`)
}

/** What holds between the layers of the agent package. */
function agentProblems({ manifest }: Package, file: Source): string[] {
  const layer = layerOf(file.path)
  if (layer === undefined) return [`${file.label} is in no layer: add its folder to scripts/checks/layers/table.ts`]
  const isEdge = layer.isEdge === true
  const globals = isEdge ? [] : file.nodeGlobals
  return [
    ...globals.map(({ name, line }) => `${file.label}:${line} uses \`${name}\`, which only Node has; only an edge may`),
    ...file.imports.flatMap(each => {
      const target = localTarget(file, each)
      const problem =
        target === undefined ? outsideProblem(manifest, file, each, isEdge) : insideProblem(file.path, layer, target)
      return problem === undefined ? [] : [`${file.label}:${each.line} ${problem}`]
    }),
  ]
}

function insideProblem(from: string, layer: Layer, to: string): string | undefined {
  const target = layerOf(to)
  if (target === undefined) return undefined // reported for the file itself
  if (agentLayers.indexOf(target) > agentLayers.indexOf(layer)) {
    return `imports ${to}: layer ${layer.name} may not import layer ${target.name}`
  }
  if (target.name.endsWith('loop') && edgesBelowTheLoop.some(pattern => matches(from, pattern))) {
    return `imports ${to}: the loop calls this edge, the edge may not import the loop`
  }
  if (layer.isEdge !== true || target !== layer || edgeOf(from) === edgeOf(to)) return undefined
  const isAllowed = edgePairs.some(pair => matches(from, pair.from) && matches(to, pair.to))
  return isAllowed ? undefined : `imports ${to}: an edge may not import another edge`
}

function outsideProblem(
  { dependencies = {}, peerDependencies = {} }: PackageManifest,
  file: Source,
  { specifier, isType, isLazy }: Import,
  isEdge: boolean,
): string | undefined {
  if (specifier.startsWith('.')) return undefined
  if (builtinModules.includes(specifier.replace(/^node:/, ''))) {
    // a type of theirs leaves nothing in the built file
    const isAllowed =
      isType || isEdge || nodeModules.some(each => matches(file.path, each.from) && each.to === specifier)
    return isAllowed ? undefined : `imports ${specifier}: only an edge may use Node's own modules`
  }
  if (isListed(specifier, dependencies)) return undefined
  if (!isEdge) return `imports ${specifier}: only an edge may import a package that users install themselves`
  if (isType || isLazy || !isListed(specifier, peerDependencies)) return undefined
  return `imports ${specifier} when it loads: await import() it where it is used, and name the package when it is missing`
}

function isListed(specifier: string, dependencies: Readonly<Record<string, string>>): boolean {
  return Object.keys(dependencies).some(name => specifier === name || specifier.startsWith(`${name}/`))
}

/** The most specific layer that holds a path: `models/providers.ts` is named before `models/*`. */
function layerOf(path: string): Layer | undefined {
  const [best] = agentLayers
    .flatMap(layer => layer.holds.filter(pattern => matches(path, pattern)).map(pattern => ({ layer, pattern })))
    .toSorted((a, b) => specificity(b.pattern) - specificity(a.pattern))
  return best?.layer
}

function specificity(pattern: string): number {
  return pattern.includes('*') ? pattern.split('/').length : 100 + pattern.length
}

/** The folder that is one edge: `models/bedrock` of `models/bedrock/request.ts`, `otel` of `otel/spans.ts`. */
function edgeOf(path: string): string {
  const isWholeFolder = agentLayers.some(layer => layer.holds.includes(`${path.split('/')[0]}/`))
  return path
    .split('/')
    .slice(0, isWholeFolder ? 1 : 2)
    .join('/')
}

function matches(path: string, pattern: string): boolean {
  if (!pattern.includes('*')) return pattern.endsWith('/') ? path.startsWith(pattern) : path === pattern
  const expression = pattern.replaceAll('.', '\\.').replaceAll('*', '[^/]+')
  return new RegExp(`^${expression}${pattern.endsWith('/') ? '' : '$'}`).test(path)
}

/** The path in `src` that a relative import names; undefined for a package and for a file outside `src`. */
function localTarget(file: Source, { specifier }: Import): string | undefined {
  if (!specifier.startsWith('.')) return undefined
  const target = join(dirname(file.path), specifier).replaceAll(sep, '/')
  return target.startsWith('..') ? undefined : target
}
