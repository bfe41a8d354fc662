/** The part of an SDK command that takes middleware. */
interface CommandWithStack {
  readonly middlewareStack: {
    add(middleware: (next: NextHandler) => NextHandler, options: { step: 'build'; name: string; priority: 'low' }): void
  }
}
type NextHandler = (args: { request: unknown; input: never }) => Promise<never>

/** Adds headers to one command before it is signed, so that the signature covers them. A header of the same name, in whatever
 *  case, gives way. Headers of the protocol itself (`authorization`, `host`, `content-length`) are set later and stay. */
export function withExtraHeaders<C>(command: C, headers: Readonly<Record<string, string>> | undefined): C {
  if (headers === undefined || Object.keys(headers).length === 0) return command
  // the SDK's middleware types depend on each command's input and output, which do not matter here
  const { middlewareStack } = command as unknown as CommandWithStack
  middlewareStack.add(
    next => args => {
      const { request } = args
      if (isHttpRequest(request)) replaceHeaders(request.headers, headers)
      return next(args)
    },
    { step: 'build', name: 'extraHeaders', priority: 'low' },
  )
  return command
}

function isHttpRequest(request: unknown): request is { headers: Record<string, string> } {
  return typeof request === 'object' && request !== null && 'headers' in request
}

function replaceHeaders(target: Record<string, string>, headers: Readonly<Record<string, string>>): void {
  const given = new Set(Object.keys(headers).map(name => name.toLowerCase()))
  for (const name of Object.keys(target)) if (given.has(name.toLowerCase())) delete target[name]
  Object.assign(target, headers)
}
