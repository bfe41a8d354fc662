import { describe, expect, it } from 'vitest'
import { serverFor } from './test-support/clients.ts'

describe('the log', () => {
  it('says what it held when nothing matched in time', async () => {
    const server = await serverFor()
    await fetch(`${server.url}/other`)
    await expect(server.log.waitFor(() => false, 20)).rejects.toThrow(
      'No matching request: 20 ms passed. Seen: GET /other → 403',
    )
    server.log.clear()
    await expect(server.log.waitFor(() => true, 1)).rejects.toThrow('Seen: nothing')
  })

  it('keeps as many entries as wanted and tells each end', async () => {
    const ended: number[] = []
    const server = await serverFor({ maxLogEntries: 2, onRequestEnd: entry => void ended.push(entry.index) })
    for (let index = 0; index < 4; index++) await fetch(server.url)
    expect(server.log.map(entry => entry.index)).toEqual([2, 3])
    await expect.poll(() => ended).toEqual([0, 1, 2, 3])
  })

  it('holds no secret', async () => {
    const server = await serverFor()
    await fetch(server.url, { headers: { authorization: 'Bearer bedrock-api-key-very-secret' } })
    expect(server.log[0]?.auth).toEqual({ kind: 'bearer', keyId: 'bedrock-', isAccepted: true })
    expect(JSON.stringify(server.log[0])).not.toContain('very-secret')
  })
})
