import { describe, expect, it } from 'vitest'
import { agent, type Toolset } from '../src/core.ts'
import { drivers, ways } from './support/drive.ts'
import { scripted } from './support/scripted.ts'

function recorded(label: string, log: string[], failing: 'open' | 'close' | 'never' = 'never'): Toolset {
  return {
    label,
    open: async () => {
      log.push(`open ${label}`)
      if (failing === 'open') throw new Error(`${label} does not open`)
      return async () => {
        log.push(`close ${label}`)
        if (failing === 'close') throw new Error(`${label} does not close`)
      }
    },
    getTools: () => new Map(),
  }
}

const defect = () =>
  scripted(() => {
    throw new Error('a defect')
  })

describe.each(ways)('%s: toolsets', way => {
  it('are closed once, the last first, also when the run fails', async () => {
    for (const model of [scripted('text'), defect()]) {
      const log: string[] = []
      const one = agent({ model, toolsets: [recorded('a', log), recorded('b', log)] })
      await drivers[way](one, 'Go.').catch(() => {})
      expect(log).toEqual(['open a', 'open b', 'close b', 'close a'])
    }
  })

  it('that are open are closed when another does not open', async () => {
    const log: string[] = []
    const one = agent({
      model: scripted('text'),
      toolsets: [recorded('a', log), recorded('b', log, 'close'), recorded('c', log, 'open')],
    })
    await expect(drivers[way](one, 'Go.')).rejects.toThrow('c does not open')
    expect(log).toEqual(['open a', 'open b', 'open c', 'close b', 'close a'])
  })

  it('are all closed although one does not close', async () => {
    const log: string[] = []
    const toolsets = [recorded('a', log), recorded('b', log, 'close')]
    await expect(drivers[way](agent({ model: scripted('text'), toolsets }), 'Go.')).rejects.toThrow('b does not close')
    expect(log).toEqual(['open a', 'open b', 'close b', 'close a'])
  })

  it('are closed when the metadata of the end cannot be made', async () => {
    const log: string[] = []
    let asked = 0
    const one = agent({
      model: scripted('text'),
      toolsets: [recorded('a', log)],
      metadata: () => {
        if ((asked += 1) === 2) throw new Error('no metadata')
        return {}
      },
    })
    await expect(drivers[way](one, 'Go.')).rejects.toThrow('no metadata')
    expect(log).toEqual(['open a', 'close a'])
  })

  it('that do not close hide no error of the run', async () => {
    const toolsets = [recorded('a', [], 'close')]
    await expect(drivers[way](agent({ model: defect(), toolsets }), 'Go.')).rejects.toThrow('a defect')
  })

  it('do not open for a run that is cancelled already', async () => {
    const log: string[] = []
    const one = agent({ model: scripted('text'), toolsets: [recorded('a', log)] })
    await expect(drivers[way](one, 'Go.', { signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: 'run_cancelled',
    })
    expect(log).toEqual([])
  })
})

describe('iter()', () => {
  it('opens nothing again after it failed', async () => {
    const log: string[] = []
    const run = agent({ model: defect(), toolsets: [recorded('a', log)] }).iter('Go.')
    await run.next()
    await expect(run.next()).rejects.toThrow('a defect')
    await expect(run.next()).rejects.toMatchObject({ code: 'user_error' })
    expect(log).toEqual(['open a', 'close a'])
  })

  it('closes once when it is disposed of while a node runs', async () => {
    const log: string[] = []
    const model = scripted(() => new Promise<never>(() => {}) as never)
    const run = agent({ model, toolsets: [recorded('a', log)] }).iter('Go.')
    await run.next()
    const running = run.next()
    await Promise.all([run[Symbol.asyncDispose](), expect(running).rejects.toMatchObject({ code: 'run_cancelled' })])
    expect(log).toEqual(['open a', 'close a'])
  })
})
