import type { Body } from '../provider-case.ts'
import { encodeAwsEvents } from './aws-frames.ts'

/** A recorded body as it goes over the wire. */
export function bodyBytes(body: Body | null): Buffer {
  if (body === null) return Buffer.alloc(0)
  if (body.base64 !== undefined) return Buffer.from(body.base64, 'base64')
  if (body.aws_events !== undefined) return encodeAwsEvents(body.aws_events)
  return Buffer.from(body.text ?? JSON.stringify(body.json ?? null))
}
