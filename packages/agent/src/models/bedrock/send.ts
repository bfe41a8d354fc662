import type {
  BedrockRuntimeClient,
  ConverseCommand,
  ConverseStreamCommand,
  CountTokensCommand,
} from '@aws-sdk/client-bedrock-runtime'
import { withExtraHeaders } from './extra-headers.ts'

type Command = ConverseCommand | ConverseStreamCommand | CountTokensCommand
/** What `client.send` gives for this command. */
export type AnswerOf<C extends Command> = Awaited<ReturnType<ReturnType<C['resolveMiddleware']>>>['output']

export interface SendOptions {
  readonly signal: AbortSignal
  readonly extraHeaders: Readonly<Record<string, string>> | undefined
}

/** Sends one command. With options, the SDK puts its forty layers of middleware in order for every request, which takes longer
 *  than to sign it. Without any, a client that allows it (`cacheMiddleware`) does so once; the signal then goes along with the
 *  command. */
export async function sendCommand<C extends Command>(
  client: BedrockRuntimeClient,
  command: C,
  { signal, extraHeaders }: SendOptions,
): Promise<AnswerOf<C>> {
  // the SDK has one overload for each kind of callback, which a union of commands fits none of
  const send = client.send.bind(client) as unknown as (command: C, options?: object) => Promise<AnswerOf<C>>
  if (extraHeaders !== undefined || !carriers.has(client)) {
    return send(withExtraHeaders(command, extraHeaders), { abortSignal: signal })
  }
  return send(Object.assign(command, { [carried]: signal }))
}

/** On a command and, as middleware copies what it is handed, on the arguments of all middleware. */
const carried = Symbol('abortSignal')
interface Carrying {
  readonly [carried]?: AbortSignal
}

const carriers = new WeakSet<BedrockRuntimeClient>()
/** By the request as it goes to the transport. */
const signals = new WeakMap<object, AbortSignal>()

/** Lets the signal of a command reach the transport, so that `sendCommand` may leave out the options. */
export function carrySignals(client: BedrockRuntimeClient): BedrockRuntimeClient {
  client.middlewareStack.add(
    (next, context) => {
      forgetFirstCommand(context)
      return args => {
        const signal = (args as Carrying)[carried]
        const { request } = args as { readonly request?: unknown }
        if (signal !== undefined && typeof request === 'object' && request !== null) signals.set(request, signal)
        return next(args)
      }
    },
    { step: 'deserialize', priority: 'low', name: 'carrySignals' },
  )
  client.config.requestHandler = withSignals(client.config.requestHandler)
  carriers.add(client)
  return client
}

type RequestHandler = BedrockRuntimeClient['config']['requestHandler']
/** What the SDK's transports have besides; in its types, only some of them do. */
interface Configurable {
  updateHttpClientConfig?(key: unknown, value: unknown): void
  httpHandlerConfigs?(): object
}

function withSignals(inner: RequestHandler & Configurable): RequestHandler {
  const outer: RequestHandler & Configurable = {
    metadata: inner.metadata,
    handle: (request: object, options) => {
      const abortSignal = signals.get(request)
      return inner.handle(request, abortSignal === undefined ? options : { ...options, abortSignal })
    },
    destroy: () => inner.destroy?.(),
    updateHttpClientConfig: (key, value) => inner.updateHttpClientConfig?.(key, value),
    httpHandlerConfigs: () => inner.httpHandlerConfigs?.() ?? {},
  }
  return outer
}

/** What the SDK keeps for later requests holds the first command, and with it a whole conversation. An empty command of its kind
 *  does as well. */
function forgetFirstCommand(context: object): void {
  const { __smithy_context: smithy } = context as { __smithy_context?: { commandInstance?: Command } }
  const first = smithy?.commandInstance
  if (smithy !== undefined && first !== undefined)
    smithy.commandInstance = new (first.constructor as new (input: object) => Command)({})
}
