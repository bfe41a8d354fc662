import type { ConverseStreamOutput } from '@aws-sdk/client-bedrock-runtime'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { runs } from '../../../../../../scripts/test-support/property-runs.ts'
import { UnexpectedModelBehavior } from '../../../errors/run-error.ts'
import { emptyUsage } from '../../../usage/usage.ts'
import { PartsManager } from '../../parts-manager.ts'
import type { ResponseFacts } from '../../streamed-response.ts'
import { StreamAssembler } from '../stream-assembler.ts'
import { ToolNames } from '../tool-names.ts'

const index = fc.constantFrom(0, 1, 2, 7, undefined)
const text = fc.constantFrom('', 'a', '{}', '{"a":', '1}', '__proto__', '\ud83c')
const bytes = fc.uint8Array({ maxLength: 4 })
const name = fc.constantFrom('weather', '__proto__', 'constructor', 'nova_code_interpreter', '', undefined)
const type = fc.constantFrom('server_tool_use', 'toString', undefined)
const delta = fc.oneof(
  fc.record({ text }),
  fc.record({ toolUse: fc.record({ input: fc.option(text, { nil: undefined }) }) }),
  fc.record({
    reasoningContent: fc.oneof(
      fc.record({ text }),
      fc.record({ signature: text }),
      fc.record({ redactedContent: bytes }),
    ),
  }),
  fc.record({ toolResult: fc.array(fc.oneof(fc.record({ text }), fc.record({ json: fc.constant({ a: 1 }) }))) }),
  fc.record({ image: fc.record({ source: fc.record({ bytes }) }) }),
  fc.record({ citation: fc.constant({ title: 'x' }) }),
  fc.record({ hologram: text }),
  fc.constant(undefined),
)
const start = fc.oneof(
  fc.record({ toolUse: fc.record({ name, toolUseId: text, type }) }),
  fc.record({ toolResult: fc.record({ toolUseId: text, type }) }),
  fc.record({ image: fc.record({ format: fc.constantFrom('png', undefined) }) }),
  fc.constant(undefined),
)
const event = fc.oneof(
  { weight: 5, arbitrary: fc.record({ contentBlockDelta: fc.record({ contentBlockIndex: index, delta }) }) },
  { weight: 2, arbitrary: fc.record({ contentBlockStart: fc.record({ contentBlockIndex: index, start }) }) },
  { weight: 2, arbitrary: fc.record({ contentBlockStop: fc.record({ contentBlockIndex: index }) }) },
  fc.record({
    messageStop: fc.record({ stopReason: fc.constantFrom('end_turn', 'tool_use', '__proto__', undefined) }),
  }),
  fc.record({ metadata: fc.record({ usage: fc.constantFrom(undefined, { inputTokens: 1 }, { ['__proto__']: 1 }) }) }),
  fc.constant({ $unknown: ['future', {}] }),
)

describe('any events, in any order', () => {
  it('give parts, or a typed error, and touch no prototype', () => {
    fc.assert(
      fc.property(fc.array(event, { maxLength: 30 }), events => {
        const parts = new PartsManager()
        const facts: ResponseFacts = { usage: emptyUsage }
        const assembler = new StreamAssembler(parts, facts, {
          system: 'bedrock',
          timestamp: '2026-01-01T00:00:00Z',
          names: new ToolNames([{ name: 'weather' }]),
        })
        try {
          for (const item of events) {
            const made = assembler.handle(item as ConverseStreamOutput)
            if (made?.kind === 'part-delta') expect(made.index).toBeLessThan(parts.parts.length)
          }
        } catch (error) {
          // a block that changes its kind half-way
          expect(error).toBeInstanceOf(UnexpectedModelBehavior)
        }
        if (assembler.isStopped) expect(events.some(item => 'messageStop' in item)).toBe(true)
        expect(Object.keys(Object.prototype)).toEqual([])
        JSON.stringify(parts.parts)
      }),
      runs(2000),
    )
  })
})
