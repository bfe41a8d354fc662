import { hmac } from '@noble/hashes/hmac.js'
import { sha256 } from '@noble/hashes/sha2.js'

type Source = string | ArrayBuffer | ArrayBufferView

/** SHA-256 in the form the AWS signer takes: plain, or keyed when it is given a secret. */
export class Sha256 {
  readonly #secret: Uint8Array | undefined
  #hash: { update(data: Uint8Array): unknown; digest(): Uint8Array }

  constructor(secret?: Source) {
    this.#secret = secret === undefined ? undefined : bytesOf(secret)
    this.#hash = this.#create()
  }

  update(data: Source): void {
    this.#hash.update(bytesOf(data))
  }

  async digest(): Promise<Uint8Array> {
    return this.#hash.digest()
  }

  reset(): void {
    this.#hash = this.#create()
  }

  #create() {
    return this.#secret === undefined ? sha256.create() : hmac.create(sha256, this.#secret)
  }
}

function bytesOf(data: Source): Uint8Array {
  if (typeof data === 'string') return new TextEncoder().encode(data)
  return ArrayBuffer.isView(data) ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength) : new Uint8Array(data)
}
