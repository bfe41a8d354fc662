import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest'
import { z } from 'zod'
import { fileStore } from './file/index.ts'
import {
  append,
  expectDone,
  graphBuilder,
  interruptPoint,
  lastSeq,
  memoryStore,
  OnceUncertainError,
  sseFrame,
  sseStream,
  taskFor,
  type,
  type GraphEvent,
  type GraphStore,
} from './index.ts'

const root = mkdtempSync(join(tmpdir(), 'tenon-durable-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))
afterEach(() => vi.useRealTimers())
const wait = (ms: number) => new Promise(resolve => setTimeout(resolve, ms))

const approve = interruptPoint('approve', { payload: type<{ item: string }>(), resume: type<boolean>() })

describe('interrupts', () => {
  const build = () => {
    const calls: string[] = []
    const g = graphBuilder({
      name: 'ask',
      state: type<{ log: string[] }>(),
      input: type<string[]>(),
      output: type<string[]>(),
      reducers: { log: (a: string[], b: string[], base: string[]) => [...a, ...b.slice(base.length)] },
    })
    g.start
      .map()
      .step('ask', async ({ input, state, interrupt, once }) => {
        await once('paid', () => {
          calls.push(input)
          return input
        })
        state.log.push(`asked ${input}`)
        const ok = input === 'free' || (await interrupt(approve, { item: input }))
        state.log.push(`${input}: ${ok}`)
        return ok ? input : `no ${input}`
      })
      .collect()
      .to(g.end)
    return { app: g.build(), calls }
  }

  for (const kind of ['without a store', 'memory store', 'file store']) {
    it(`wait in parallel branches, are answered by id, and repeat no paid call: ${kind}`, async () => {
      const store: { store?: GraphStore } =
        kind === 'without a store'
          ? {}
          : { store: kind === 'memory store' ? memoryStore() : fileStore(join(root, 'a')) }
      const { app, calls } = build()
      const first = await app.run({ input: ['a', 'free', 'b'], state: { log: [] }, runId: 'r', ...store })
      if (first.status !== 'interrupted') throw new Error(first.status)
      expect(first.interrupts.map(({ point, payload }) => [point, payload])).toEqual([
        ['approve', { item: 'a' }],
        ['approve', { item: 'b' }],
      ])
      await expect(first.resume([approve.answer(true)])).rejects.toMatchObject({ code: 'node-status' })
      await expect(first.resume([approve.answer(true, '99:approve#0')])).rejects.toMatchObject({ code: 'lookup' })
      const second = await first.resume([approve.answer(false, first.interrupts[1]!.id)])
      if (second.status !== 'interrupted') throw new Error(second.status)
      expect(second.interrupts.map(({ id }) => id)).toEqual([first.interrupts[0]!.id])
      await expect(second.resume([approve.answer(false, first.interrupts[1]!.id)])).rejects.toMatchObject({
        code: 'lookup',
      })
      const done = await expectDone(second.resume([approve.answer(true)]))
      expect(done.output).toEqual(['a', 'free', 'no b'])
      expect(done.state.log).toEqual(['asked a', 'a: true', 'asked free', 'free: true', 'asked b', 'b: false'])
      expect(calls.sort()).toEqual(['a', 'b', 'free'])
    })
  }

  it('several at once in one node', async () => {
    const g = graphBuilder({ name: 'two', input: type<number>(), output: type<boolean[]>() })
    g.start
      .step('both', async ({ interrupt }) =>
        Promise.all([interrupt(approve, { item: 'x' }), interrupt(approve, { item: 'y' })]),
      )
      .to(g.end)
    const first = await g.build().run({ input: 1, store: memoryStore() })
    if (first.status !== 'interrupted') throw new Error(first.status)
    const [x, y] = first.interrupts
    expect(
      (await expectDone(first.resume([approve.answer(true, x!.id), approve.answer(false, y!.id)]))).output,
    ).toEqual([true, false])
  })

  it('are not timed out: a person may take longer than a node', async () => {
    const g = graphBuilder({ name: 'patient', input: type<number>(), output: type<boolean>() })
    g.start.step('ask', ({ interrupt }) => interrupt(approve, { item: 'x' }), { timeoutMs: 20 }).to(g.end)
    g.start
      .step('slow', async () => (await wait(60), true))
      .label('late')
      .step('later', async ({ input, interrupt }) => input && interrupt(approve, { item: 'y' }))
      .to(g.end)
    const first = await g.build().run({ input: 1, store: memoryStore() })
    if (first.status !== 'interrupted') throw new Error(first.status)
    expect((await expectDone(first.resume([approve.answer(true, first.interrupts[0]!.id)]))).output).toBe(true)
  })

  it('cannot be swallowed by a catch block of the node', async () => {
    const g = graphBuilder({ name: 'catch', input: type<number>(), output: type<string>() })
    g.start
      .step('careful', async ({ interrupt }) => {
        try {
          return (await interrupt(approve, { item: 'x' })) ? 'yes' : 'no'
        } catch {
          return 'swallowed'
        }
      })
      .to(g.end)
    const first = await g.build().run({ input: 1 })
    if (first.status !== 'interrupted') throw new Error(first.status)
    expect((await expectDone(first.resume([approve.answer(true)]))).output).toBe('yes')
  })

  it('answers are checked by the schema of the point', async () => {
    const strict = interruptPoint('strict', {
      payload: type<null>(),
      resume: z.literal('ok'),
    })
    const g = graphBuilder({ name: 'strict', input: type<number>(), output: type<'ok'>() })
    g.start.step('ask', ({ interrupt }) => interrupt(strict, null)).to(g.end)
    const first = await g.build().run({ input: 1, store: memoryStore() })
    if (first.status !== 'interrupted') throw new Error(first.status)
    expect(() => strict.answer('bad' as 'ok')).toThrow('answer to interrupt "strict"')
    expect((await expectDone(first.resume([strict.answer('ok')]))).output).toBe('ok')
  })

  it('have deadlines: a default answers, without one the node is told', async () => {
    // only the date stands still: timers go on
    vi.useFakeTimers({ toFake: ['Date'], now: 1_000_000 })
    const store = memoryStore()
    const withDefault = interruptPoint('soon', {
      payload: type<null>(),
      resume: type<string>(),
      deadlineMs: 20,
      default: 'default',
    })
    const without = interruptPoint('late', { payload: type<null>(), resume: type<string>(), deadlineMs: 20 })
    const g = graphBuilder({ name: 'deadline', input: type<number>(), output: type<string[]>() })
    g.start
      .step('ask', async ({ interrupt }) => [
        await interrupt(withDefault, null),
        await interrupt(without, null).catch((error: unknown) => (error as { code: string }).code),
      ])
      .to(g.end)
    const app = g.build()
    let outcome = await app.run({ input: 1, store, runId: 'd' })
    expect(outcome).toMatchObject({ status: 'interrupted', interrupts: [{ point: 'soon' }] })
    outcome = await app.resume('d', { store })
    expect(outcome).toMatchObject({ status: 'interrupted', interrupts: [{ point: 'soon' }] })
    vi.setSystemTime(Date.now() + 30)
    outcome = await app.resume('d', { store })
    expect(outcome).toMatchObject({ status: 'interrupted', interrupts: [{ point: 'late' }] })
    vi.setSystemTime(Date.now() + 30)
    expect((await expectDone(app.resume('d', { store }))).output).toEqual(['default', 'interrupt-expired'])
  })

  it('R95: a stale answer is not used for the next question', async () => {
    const g = graphBuilder({ name: 'twice', input: type<number>(), output: type<boolean[]>() })
    g.start
      .step('ask', async ({ interrupt }) => [
        await interrupt(approve, { item: '1' }),
        await interrupt(approve, { item: '2' }),
      ])
      .to(g.end)
    const store = memoryStore()
    const app = g.build()
    await app.run({ input: 1, store, runId: 't' })
    const second = await app.resume('t', { store, answers: [approve.answer(true)] })
    expect(second).toMatchObject({ status: 'interrupted', interrupts: [{ payload: { item: '2' } }] })
    expect((await expectDone(app.resume('t', { store, answers: [approve.answer(false)] }))).output).toEqual([
      true,
      false,
    ])
  })
})

describe('once', () => {
  const crashing = (store: GraphStore, atCommit: number): GraphStore => {
    let count = 0
    return {
      ...Object.fromEntries(
        ['get', 'acquire', 'renew', 'release', 'read', 'list', 'delete', 'create'].map(name => [
          name,
          (...args: never[]) => (store as never as Record<string, (...a: never[]) => unknown>)[name]!(...args),
        ]),
      ),
      commit: async (...args: Parameters<GraphStore['commit']>) => {
        if (++count > atCommit) throw new Error('power cut')
        return store.commit(...args)
      },
    } as GraphStore
  }
  const build = (options: { check?: () => string | undefined; ifUnknown?: 'fail' }) => {
    let calls = 0
    const keys = new Set<string>()
    const g = graphBuilder({ name: 'pay', input: type<number>(), output: type<string>() })
    g.start
      .step('pay', ({ once }) =>
        once(
          'charge',
          call => {
            calls++
            keys.add(call.idempotencyKey)
            return `receipt ${calls}`
          },
          options,
        ),
      )
      .to(g.end)
    return { app: g.build(), count: () => calls, keys }
  }

  it('repeats an unrecorded call with the same key', async () => {
    const store = memoryStore()
    const { app, count, keys } = build({})
    await expect(app.run({ input: 1, store: crashing(store, 0), runId: 'r' })).rejects.toThrow('power cut')
    expect((await expectDone(app.resume('r', { store, takeOver: true }))).output).toBe('receipt 2')
    expect([count(), keys.size]).toEqual([2, 1])
  })

  it('asks before it repeats', async () => {
    const store = memoryStore()
    const { app, count } = build({ check: () => 'receipt 1' })
    await expect(app.run({ input: 1, store: crashing(store, 0), runId: 'r' })).rejects.toThrow('power cut')
    expect((await expectDone(app.resume('r', { store, takeOver: true }))).output).toBe('receipt 1')
    expect(count()).toBe(1)
  })

  it('never calls twice when told so', async () => {
    const store = memoryStore()
    const { app, count } = build({ ifUnknown: 'fail' })
    await expect(app.run({ input: 1, store: crashing(store, 1), runId: 'r' })).rejects.toThrow('power cut')
    await expect(app.resume('r', { store, takeOver: true })).rejects.toThrow(OnceUncertainError)
    expect(count()).toBe(1)
  })
})

describe('a failure in one branch', () => {
  it('cancels the siblings that run, keeps what is finished, and a resume runs only the rest', async () => {
    const store = fileStore(join(root, 'branches'))
    const runs: string[] = []
    const aborted: string[] = []
    let isBroken = true
    let slowBegun = () => {}
    const isSlow = new Promise<void>(resolve => {
      slowBegun = resolve
    })
    const g = graphBuilder({
      name: 'branches',
      state: type<{ log: string[] }>(),
      input: type<string[]>(),
      output: type<string[]>(),
      reducers: { log: append },
    })
    g.start
      .map()
      .step('work', async ({ input, state, signal }) => {
        runs.push(input)
        state.log.push(input)
        if (input === 'slow' && isBroken) {
          slowBegun()
          await new Promise<void>(resolve => {
            signal.addEventListener('abort', () => {
              aborted.push(input)
              resolve()
            })
          })
        }
        if (input === 'bad' && isBroken) {
          await isSlow
          await wait(20)
          throw new Error('broken')
        }
        return input
      })
      .collect()
      .to(g.end)
    const app = g.build()
    await expect(app.run({ input: ['good', 'bad', 'slow'], state: { log: [] }, store, runId: 'b' })).rejects.toThrow(
      'broken',
    )
    expect(aborted).toEqual(['slow'])
    isBroken = false
    const done = await expectDone(app.resume('b', { store }))
    expect([done.output, done.state.log]).toEqual([
      ['good', 'bad', 'slow'],
      ['good', 'bad', 'slow'],
    ])
    expect(runs.filter(name => name === 'good')).toHaveLength(1)
  })
})

describe('driving a stored run by hand', () => {
  it('answers, overrides and pauses, and every step is in the store', async () => {
    const store = memoryStore()
    const g = graphBuilder({ name: 'hand', input: type<number>(), output: type<string>() })
    const last = g.step('last', { input: type<string>() }, ({ input }) => `last ${input}`)
    g.start
      .step('first', ({ input }) => input)
      .step('ask', async ({ input, interrupt }) => {
        if (!(await interrupt(approve, { item: String(input) }))) throw new Error('refused')
        return 'approved'
      })
      .to(last)
    last.to(g.end)
    const app = g.build()
    const run = await app.iter({ input: 1, store, runId: 'h' })
    await run.next()
    await run.pause()
    expect((await store.get('h'))?.status).toBe('paused')
    const again = await app.iterFromStore('h', { store })
    expect(again.current).toMatchObject({ kind: 'tasks', tasks: [{ nodeId: 'ask', input: 1 }] })
    await again.next()
    expect(again.interrupts).toMatchObject([{ point: 'approve', payload: { item: '1' } }])
    await expect(again.next()).rejects.toMatchObject({ code: 'node-status' })
    await again.answer([approve.answer(false)])
    await expect(again.next()).rejects.toThrow('refused')
    await again.override([taskFor(last, 'chosen by hand')])
    expect(await again.next()).toEqual({ kind: 'end', output: 'last chosen by hand' })
    expect((await expectDone(app.resume('h', { store }))).output).toBe('last chosen by hand')
  })
})

describe('onCrash', () => {
  it('fail: a node that was running when the process died is not run again', async () => {
    const store = memoryStore()
    let runs = 0
    let hang = true
    let begun = () => {}
    const isBegun = new Promise<void>(resolve => {
      begun = resolve
    })
    const g = graphBuilder({ name: 'unsafe', input: type<number>(), output: type<number>() })
    g.start
      .step(
        'unsafe',
        async () => {
          runs++
          begun()
          if (hang) await new Promise(() => {})
          return 1
        },
        { onCrash: 'fail' },
      )
      .to(g.end)
    const app = g.build()
    const controller = new AbortController()
    void app.run({ input: 1, store, runId: 'u', signal: controller.signal }).catch(() => {})
    await isBegun
    hang = false
    await expect(app.resume('u', { store, takeOver: true })).rejects.toThrow(/onCrash is 'fail'/)
    expect(runs).toBe(1)
    controller.abort()
  })
})

describe('two owners of one run', () => {
  for (const kind of ['memory', 'file'])
    it(`${kind}: one wins, the other gets a typed error, and a takeover ends the first`, async () => {
      const directory = join(root, 'owners')
      const first = kind === 'memory' ? memoryStore() : fileStore(directory)
      const second = kind === 'memory' ? first : fileStore(directory)
      let release = () => {}
      const gate = new Promise<void>(resolve => {
        release = resolve
      })
      let runs = 0
      let begun = () => {}
      const isBegun = new Promise<void>(resolve => {
        begun = resolve
      })
      const g = graphBuilder({ name: 'slow', input: type<number>(), output: type<number>() })
      g.start
        .step('slow', async () => {
          begun()
          if (++runs === 1) await gate
          return runs
        })
        .to(g.end)
      const app = g.build()
      const old = app.run({ input: 1, store: first, runId: 'o' })
      await isBegun
      await expect(app.resume('o', { store: second })).rejects.toMatchObject({ code: 'run-locked' })
      expect((await expectDone(app.resume('o', { store: second, takeOver: true }))).output).toBe(2)
      release()
      await expect(old).rejects.toMatchObject({ code: 'lease-lost' })
      expect((await expectDone(app.resume('o', { store: second }))).output).toBe(2)
    })
})

describe('the file store', () => {
  const app = (() => {
    const g = graphBuilder({
      name: 'lines',
      state: type<{ n: number }>(),
      input: type<number>(),
      output: type<number>(),
    })
    const up = g.step('up', { input: type<number>() }, ({ input, state }) => (state.n++, input - 1))
    g.start.to(up)
    up.when(left => left > 0, up).otherwise(flow => flow.transform(({ state }) => state.n).to(g.end))
    return g.build()
  })()
  const journalOf = (directory: string) => join(directory, readdirSync(directory)[0]!, 'journal.log')

  it('ignores a torn tail at every byte', { timeout: 120_000 }, async () => {
    const directory = join(root, 'torn')
    await app.run({ input: 3, state: { n: 0 }, store: fileStore(directory), runId: 't' })
    const path = journalOf(directory)
    const whole = readFileSync(path)
    const lines = whole.toString().split('\n')
    // the header, the first token and the first record were written together
    const headerEnd = lines[0]!.length + lines[1]!.length + lines[2]!.length + 3
    for (let cut = headerEnd; cut < whole.length; cut++) {
      writeFileSync(path, whole.subarray(0, cut))
      // several hundred resumes: flushing each would test the disk
      const store = fileStore(directory, { fsync: false })
      expect((await expectDone(app.resume('t', { store, takeOver: true }))).output).toBe(3)
    }
  })

  it('refuses a journal that is damaged in the middle', async () => {
    const directory = join(root, 'damaged')
    await app.run({ input: 3, state: { n: 0 }, store: fileStore(directory), runId: 't' })
    const path = journalOf(directory)
    const text = readFileSync(path, 'utf8')
    const middle = text.indexOf('"k":', text.length / 2) + 4
    writeFileSync(path, `${text.slice(0, middle)}${text[middle] === '7' ? 8 : 7}${text.slice(middle + 1)}`)
    await expect(app.resume('t', { store: fileStore(directory) })).rejects.toMatchObject({ code: 'store-corrupt' })
  })

  it('serves more runs than it keeps in mind', async () => {
    const store = fileStore(join(root, 'many'), { fsync: false })
    const ids = Array.from({ length: 130 }, (_, index) => `run-${index}`)
    await Promise.all(ids.map(runId => app.run({ input: 2, state: { n: 0 }, store, runId })))
    for (const runId of ids) expect((await app.at(runId, { store })).state).toEqual({ n: 2 })
    await expect(app.run({ input: 1, state: { n: 0 }, store, runId: 'run-0' })).rejects.toMatchObject({
      code: 'run-exists',
    })
  })

  it('lists the other runs when one is damaged', async () => {
    const directory = join(root, 'damaged-list')
    const ids = ['at the start', 'in the middle', 'sound']
    for (const runId of ids) await app.run({ input: 3, state: { n: 0 }, store: fileStore(directory), runId })
    for (const [name, from] of [
      ['start', 0],
      ['middle', 0.5],
    ] as const) {
      const path = join(
        directory,
        readdirSync(directory).find(folder => folder.endsWith(name))!,
        'journal.log',
      )
      const bytes = readFileSync(path)
      bytes[bytes.indexOf(10, bytes.length * from) + 20]! ^= 1
      writeFileSync(path, bytes)
    }
    const store = fileStore(directory)
    expect((await store.list()).runs.map(({ id }) => id)).toEqual(ids.slice(1))
    for (const runId of ids.slice(0, 2))
      await expect(app.resume(runId, { store })).rejects.toMatchObject({ code: 'store-corrupt' })
  })

  it('ignores what an owner writes after it was taken over', async () => {
    const directory = join(root, 'stale')
    const paused = new AbortController()
    paused.abort()
    await app.run({ input: 3, state: { n: 0 }, store: fileStore(directory), runId: 't', drainSignal: paused.signal })
    const path = journalOf(directory)
    const stale = readFileSync(path, 'utf8')
      .split('\n')
      .findLast(line => line !== '')!
    expect((await expectDone(app.resume('t', { store: fileStore(directory) }))).output).toBe(3)
    appendFileSync(path, `${stale}\n`)
    const store = fileStore(directory)
    expect((await store.get('t'))?.status).toBe('done')
    expect((await expectDone(app.resume('t', { store }))).output).toBe(3)
  })
})

describe('history and events', () => {
  const build = () => {
    const g = graphBuilder({
      name: 'long',
      state: type<{ n: number; log: number[] }>(),
      input: type<number>(),
      output: type<number>(),
    })
    const up = g.step('up', { input: type<number>() }, ({ input, state }) => {
      state.n++
      state.log.push(state.n)
      return input - 1
    })
    g.start.to(up)
    up.when(left => left > 0, up).otherwise(flow => flow.transform(({ state }) => state.n).to(g.end))
    return g.build()
  }

  it('what was heard live is what a reload tells, and every moment can be visited', async () => {
    const store = memoryStore()
    const app = build()
    const live: GraphEvent[] = []
    await app.run({ input: 30, state: { n: 0, log: [] }, store, runId: 'h', onEvent: event => live.push(event) })
    const stored: GraphEvent[] = []
    for await (const event of app.events('h', { store })) stored.push(event)
    const durable = live.filter(event => event.seq !== undefined && event.type !== 'run-start')
    expect(stored.filter(event => event.type !== 'run-start')).toEqual(durable)
    for (const seq of [1, 2, 17, 31]) expect((await app.at('h', { store, seq })).state.n).toBe(seq - 1)
    const pages = []
    let cursor: number | undefined = 0
    do {
      const page: Awaited<ReturnType<typeof app.history>> = await app.history('h', { store, limit: 7, cursor })
      pages.push(...page.entries.map(entry => entry.seq))
      cursor = page.cursor
    } while (cursor !== undefined)
    expect(pages).toEqual(Array.from({ length: 31 }, (_, index) => index + 1))
  })

  it('snapshots keep a resume from reading the whole history', async () => {
    const store = memoryStore()
    const app = build()
    await app.run({ input: 4000, state: { n: 0, log: [] }, store, runId: 's' })
    const run = (await store.get('s'))!
    expect(run.snapshotSeq).toBeGreaterThan(1000)
    expect((await app.at('s', { store, seq: run.snapshotSeq - 1 })).state.n).toBe(
      (await app.at('s', { store, seq: run.snapshotSeq })).state.n,
    )
    expect((await app.at('s', { store, seq: 500 })).state.n).toBe(499)
    const last = memoryStore({ history: 'last' })
    await app.run({ input: 4000, state: { n: 0, log: [] }, store: last, runId: 's' })
    expect((await last.read('s')).length).toBeLessThan(3500)
    expect((await expectDone(app.resume('s', { store: last }))).output).toBe(4000)
  })

  it('become server-sent events that resume by seq without losing or repeating one', async () => {
    const store = memoryStore()
    const app = build()
    await app.run({ input: 3, state: { n: 0, log: [] }, store, runId: 'e' })
    const read = async (afterSeq: number) => {
      const text = await new Response(sseStream(app.events('e', { store, afterSeq }))).text()
      return text.split('\n\n').filter(Boolean)
    }
    const all = await read(0)
    for (let cut = 0; cut <= all.length; cut++) {
      const received = all.slice(0, cut)
      const id = received.map(frame => /^id: (\d+)/.exec(frame)?.[1]).findLast(found => found !== undefined)
      const rest = await read(lastSeq(new Headers(id === undefined ? {} : { 'last-event-id': id })))
      const whole = new Set([...received, ...rest])
      expect([...whole].sort()).toEqual([...new Set(all)].sort())
    }
    expect(sseFrame({ type: 'custom', at: 1, taskId: 1, nodeId: 'n', forkPath: [], data: 'two\nlines' })).toBe(
      'event: custom\ndata: {"type":"custom","at":1,"taskId":1,"nodeId":"n","forkPath":[],"data":"two\\nlines"}\n\n',
    )
    expect(lastSeq({ 'last-event-id': 'nonsense' })).toBe(0)
  })
})

describe('durability', () => {
  it('everyMs: steps do not wait for the store, and nothing is left behind', async () => {
    const store = memoryStore()
    const g = graphBuilder({ name: 'lazy', input: type<number>(), output: type<number>() })
    const down = g.step('down', { input: type<number>() }, async ({ input }) => (await wait(1), input - 1))
    g.start.to(down)
    down.when(left => left > 0, down).otherwise(g.end)
    const app = g.build()
    await app.run({ input: 20, store, runId: 'l', durability: { everyMs: 5 } })
    expect(await store.get('l')).toMatchObject({ status: 'done', seq: 21 })
    expect((await expectDone(app.resume('l', { store }))).output).toBe(0)
  })

  it('whatever it is, nobody waits for a store that nothing is sent to: once, streams, onCrash', async () => {
    const inner = memoryStore()
    for (const durability of ['exit', { everyMs: 600_000 }] as const) {
      const stored: number[] = []
      const store = new Proxy(inner, {
        get: (target, key: keyof GraphStore) =>
          key === 'commit'
            ? async (...args: Parameters<GraphStore['commit']>) => {
                await target.commit(...args)
                stored.push(args[2].length)
              }
            : (target[key] as () => unknown).bind(target),
      })
      const g = graphBuilder({ name: 'relaxed', input: type<number>(), output: type<number[]>() })
      g.start
        .step('paid', ({ once, input }) => once('pay', () => input), { onCrash: 'fail' })
        .stream('count', async function* ({ input }) {
          for (let index = 0; index < input; index++) yield index
        })
        .map()
        .step('each', ({ input }) => input)
        .collect()
        .to(g.end)
      const { output, runId } = await expectDone(g.build().run({ input: 30, store, durability }))
      expect(output).toHaveLength(30)
      // that the node begins, what once gave, and all the rest at the end
      expect(stored).toHaveLength(3)
      const { seq, status } = (await inner.get(runId))!
      expect([status, stored.reduce((a, b) => a + b)]).toEqual(['done', seq - 1])
    }
  })

  it('a write that fails gives the run back, so that it can be resumed at once', async () => {
    const inner = fileStore(join(root, 'full'))
    let isFull = false
    const store = new Proxy(inner, {
      get: (target, key: keyof GraphStore) =>
        key === 'commit' && isFull
          ? () => Promise.reject(new Error('no space left'))
          : (target[key] as () => unknown).bind(target),
    })
    const g = graphBuilder({ name: 'full', input: type<number>(), output: type<number>() })
    g.start
      .step('a', ({ input }) => {
        isFull = !isFull
        return input
      })
      .to(g.end)
    const app = g.build()
    await expect(app.run({ input: 1, store, runId: 'f' })).rejects.toThrow('no space left')
    isFull = false
    await expect(app.resume('f', { store })).rejects.toThrow('no space left')
    isFull = true
    const twice = app.resume('f', { store: inner })
    expect((await expectDone(twice)).output).toBe(1)
  })

  it('a listener that throws fails the run with its own error', async () => {
    const g = graphBuilder({ name: 'listener', input: type<number>(), output: type<number>() })
    g.start.step('a', ({ input }) => input).to(g.end)
    const onEvent = (event: GraphEvent) => {
      if (event.type === 'task-end') throw new Error('listener')
    }
    await expect(g.build().run({ input: 1, onEvent, store: memoryStore() })).rejects.toThrow('listener')
  })

  it('R95: no step runs before its predecessor is stored, unless durability says so', async () => {
    const inner = memoryStore()
    const order: string[] = []
    const store: GraphStore = {
      create: (run, records, options) => inner.create(run, records, options),
      get: id => inner.get(id),
      acquire: (id, options) => inner.acquire(id, options),
      renew: (lease, ttl) => inner.renew(lease, ttl),
      release: lease => inner.release(lease),
      read: (id, options) => inner.read(id, options),
      list: options => inner.list(options),
      delete: id => inner.delete(id),
      commit: async (lease, seq, records) => {
        await wait(5)
        await inner.commit(lease, seq, records)
        order.push('stored')
      },
    }
    const g = graphBuilder({ name: 'barrier', input: type<number>(), output: type<number>() })
    g.start
      .step('a', ({ input }) => (order.push('a'), input))
      .step('b', ({ input }) => (order.push('b'), input))
      .to(g.end)
    await g.build().run({ input: 1, store })
    expect(order).toEqual(['a', 'stored', 'b', 'stored'])
    order.length = 0
    await g.build().run({ input: 1, store, durability: 'exit' })
    expect(order).toEqual(['a', 'b', 'stored'])
  })
})
