import type { TaskRef } from './events/event.ts'
import type { InterruptOptions, InterruptPoint } from './interrupt.ts'
import type { OnceCall, OnceOptions } from './kernel/once.ts'
import type { WithCodec } from './schema.ts'
import type { Json } from './util/json.ts'

/** A compile-time error in words. No value has this type. */
export interface GraphTypeError<TMessage extends string> {
  readonly __graphTypeError: TMessage
}

type Primitive = null | boolean | number | string | undefined

type Place<TPath extends string> = TPath extends '' ? 'the value itself' : TPath

/** Never when every value of T survives JSON, else where it does not. */
export type JsonProblem<
  T,
  TPath extends string = '',
  TDepth extends readonly unknown[] = [],
> = TDepth['length'] extends 8
  ? never
  : unknown extends T
    ? never
    : T extends Primitive
      ? never
      : T extends bigint | symbol
        ? `${Place<TPath>}: a bigint or symbol`
        : T extends (...args: never[]) => unknown
          ? `${Place<TPath>}: a function`
          : T extends Date
            ? `${Place<TPath>}: a Date`
            : T extends ReadonlyMap<unknown, unknown> | ReadonlySet<unknown>
              ? `${Place<TPath>}: a Map or Set`
              : T extends Promise<unknown> | ArrayBuffer | ArrayBufferView | RegExp | Error
                ? `${Place<TPath>}: a class instance`
                : T extends readonly (infer TItem)[]
                  ? JsonProblem<TItem, `${TPath}[]`, [...TDepth, 0]>
                  : T extends object
                    ? {
                        [K in keyof T & (string | number)]: JsonProblem<
                          T[K],
                          TPath extends '' ? `${K}` : `${TPath}.${K}`,
                          [...TDepth, 0]
                        >
                      }[keyof T & (string | number)]
                    : never

/** T itself when it is JSON, an error that names the place when it is not. Schemas with a codec pass. */
export type JsonSchemaCheck<TSchema, TOutput> = TSchema extends WithCodec
  ? unknown
  : [JsonProblem<TOutput>] extends [never]
    ? unknown
    : GraphTypeError<`must be JSON (or have a codec); it is not at ${JsonProblem<TOutput> & string}`>

/** A sentence when the result of an effect cannot be kept, else unknown. */
export type OnceCheck<T> = [T] extends [Json | undefined]
  ? unknown
  : [JsonProblem<T>] extends [never]
    ? unknown
    : GraphTypeError<`once keeps its result as JSON; it is not at ${JsonProblem<T> & string}`>

/** What a running node gets of its run.
 *  `state` is a draft: writes count when the node succeeds, and vanish when it fails or is cancelled. */
export interface GraphRunContext<TState = undefined, TDeps = undefined> {
  readonly state: TState
  readonly deps: TDeps
  readonly runId: string
  readonly nodeId: string
  readonly taskId: number
  /** from 1; grows with retries */
  readonly attempt: number
  /** the process died since this task became ready: the node may have run before */
  readonly isRecovered: boolean
  /** the same for every attempt of this task, also after a crash */
  readonly idempotencyKey: string
  readonly forkPath: TaskRef['forkPath']
  /** aborted when the run is cancelled, the node times out or another branch won */
  readonly signal: AbortSignal
  /** Asks the outside world and waits for the answer, over restarts if the run has a store. When the node runs again, the payload tells
   *  which question this is, or the `key` if it has one. */
  readonly interrupt: <TPayload, TAnswer>(
    point: InterruptPoint<TPayload, TAnswer, unknown>,
    payload: TPayload,
    options?: InterruptOptions,
  ) => Promise<TAnswer>
  /** Does a side effect once in the life of this task and remembers its JSON result. One that is not JSON fails the run with NotJsonError
   *  and is not retried, for that would repeat the effect.
   *  @param key names the effect within the node */
  readonly once: <T>(
    key: string,
    effect: ((call: OnceCall) => Promise<T> | T) & OnceCheck<T>,
    options?: OnceOptions<T>,
  ) => Promise<T>
  /** Sends data to the listeners of the run; not stored. */
  readonly emit: (data: unknown) => void
  /** A plain copy of the state, for structuredClone and the like. */
  readonly snapshot: () => TState
}

/** The context of a builder step: a run context with what the edge brought. */
export interface StepContext<TState, TDeps, TInput> extends GraphRunContext<TState, TDeps> {
  readonly input: TInput
  /** the same as `input` */
  readonly inputs: TInput
}
