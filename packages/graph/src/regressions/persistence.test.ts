import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { fileStore } from '../file/index.ts'
import { edge, End, expectDone, graph, graphBuilder, memoryStore, node, type, type GraphRunContext } from '../index.ts'
import { countdown } from '../test-support/countdown.ts'

// each of these was a fault of another graph library; the names say which fault

const root = mkdtempSync(join(tmpdir(), 'tenon-persistence-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))
const wait = (ms: number) => new Promise(resolve => setTimeout(resolve, ms))

interface Counted {
  n: number
}

describe('class graphs with persistence', () => {
  it('a cancelled run is not stuck in "running"', async () => {
    const store = memoryStore()
    const controller = new AbortController()
    const app = countdown(async n => {
      if (n === 2 && !controller.signal.aborted) {
        controller.abort(new Error('enough'))
        await wait(5)
      }
    })
    const run = app.run({ input: 3, state: { n: 0 }, store, runId: 'c', signal: controller.signal })
    await expect(run).rejects.toMatchObject({ code: 'cancelled', cause: { message: 'enough' } })
    expect((await store.get('c'))?.status).toBe('cancelled')
    expect(await expectDone(app.resume('c', { store }))).toMatchObject({ output: 3, state: { n: 3 } })
  })

  it('a run whose process vanished is not stuck in "running" or "pending"', async () => {
    const store = memoryStore()
    let isGone = true
    let begun = () => {}
    const isBegun = new Promise<void>(resolve => {
      begun = resolve
    })
    const app = countdown(async n => {
      if (n !== 2 || !isGone) return
      begun()
      await new Promise(() => {})
    })
    void app.run({ input: 3, state: { n: 0 }, store, runId: 'v', leaseMs: 50 }).catch(() => {})
    await isBegun
    expect((await store.get('v'))?.status).toBe('running')
    isGone = false
    expect(await expectDone(app.resume('v', { store, takeOver: true }))).toMatchObject({ output: 3, state: { n: 3 } })
  })

  it('"done" and "the next one is ready" are one record, so no crash falls between them', async () => {
    const store = memoryStore()
    const app = countdown()
    await app.run({ input: 5, state: { n: 0 }, store, runId: 'r' })
    for (const { events } of (await app.history('r', { store })).entries) {
      const types = events.map(event => event.type)
      if (types.includes('task-end'))
        expect(types.filter(kind => kind === 'task-ready' || kind === 'run-end')).toHaveLength(1)
    }
  })

  it('a step writes itself, not the whole history', async () => {
    const bytes = async (steps: number) => {
      const directory = join(root, `size-${steps}`)
      await countdown().run({
        input: steps,
        state: { n: 0 },
        store: fileStore(directory, { fsync: false }),
        runId: 's',
      })
      return statSync(join(directory, readdirSync(directory)[0]!, 'journal.log')).size
    }
    const [small, large] = [await bytes(200), await bytes(2000)]
    expect(large / small).toBeLessThan(11)
  })

  it('replacing a node by hand leaves no forgotten one behind', async () => {
    class Wait extends node('Wait') {
      static next = () => [Go]
      async run(_ctx: GraphRunContext): Promise<Go> {
        throw new Error('never run')
      }
    }
    class Go extends node('Go') {
      static next = () => [End<string>]
      async run(_ctx: GraphRunContext) {
        return new End('gone')
      }
    }
    const store = memoryStore()
    const app = graph({ name: 'swap', nodes: [Wait, Go] })
    const run = await app.iter(new Wait(), { store, runId: 'w' })
    expect(await run.next(new Go())).toEqual(new End('gone'))
    expect((await app.at('w', { store })).tasks).toEqual([])
    expect((await expectDone(app.resume('w', { store }))).output).toBe('gone')
  })

  class Flaky extends node('Flaky', z.object({ by: z.number() })) {
    static next = () => [edge(Flaky, 'again'), End<number>]
    async run(ctx: GraphRunContext<Counted>): Promise<Flaky | End<number>> {
      ctx.state.n += this.by
      if (ctx.state.n === 2 && flaw.isThere) throw new Error('two')
      return ctx.state.n < 4 ? new Flaky({ by: 1 }) : new End(ctx.state.n)
    }
  }
  const flaw = { isThere: true }
  const flaky = graph({ name: 'flaky', state: z.object({ n: z.number() }), nodes: [Flaky] })

  it('a node that failed can be run again, and its half-done work does not count', async () => {
    const store = memoryStore()
    flaw.isThere = true
    await expect(flaky.run(new Flaky({ by: 1 }), { state: { n: 0 }, store, runId: 'f' })).rejects.toThrow('two')
    expect(await flaky.at('f', { store })).toMatchObject({ state: { n: 1 }, tasks: [{ status: 'failed' }] })
    await expect(flaky.resume('f', { store })).rejects.toThrow('two')
    flaw.isThere = false
    expect(await expectDone(flaky.resume('f', { store }))).toMatchObject({ output: 4, state: { n: 4 } })
  })

  it('a file cut off anywhere in its last write is still a run that goes on', async () => {
    flaw.isThere = false
    const directory = join(root, 'cut')
    await flaky.run(new Flaky({ by: 1 }), { state: { n: 0 }, store: fileStore(directory), runId: 'c' })
    const path = join(directory, readdirSync(directory)[0]!, 'journal.log')
    const whole = readFileSync(path)
    const lastLine = whole.lastIndexOf(10, whole.length - 2) + 1
    for (let cut = lastLine; cut < whole.length; cut += 7) {
      writeFileSync(path, whole.subarray(0, cut))
      expect((await expectDone(flaky.resume('c', { store: fileStore(directory) }))).output).toBe(4)
    }
  })

  it('a lock whose owner died blocks nobody, one whose owner lives does', async () => {
    flaw.isThere = false
    const directory = join(root, 'lock')
    const runId = await flaky.initialize(new Flaky({ by: 1 }), { state: { n: 0 }, store: fileStore(directory) })
    const folder = join(directory, readdirSync(directory)[0]!)
    const lockOf = (pid: number) =>
      JSON.stringify({ owner: 'someone', pid, host: hostname(), ttlMs: 60_000, at: Date.now() })
    for (const name of readdirSync(folder)) if (name.startsWith('free')) rmSync(join(folder, name))
    const lock = join(folder, 'lock-0000000009')
    writeFileSync(lock, lockOf(process.pid))
    await expect(flaky.resume(runId, { store: fileStore(directory) })).rejects.toThrow(/held by someone/)
    const gone = spawnSync(process.execPath, ['-e', '']).pid
    writeFileSync(lock, lockOf(gone))
    expect((await expectDone(flaky.resume(runId, { store: fileStore(directory) }))).output).toBe(4)
  })

  it('a lock that was written only in part blocks nobody for long', async () => {
    flaw.isThere = false
    const directory = join(root, 'torn-lock')
    const runId = await flaky.initialize(new Flaky({ by: 1 }), { state: { n: 0 }, store: fileStore(directory) })
    const folder = join(directory, readdirSync(directory)[0]!)
    const free = readdirSync(folder).find(name => name.startsWith('free-'))!
    const lock = join(folder, `lock-${Number(free.slice(5)) + 1}`)
    writeFileSync(lock, '{"owner":"some')
    await expect(flaky.resume(runId, { store: fileStore(directory) })).rejects.toThrow(/held by an owner that is just/)
    const before = new Date(Date.now() - 5000)
    utimesSync(lock, before, before)
    expect((await expectDone(flaky.resume(runId, { store: fileStore(directory) }))).output).toBe(4)
  })

  it('runs have an id, a list, a version, moments, forks and an end; and branches at once', async () => {
    flaw.isThere = false
    const store = memoryStore()
    for (const runId of ['a', 'b']) await flaky.run(new Flaky({ by: 1 }), { state: { n: 0 }, store, runId })
    const page = await flaky.list({ store, limit: 1 })
    expect(page.runs).toMatchObject([{ id: 'a', version: 1, status: 'done' }])
    expect((await flaky.list({ store, cursor: page.cursor! })).runs).toMatchObject([{ id: 'b' }])
    expect((await flaky.at('a', { store, seq: 2 })).state).toEqual({ n: 1 })
    const fork = await flaky.fork('a', { store, seq: 2, update: () => ({ n: 3 }) })
    expect((await store.get(fork))?.forkOf).toEqual({ runId: 'a', seq: 2 })
    expect((await expectDone(flaky.resume(fork, { store }))).output).toBe(4)
    expect(await flaky.delete('a', { store })).toBe(true)
    await expect(flaky.resume('a', { store })).rejects.toMatchObject({ code: 'run-not-found' })

    const g = graphBuilder({ name: 'parallel', input: type<number[]>(), output: type<number>() })
    let [running, most] = [0, 0]
    g.start
      .map()
      .step('wait', async ({ input }) => {
        most = Math.max(most, ++running)
        await wait(5)
        running--
        return input
      })
      .sum()
      .to(g.end)
    expect((await expectDone(g.build().run({ input: [1, 2, 3], store }))).output).toBe(6)
    expect(most).toBe(3)
  })
})
