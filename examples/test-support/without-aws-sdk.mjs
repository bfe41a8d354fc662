// preloaded into a program: the AWS SDK is not there, as after an install without the optional package
import Module, { register } from 'node:module'

const sdk = '@aws-sdk/client-bedrock-runtime'
const notFound = () => Object.assign(new Error(`Cannot find package '${sdk}'`), { code: 'MODULE_NOT_FOUND' })

// for `import`
const hooks = `export function resolve(specifier, context, next) {
  if (specifier !== '${sdk}') return next(specifier, context)
  throw Object.assign(new Error("Cannot find package '" + specifier + "'"), { code: 'ERR_MODULE_NOT_FOUND' })
}`
register(`data:text/javascript,${encodeURIComponent(hooks)}`)

// for `require`
const modules = /** @type {{ _resolveFilename: (request: string, ...rest: unknown[]) => string }} */ (
  /** @type {unknown} */ (Module)
)
const resolve = modules._resolveFilename
/** @param {string} request @param {readonly unknown[]} rest */
modules._resolveFilename = (request, ...rest) => {
  if (request === sdk) throw notFound()
  return resolve(request, ...rest)
}
