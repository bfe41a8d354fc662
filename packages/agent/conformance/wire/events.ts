import { eventFromWire, eventToWire } from '../../src/messages/event-codec.ts'
import type { AgentEvent, ModelEvent } from '../../src/messages/event.ts'
import type { WireRecord } from '../provider-case.ts'
import { plain } from './plain.ts'

/** @param event one of a model's stream */
export function readEvent(event: WireRecord): ModelEvent {
  return eventFromWire(plain(event)) as ModelEvent
}

export function writeEvent(event: AgentEvent): WireRecord {
  return eventToWire(event)
}
