import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gzipSync } from 'node:zlib'
import dns from 'node:dns'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { DownloadError, fetchFile } from './fetch-file.ts'

const servers: Server[] = []
afterEach(() => {
  vi.restoreAllMocks()
  for (const server of servers.splice(0)) server.close().closeAllConnections()
})

/** A server on loopback that counts its visitors. */
async function serve(listener: RequestListener): Promise<{ url: string; port: number; visits: () => number }> {
  let visits = 0
  const server = createServer((request, response) => {
    visits++
    listener(request, response)
  })
  servers.push(server)
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return { url: `http://127.0.0.1:${port}/`, port, visits: () => visits }
}

async function refusal(work: Promise<unknown>): Promise<DownloadError> {
  const error: unknown = await work.then(
    () => undefined,
    (caught: unknown) => caught,
  )
  expect(error).toBeInstanceOf(DownloadError)
  return error as DownloadError
}

const local = { allowLocal: true }

describe('fetchFile', () => {
  it('fetches bytes and their type, over redirects', async () => {
    const { url } = await serve((request, response) => {
      if (request.url === '/') response.writeHead(302, { location: '/file' }).end()
      else response.writeHead(200, { 'content-type': 'Image/PNG; x=1' }).end(Buffer.from([1, 2, 3]))
    })
    const file = await fetchFile(url, local)
    expect([...file.data]).toEqual([1, 2, 3])
    expect(file.mediaType).toBe('image/png')
    expect(file.url).toBe(`${url}file`)
  })

  it.each([
    'file:///etc/passwd',
    'ftp://example.com/x',
    'data:text/plain,x',
    'gopher://x/',
    'not a url',
    'javascript:1',
  ])('refuses %s', async url => {
    expect((await refusal(fetchFile(url))).reason).toBe('refused')
  })

  it('refuses loopback unless told otherwise, and says how', async () => {
    const { url, visits } = await serve((_, response) => response.end('x'))
    const error = await refusal(fetchFile(url))
    expect(error.reason).toBe('refused')
    expect(error.message).toContain('allow-local')
    expect(visits()).toBe(0)
  })

  it('refuses metadata services even when local addresses are allowed', async () => {
    for (const host of ['169.254.169.254', '[fd00:ec2::254]', 'metadata.google.internal', '[::ffff:169.254.169.254]']) {
      expect((await refusal(fetchFile(`http://${host}/latest`, local))).message).toContain('metadata')
    }
  })

  it('checks every redirect', async () => {
    const { url, visits } = await serve((_, response) =>
      response.writeHead(302, { location: 'http://169.254.169.254/latest' }).end(),
    )
    expect((await refusal(fetchFile(url, local))).message).toContain('metadata')
    expect(visits()).toBe(1)
    const toFile = await serve((_, response) => response.writeHead(302, { location: 'file:///etc/passwd' }).end())
    expect((await refusal(fetchFile(toFile.url, local))).reason).toBe('refused')
  })

  it('ends a circle of redirects', async () => {
    const { url, visits } = await serve((_, response) => response.writeHead(302, { location: '/' }).end())
    expect((await refusal(fetchFile(url, local))).message).toContain('10 redirects')
    expect(visits()).toBe(11)
  })

  it('connects to the address that was checked: a name that turns private is refused', async () => {
    const { port, visits } = await serve((_, response) => response.end('secret'))
    const answers = ['93.184.216.34', '127.0.0.1']
    const asked: string[] = []
    vi.spyOn(dns, 'lookup').mockImplementation(((
      hostname: string,
      _: unknown,
      callback: (error: null, addresses: { address: string; family: number }[]) => void,
    ) => {
      asked.push(hostname)
      callback(null, [
        { address: answers[Math.min(asked.length - 1, 0)]!, family: 4 },
        { address: answers[1]!, family: 4 },
      ])
    }) as never)
    const error = await refusal(fetchFile(`http://rebind.example:${port}/`))
    expect(error.message).toContain('127.0.0.1')
    expect(visits()).toBe(0)
  })

  it('does not send credentials of a URL', async () => {
    let seen: string | undefined
    const { port } = await serve((request, response) => {
      seen = request.headers.authorization
      response.end('x')
    })
    await fetchFile(`http://user:canary@127.0.0.1:${port}/`, local)
    expect(seen).toBeUndefined()
  })

  it('stops at the size limit: announced, chunked, or hidden in compression', async () => {
    const big = Buffer.alloc(300_000)
    const announced = await serve((_, response) => response.writeHead(200, { 'content-length': '300000' }).end(big))
    const chunked = await serve((_, response) => {
      response.on('error', () => {})
      for (let sent = 0; sent < 30; sent++) response.write(big.subarray(0, 10_000))
      response.end()
    })
    const bomb = await serve((_, response) =>
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(big)),
    )
    for (const { url } of [announced, chunked, bomb]) {
      expect((await refusal(fetchFile(url, { ...local, maxBytes: 100_000 }))).reason).toBe('too-large')
    }
    expect((await fetchFile(bomb.url, local)).data).toHaveLength(300_000)
  })

  it('says what a server answered', async () => {
    const { url } = await serve((_, response) => response.writeHead(404).end('no'))
    expect(await refusal(fetchFile(url, local))).toMatchObject({ reason: 'http', status: 404 })
  })

  it('ends at its time limit and at the signal', async () => {
    const { url } = await serve(() => {})
    expect((await refusal(fetchFile(url, { ...local, timeoutMs: 50 }))).message).toContain('50 ms')
    const reason = new Error('stop')
    await expect(fetchFile(url, { ...local, signal: AbortSignal.timeout(20) })).rejects.toMatchObject({
      name: 'TimeoutError',
    })
    await expect(fetchFile(url, { ...local, signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
  })

  it('uses a given fetch, with the same checks of names', async () => {
    const fetch = vi.fn(async () => new Response('hi', { headers: { 'content-type': 'text/plain' } }))
    expect(new TextDecoder().decode((await fetchFile('https://example.com/a.txt', { fetch })).data)).toBe('hi')
    await refusal(fetchFile('http://10.0.0.1/', { fetch }))
    expect(fetch).toHaveBeenCalledTimes(1)
  })
})
