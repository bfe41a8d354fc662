import type { RecordedCall } from '../provider-case.ts'

/** What a recorded wrapper did with the answers of its members: the options it was made with are not recorded,
 *  so they are read off its decisions. */
export interface FallbackScript {
  /** `false` when every decision is the default one: go on after errors of the model's side. */
  readonly isCustom: boolean
  /** Names of error classes after which it went on. */
  readonly errorTypes: ReadonlySet<string>
  /** Responses it refused, by call id. */
  readonly rejected: ReadonlySet<number>
}

const defaultErrors = new Set(['ModelAPIError', 'ModelHTTPError'])

/** @param wrappers the wrapper's own calls · @param children all calls made by them, in order */
export function readFallbackScript(
  wrappers: readonly RecordedCall[],
  children: readonly RecordedCall[],
): FallbackScript {
  const errorTypes = new Set<string>()
  const rejected = new Set<number>()
  let isPicky = false
  for (const wrapper of wrappers) {
    const ofWrapper = children.filter(child => child.parent === wrapper.id)
    for (const [index, child] of ofWrapper.entries()) {
      const wentOn = index < ofWrapper.length - 1 || wrapper.error?.type === 'FallbackExceptionGroup'
      if (!wentOn) {
        isPicky ||= child.error !== undefined && child.error !== null && defaultErrors.has(child.error.type)
        continue
      }
      if (child.error) errorTypes.add(child.error.type)
      else rejected.add(child.id)
    }
  }
  return {
    isCustom: isPicky || rejected.size > 0 || [...errorTypes].some(type => !defaultErrors.has(type)),
    errorTypes,
    rejected,
  }
}
