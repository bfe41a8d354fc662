import type { MessageReply } from './reply.ts'

const capacity = 1000

/** Remembers which reasoning belongs to which signature, so that changed reasoning can be refused. The oldest is
 *  forgotten first. */
export class IssuedSignatures {
  /** undefined: issued for more than one text, as a script may wish; then it says nothing */
  readonly #texts = new Map<string, string | undefined>()

  get textBySignature(): ReadonlyMap<string, string | undefined> {
    return this.#texts
  }

  remember({ content }: MessageReply): void {
    for (const { reasoningContent } of content) {
      const { signature, text } = reasoningContent?.reasoningText ?? {}
      if (signature === undefined || text === undefined) continue
      const isAmbiguous = this.#texts.has(signature) && this.#texts.get(signature) !== text
      this.#texts.set(signature, isAmbiguous ? undefined : text)
    }
    for (const oldest of this.#texts.keys()) {
      if (this.#texts.size <= capacity) break
      this.#texts.delete(oldest)
    }
  }
}
