interface CommandWithStack {
  readonly middlewareStack: {
    add(
      middleware: (next: NextHandler) => NextHandler,
      options: { step: 'deserialize'; name: string; priority: 'high' },
    ): void
  }
}
type NextHandler = (args: never) => Promise<{ readonly response?: unknown }>

/** Lets the headers of a command's answer be read: the SDK gives only what its model names.
 *  @returns the headers of the last answer, names in lower case */
export function readingHeaders(command: unknown): () => Readonly<Record<string, string>> {
  let headers: Record<string, string> = Object.create(null)
  const { middlewareStack } = command as CommandWithStack
  middlewareStack.add(
    next => async args => {
      const result = await next(args)
      const { response } = result
      if (typeof response === 'object' && response !== null && 'headers' in response) {
        headers = lowerCase(response.headers as Record<string, string>)
      }
      return result
    },
    { step: 'deserialize', name: 'readHeaders', priority: 'high' },
  )
  return () => headers
}

function lowerCase(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.assign(
    Object.create(null),
    Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value])),
  )
}
