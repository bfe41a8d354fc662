import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { expectDone } from '../index.ts'
import { countdown } from '../test-support/countdown.ts'
import { newRun, OWNER, record } from '../testing/check.ts'
import { fileStore } from './index.ts'

const root = mkdtempSync(join(tmpdir(), 'tenon-folders-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))
let directory = ''
let count = 0
beforeEach(() => {
  directory = join(root, String(++count))
})

const app = countdown()
const run = (runId: string, input = 3) =>
  expectDone(app.run({ input, state: { n: 0 }, store: fileStore(directory), runId }))

/** Interrupts a run before its first step, as a crash would. */
const begin = async (runId: string) => {
  const store = fileStore(directory)
  await app.run({ input: 3, state: { n: 0 }, store, runId, drainSignal: AbortSignal.abort() })
}

describe('a run in files', () => {
  it('is created where another was deleted by halves', async () => {
    const store = fileStore(directory)
    await store.create(newRun('q'), [record(1, '{}')], OWNER)
    // what earlier versions did first when they deleted
    renameSync(join(directory, 'rq', 'journal.log'), join(directory, 'rq', 'deleted-1'))
    writeFileSync(join(directory, 'rq', 'lock-0000000001'), '')
    expect(await fileStore(directory).get('q')).toBeUndefined()
    expect((await run('q')).output).toBe(3)
    expect(await fileStore(directory).get('q')).toMatchObject({ status: 'done' })
    await expect(run('q')).rejects.toMatchObject({ code: 'run-exists' })
    expect(readdirSync(join(directory, 'rq')).filter(name => !/^(journal|free)/.test(name))).toEqual([])
  })

  it('is created where a creator died before it had a journal', async () => {
    mkdirSync(join(directory, 'rq'), { recursive: true })
    writeFileSync(join(directory, 'rq', 'draft-1'), 'half of a')
    mkdirSync(join(directory, 'rempty'))
    expect((await run('q')).output).toBe(3)
    expect((await run('empty')).output).toBe(3)
  })

  it('is not there before it is whole, nor after its deletion was begun', async () => {
    await run('whole')
    for (const name of ['.new-1', '.deleted-1']) {
      mkdirSync(join(directory, name))
      writeFileSync(join(directory, name, 'journal.log'), readFileSync(join(directory, 'rwhole', 'journal.log')))
    }
    const store = fileStore(directory)
    expect((await store.list()).runs.map(({ id }) => id)).toEqual(['whole'])
    const long = new Date(Date.now() - 24 * 3_600_000)
    utimesSync(join(directory, '.new-1'), long, long)
    mkdirSync(join(directory, '.new-2'))
    expect(await store.delete('whole')).toBe(true)
    // what is old is swept; a run that is being created now is left
    expect(readdirSync(directory)).toEqual(['.new-2'])
  })

  it('stays when it was created while another of its id was deleted', { timeout: 60_000 }, async () => {
    const early: string[] = []
    for (let round = 0; round < 60; round++) {
      const id = `z${round}`
      const [first, second] = [1, 2].map(() => fileStore(directory, { fsync: false })) as [
        ReturnType<typeof fileStore>,
        ReturnType<typeof fileStore>,
      ]
      await first.create(newRun(id), [record(1, '"old"')], OWNER)
      const deleted = first.delete(id)
      const create = () => second.create(newRun(id), [record(1, '"new"')], OWNER)
      let lease
      while (lease === undefined)
        lease = await create().catch((error: { code: string }) => {
          early.push(error.code)
          return undefined
        })
      expect(await deleted).toBe(true)
      await second.commit(lease, 1, [record(2, '"new"')])
      expect((await fileStore(directory).read(id)).map(({ data }) => data)).toEqual(['"new"', '"new"'])
    }
    expect(new Set(early)).toEqual(new Set(early.length === 0 ? [] : ['run-exists']))
    expect(readdirSync(directory).filter(name => name.startsWith('.'))).toEqual([])
  })

  it('is deleted by one of many, and none fails', async () => {
    await run('r')
    const results = await Promise.all([1, 2, 3, 4].map(() => fileStore(directory).delete('r')))
    expect(results.filter(Boolean)).toHaveLength(1)
    expect(readdirSync(directory)).toEqual([])
  })

  it('is created by one of many, and leaves nothing of the others', async () => {
    const results = await Promise.allSettled(
      [1, 2, 3, 4].map(n => fileStore(directory).create(newRun('r'), [record(1, String(n))], OWNER)),
    )
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    for (const result of results)
      if (result.status === 'rejected') expect(result.reason).toMatchObject({ code: 'run-exists' })
    expect(readdirSync(directory)).toEqual(['rr'])
  })

  it('is seen anew by a process that knew the one before it', async () => {
    const reader = fileStore(directory)
    // a file system gives an inode it has just got back to the next file, some of them always
    for (let round = 0; round < 20; round++) {
      const store = fileStore(directory, { fsync: false })
      const data = JSON.stringify('x'.repeat(round * 10))
      await store.create(newRun('r', { version: round + 1 }), [record(1, data)], OWNER)
      expect((await reader.get('r'))?.version).toBe(round + 1)
      expect((await reader.read('r')).map(each => each.data)).toEqual([data])
      await store.delete('r')
    }
  })

  it('that an earlier version stored goes on', async () => {
    await begin('old')
    const folder = join(directory, 'rold')
    const lines = readFileSync(join(folder, 'journal.log'), 'utf8').split('\n').filter(Boolean)
    // there the first token was 1 everywhere, and the journal did not name it
    const former = lines
      .map(line => JSON.parse(line.slice(9)) as { k?: number; m?: number })
      .filter(line => line.m === undefined)
      .map(line => (line.k === undefined ? line : { ...line, k: 1 }))
    const text = former.map(line => {
      const json = JSON.stringify(line)
      return `${crc32(json).toString(16).padStart(8, '0')} ${json}\n`
    })
    writeFileSync(join(folder, 'journal.log'), text.join(''))
    for (const name of readdirSync(folder)) if (name !== 'journal.log') rmSync(join(folder, name))
    writeFileSync(join(folder, 'free-0000000001'), '')
    expect((await expectDone(app.resume('old', { store: fileStore(directory) }))).output).toBe(3)
    expect(readdirSync(folder).sort()).toEqual(['free-0000000002', 'journal.log'])
    expect((await app.at('old', { store: fileStore(directory) })).state).toEqual({ n: 3 })
  })
})
