import type { AgentRunResult } from 'tenon'
import { emptyUsage } from 'tenon'
import { describe, expect, it } from 'vitest'
import type { Answer } from './docs-agent.ts'
import { Screen } from './screen.ts'

function screenOf({ isTTY }: { isTTY: boolean }) {
  const shown = { stdout: '', stderr: '' }
  const output = (name: 'stdout' | 'stderr') => ({
    isTTY,
    write: (text: string | Uint8Array) => {
      shown[name] += String(text)
      return true
    },
  })
  return { shown, screen: new Screen(output('stdout'), output('stderr')) }
}

function resultOf(output: Answer): AgentRunResult<Answer> {
  return {
    output,
    usage: { ...emptyUsage, inputTokens: 1234, outputTokens: 1, requests: 1, toolCalls: 0 },
    cost: 0.00315,
    messages: [],
    newMessages: [],
    response: undefined,
    runId: 'run',
    conversationId: 'conversation',
    metadata: undefined,
    outputToolName: undefined,
    outputToolCallId: undefined,
  }
}

const answer: Answer = { answer: 'Yes, it does.', sources: [{ path: 'README.md', quote: 'It does.' }] }
const sources = '\nSources\n- README.md: “It does.”\n'

describe('the screen', () => {
  it('lets the answer grow on a terminal', () => {
    const { screen, shown } = screenOf({ isTTY: true })
    screen.step('asking')
    for (const text of [undefined, 'Yes', 'Yes, it']) screen.partial({ answer: text })
    expect(shown.stdout).toBe('Yes, it')
    screen.result(resultOf(answer))
    expect(shown.stdout).toBe(`Yes, it does.\n${sources}`)
    expect(shown.stderr).toContain('· asking\n')
    expect(shown.stderr).toContain('Usage: 1 request, 0 tool calls, 1,234 tokens in, 1 token out; cost $0.00315\n')
  })

  it('begins a line of its own when the answer was sent back', () => {
    const { screen, shown } = screenOf({ isTTY: true })
    screen.partial({ answer: 'No, ' })
    screen.step('reading on')
    screen.partial({ answer: 'Yes' })
    screen.result(resultOf(answer))
    expect(shown.stdout).toBe(`No, \nYes, it does.\n${sources}`)
  })

  it('shows nothing unchecked where there is no terminal', () => {
    const { screen, shown } = screenOf({ isTTY: false })
    screen.partial({ answer: 'No, ' })
    expect(shown.stdout).toBe('')
    screen.result(resultOf(answer))
    expect(shown.stdout).toBe(`Yes, it does.\n${sources}`)
  })
})
