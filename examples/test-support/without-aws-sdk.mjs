// preloaded into a program: the AWS SDK is not there, as after an install without the optional package
import { register } from 'node:module'

const hooks = `export function resolve(specifier, context, next) {
  if (specifier !== '@aws-sdk/client-bedrock-runtime') return next(specifier, context)
  throw Object.assign(new Error("Cannot find package '" + specifier + "'"), { code: 'ERR_MODULE_NOT_FOUND' })
}`
register(`data:text/javascript,${encodeURIComponent(hooks)}`)
