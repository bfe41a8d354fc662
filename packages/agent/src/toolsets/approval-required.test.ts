import { describe, expect, it } from 'vitest'
import { agent, deferredToolRequests, text } from '../core.ts'
import { answer, call, scripted, toolResults } from '../../test/support/scripted.ts'
import { files, runWith } from '../../test/support/toolsets.ts'
import { approvalRequired } from './approval-required.ts'

describe('approvalRequired()', () => {
  it('makes every call wait for a yes', async () => {
    const { toolset, calls } = files()
    const { result } = await runWith(approvalRequired(toolset), answer(call('read', { path: 'a' }, 'r')))
    expect(result.output).toMatchObject({ kind: 'deferred-tool-requests', approvals: [{ toolCallId: 'r' }] })
    expect(calls).toEqual([])
  })

  it('or those a predicate names, which sees the arguments after the schema', async () => {
    const { toolset, calls } = files()
    const seen: unknown[] = []
    const guarded = approvalRequired(toolset, async (ctx, { name }, args) => {
      seen.push([name, args, ctx.toolCallId])
      return name === 'write'
    })
    const first = await runWith(guarded, answer(call('read', '{"path": "a"}', 'r'), call('write', { path: 'b' }, 'w')))
    expect(calls).toEqual([['read', 'a', 'read']])
    expect(seen).toEqual([
      ['read', { path: 'a' }, 'r'],
      ['write', { path: 'b' }, 'w'],
    ])
    const second = await agent({
      model: scripted('done'),
      toolsets: [guarded],
      output: [text, deferredToolRequests],
    }).run(null, {
      messageHistory: first.result.messages,
      deferredToolResults: { approvals: { w: true } },
    })
    expect(second.output).toBe('done')
    expect(calls).toHaveLength(2)
    expect(seen).toHaveLength(2)
  })

  it('arguments that do not fit are sent back without asking anybody', async () => {
    const { result } = await runWith(approvalRequired(files().toolset), answer(call('read', { path: 7 })), 'ok')
    expect(toolResults(result.messages)).toMatchObject([['read', { retry: [{ loc: ['path'] }] }]])
  })
})
