// Toolsets around toolsets: what they need of deps is what the inner one needs and what their function reads.
import { z } from 'zod'
import {
  agent,
  approvalRequired,
  depsType,
  dynamicToolset,
  FunctionToolset,
  filtered,
  prefixed,
  prepared,
  renamed,
  tool,
  withMetadata,
  type RunContext,
  type Toolset,
} from '../../src/index.ts'
import { expectType, type Eq } from './expect.ts'

interface Db {
  readonly db: string
}
interface User {
  readonly user: string
}

const input = z.object({})
const plain = new FunctionToolset([tool({ name: 'a', input, run: () => 1 })])
const needy = new FunctionToolset([tool({ name: 'b', input, run: (_, ctx: RunContext<User>) => ctx.deps.user })])
expectType<Eq<typeof needy, FunctionToolset<User>>>()

// deps are those of the toolset …
const kept = filtered(needy, ctx => ctx.deps.user !== '')
expectType<Eq<typeof kept, Toolset<User>>>()
const changed = prepared(needy, (ctx, definitions) => (ctx.deps.user === '' ? [] : definitions))
expectType<Eq<typeof changed, Toolset<User>>>()
const guarded = approvalRequired(needy, ctx => ctx.deps.user !== '')
expectType<Eq<typeof guarded, Toolset<User>>>()
const named = withMetadata(renamed(prefixed(needy, 'x'), {}), {})
expectType<Eq<typeof named, Toolset<User>>>()
// @ts-expect-error no such dep
filtered(needy, ctx => ctx.deps.db !== '')

// … and of the function, which says so
const both = filtered(needy, (ctx: RunContext<Db>) => ctx.deps.db !== '')
expectType<Eq<typeof both, Toolset<User & Db>>>()
const own = approvalRequired(plain, (ctx: RunContext<Db>) => ctx.deps.db !== '')
agent({ deps: depsType<Db>(), toolsets: [own] })
// @ts-expect-error the toolset needs a user as well
agent({ deps: depsType<Db>(), toolsets: [both] })
agent({ deps: depsType<Db & User>(), toolsets: [both, own, plain] })

// a function that chooses
const chosen = dynamicToolset((ctx: RunContext<Db & User>) => (ctx.deps.db === '' ? undefined : needy))
expectType<Eq<typeof chosen, Toolset<Db & User>>>()
agent({ deps: depsType<User>(), toolsets: [dynamicToolset<User>(() => needy)] })
// @ts-expect-error what is chosen needs a user
dynamicToolset((ctx: RunContext<Db>) => (ctx.deps.db === '' ? undefined : needy))
