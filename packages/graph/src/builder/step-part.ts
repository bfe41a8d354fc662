import { GraphBuildError } from '../errors.ts'
import type { TaskContext } from '../kernel/context.ts'
import type { NodePolicy } from '../policy.ts'
import type { Recovery } from '../program.ts'
import { codecOf, type Schema } from '../schema.ts'
import { toJson, type Json } from '../util/json.ts'
import { isGoto } from './goto.ts'
import type { Part, PartList, PartOptions } from './parts.ts'

export type Run = (context: TaskContext) => unknown

/** The options of a step of any type. */
export interface AnyStepOptions extends NodePolicy<never> {
  readonly label?: string
  readonly note?: string
  readonly onError?: (error: unknown, context: never) => unknown
  readonly errorTo?: readonly { readonly id: string }[]
  readonly input?: Schema
}

const RESERVED = /^\$|[/\n]/

export const checkId = (id: string): string => {
  if (id === '' || RESERVED.test(id))
    throw new GraphBuildError(
      `"${id}" cannot be a node id: ids are not empty, do not begin with $ and have no / in them.`,
    )
  return id
}

/** Node-level policies, only if there are any: a node without one takes the short way through the kernel. */
const policyOf = ({ retry, timeoutMs, cache, onCrash }: AnyStepOptions): NodePolicy | undefined => {
  const policy: NodePolicy = {
    ...(retry === undefined ? {} : { retry }),
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
    ...(cache === undefined ? {} : { cache: cache as NonNullable<NodePolicy['cache']> }),
    ...(onCrash === undefined ? {} : { onCrash }),
  }
  return Object.keys(policy).length === 0 ? undefined : policy
}

const recoverWith =
  (handler: (error: unknown, context: never) => unknown) =>
  async (error: unknown, context: TaskContext): Promise<Recovery> => {
    const result = await handler(error, context as never)
    return isGoto(result) ? result.goto : { value: result }
  }

const inputSchema = (schema: Schema | undefined, id: string): PartOptions => {
  const codec = codecOf(schema)
  return {
    ...(schema === undefined ? {} : { input: schema }),
    ...(codec === undefined
      ? {}
      : {
          encode: (value: unknown): Json => toJson(codec.encode(value), `input of "${id}"`),
          decode: (json: Json) => codec.decode(json),
        }),
  }
}

export const addStep = (
  list: PartList,
  id: string,
  run: Run,
  options: AnyStepOptions & { readonly isGenerator?: boolean },
): Part => {
  const policy = policyOf(options)
  const { label, note, onError, input, isGenerator } = options
  return list.add({
    id: checkId(id),
    kind: 'step',
    errorTo: options.errorTo?.map(target => target.id) ?? [],
    options: {
      run,
      ...(label === undefined ? {} : { label }),
      ...(note === undefined ? {} : { note }),
      ...(policy === undefined ? {} : { policy }),
      ...(onError === undefined ? {} : { recover: recoverWith(onError) }),
      ...(isGenerator ? { isGenerator } : {}),
      ...inputSchema(input, id),
    },
  })
}
