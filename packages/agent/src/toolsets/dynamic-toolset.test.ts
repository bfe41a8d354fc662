import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { agent, depsType, FunctionToolset, tool, type Toolset } from '../core.ts'
import { answer, call, scripted } from '../../test/support/scripted.ts'
import { names, runWith } from '../../test/support/toolsets.ts'
import { dynamicToolset } from './dynamic-toolset.ts'
import { prefixed } from './prefixed.ts'
import { WrapperToolset } from './wrapper-toolset.ts'

const log: string[] = []

/** A toolset of one tool that writes down what happens to it. */
class Watched extends WrapperToolset {
  readonly #name: string

  constructor(name: string) {
    super(new FunctionToolset([tool({ name, input: z.object({}), run: () => name })], { instructions: `Use ${name}.` }))
    this.#name = name
  }

  override async open() {
    log.push(`open ${this.#name}`)
    return async () => void log.push(`close ${this.#name}`)
  }
}

describe('dynamicToolset()', () => {
  it('asks at every step by default; what is replaced is closed', async () => {
    log.length = 0
    const a = new Watched('a')
    const b = new Watched('b')
    const chosen: (Toolset | undefined)[] = [a, a, b, undefined]
    const { offered, model } = await runWith(
      dynamicToolset(async ctx => {
        log.push(`step ${ctx.step}`)
        return chosen[ctx.step - 1]
      }),
      answer(call('a', {}, '1')),
      answer(call('a', {}, '2')),
      answer(call('b', {}, '3')),
      'ok',
    )
    expect(offered.map(names)).toEqual([['a'], ['a'], ['b'], []])
    expect(model.infos.map(info => info.instructions)).toEqual(['Use a.', 'Use a.', 'Use b.', undefined])
    expect(log).toEqual(['step 1', 'open a', 'step 2', 'step 3', 'close a', 'open b', 'step 4', 'close b'])
  })

  it('per run: asks once, and closes at the end', async () => {
    log.length = 0
    const toolset = dynamicToolset(
      ctx => {
        log.push(`asked at ${ctx.step}`)
        return new Watched('a')
      },
      { per: 'run', id: 'once' },
    )
    const { offered } = await runWith(toolset, answer(call('a')), 'ok')
    expect(offered.map(names)).toEqual([['a'], ['a']])
    expect(log).toEqual(['asked at 0', 'open a', 'close a'])
  })

  it('is closed when the run fails', async () => {
    log.length = 0
    await expect(runWith(dynamicToolset(() => new Watched('a')))).rejects.toThrow('was not expected')
    expect(log).toEqual(['open a', 'close a'])
  })

  it('runs side by side have toolsets of their own', async () => {
    const model = scripted('ok', 'ok', 'ok')
    const tenant = agent({
      model,
      deps: depsType<{ name: string }>(),
      toolsets: [dynamicToolset<{ name: string }>(ctx => new Watched(ctx.deps.name))],
    })
    await Promise.all(['x', 'y', 'z'].map(name => tenant.run('go', { deps: { name } })))
    expect(model.infos.flatMap(info => names(info.functionTools)).sort()).toEqual(['x', 'y', 'z'])
  })

  it('can be wrapped like any other', async () => {
    const { offered } = await runWith(
      prefixed(
        dynamicToolset(() => new Watched('a')),
        'my',
      ),
      answer(call('my_a')),
      'ok',
    )
    expect(offered.map(names)).toEqual([['my_a'], ['my_a']])
  })
})
