// Toolsets, capabilities, kits and settings: what an agent is put together from has to fit.
import { z } from 'zod'
import {
  agent,
  depsType,
  ExternalToolset,
  FunctionToolset,
  kit,
  resolveModel,
  text,
  textOutput,
  tool,
  type Agent,
  type Capability,
  type InferDeps,
  type InferOutput,
  type ModelId,
  type RunContext,
  type RunOptions,
  type RunOptionsWithoutDeps,
  type Tool,
  type Toolset,
} from '../../src/index.ts'
import { agent as coreAgent } from '../../src/core.ts'
import { TestModel } from '../../src/testing/index.ts'
import { expectType, type Eq } from './expect.ts'

interface Deps {
  readonly user: string
  readonly tenant: string
}

// models
agent({ model: 'bedrock:us.amazon.nova-lite-v1:0' })
agent({ model: 'bedrock:whatever-comes-next' })
agent({ model: new TestModel() })
agent({})
// @ts-expect-error no such provider
agent({ model: 'bedrok:us.amazon.nova-lite-v1:0' })
// @ts-expect-error a provider is needed
agent({ model: 'us.amazon.nova-lite-v1:0' })
// @ts-expect-error a model has more than a name
agent({ model: { modelName: 'x' } })
coreAgent({ model: new TestModel() })
// @ts-expect-error the core knows no providers
coreAgent({ model: 'bedrock:us.amazon.nova-lite-v1:0' })

// models of runs and copies
declare const anyString: string
const modelless = agent({})
const withoutModel: Agent = modelless
for (const one of [modelless, withoutModel, modelless.with({ name: 'copy' })]) {
  void one.run('hi', { model: 'bedrock:us.amazon.nova-lite-v1:0' })
  void one.run('hi', { model: new TestModel() })
  // @ts-expect-error no such provider
  void one.run('hi', { model: 'bedrok:us.amazon.nova-lite-v1:0' })
  // @ts-expect-error no such provider
  one.stream('hi', { model: 'bedrok:us.amazon.nova-lite-v1:0' })
  // @ts-expect-error no such provider
  one.iter('hi', { model: 'bedrok:us.amazon.nova-lite-v1:0' })
  // @ts-expect-error no such provider
  one.with({ model: 'bedrok:us.amazon.nova-lite-v1:0' })
  // @ts-expect-error no such provider
  one.override({ model: 'bedrok:us.amazon.nova-lite-v1:0' }, () => {})
  // @ts-expect-error a string may be anything
  void one.run('hi', { model: anyString })
}
void (async () => modelless.run('hi', { model: await resolveModel(anyString) }))
// @ts-expect-error no such provider, with deps
void agent({ deps: depsType<Deps>() }).run('hi', { deps: { user: '', tenant: '' }, model: 'bedrok:x' })
// @ts-expect-error the core knows no providers
void coreAgent({}).run('hi', { model: 'bedrock:us.amazon.nova-lite-v1:0' })
// names of your own
const named = modelless as Agent<unknown, string, ModelId | 'house'>
void named.run('hi', { model: 'house' })
// options that are handed on
const ask = (options?: RunOptionsWithoutDeps) => modelless.run('hi', options)
void ask({ model: 'test' })
const askWith = (one: Agent<Deps>, options: RunOptions<Deps>) => one.run('hi', options)
void askWith(agent({ deps: depsType<Deps>() }), { deps: { user: '', tenant: '' }, model: 'test' })

// settings
agent({ endStrategy: 'exhaustive', retries: { output: 3 }, toolTimeoutMs: 1000, usageLimits: { requestLimit: null } })
// @ts-expect-error there are three strategies
agent({ endStrategy: 'eager' })
// @ts-expect-error budgets are called tools and output
agent({ retries: { model: 3 } })
// @ts-expect-error the unit is in the name
agent({ toolTimeout: 1000 })
// @ts-expect-error a limit is a number
agent({ usageLimits: { totalTokensLimit: '1k' } })
// @ts-expect-error no such limit
agent({ usageLimits: { tokens: 100 } })
// @ts-expect-error metadata is JSON
agent({ metadata: { on: new Date() } })
// @ts-expect-error no such setting
agent({ modelSettings: { maxTokenz: 100 } })
// @ts-expect-error the option is called systemPrompt
agent({ system: 'Be brief.' })
// @ts-expect-error instructions are text or functions
agent({ instructions: 12 })
// @ts-expect-error a function of instructions gives text
agent({ instructions: () => 12 })
void agent({ model: 'test' }).run('hi', { runId: 'r', conversationId: 'new', signal: AbortSignal.timeout(1000) })
// @ts-expect-error a signal, not a controller
void agent({ model: 'test' }).run('hi', { signal: new AbortController() })
// @ts-expect-error no such option of a run
void agent({ model: 'test' }).run('hi', { history: [] })
// @ts-expect-error a prompt is text or content
void agent({ model: 'test' }).run({ text: 'hi' })
void agent({ model: 'test' }).run(['Look:', { kind: 'image-url', url: 'https://example.org/a.png' }])
// @ts-expect-error no such content
void agent({ model: 'test' }).run(['Look:', { kind: 'picture', url: 'https://example.org/a.png' }])

// toolsets
const needsUser = tool({ name: 'u', input: z.object({}), run: (_, ctx: RunContext<{ user: string }>) => ctx.deps.user })
const users = new FunctionToolset<{ user: string }>([needsUser])
agent({ deps: depsType<Deps>(), toolsets: [users, new ExternalToolset([])] })
// @ts-expect-error the agent has no deps, the toolset needs some
agent({ toolsets: [users] })
// @ts-expect-error the agent has others
agent({ deps: depsType<{ tenant: string }>(), toolsets: [users] })
// @ts-expect-error a list of tools is no toolset
agent({ toolsets: [[needsUser]] })
const plain = agent({ model: 'test' })
void plain.run('hi', { toolsets: [new ExternalToolset([])] })
// @ts-expect-error nor can a run bring a toolset its deps are not enough for
void plain.run('hi', { toolsets: [users] })
const tenants = agent({ model: 'test', deps: depsType<{ tenant: string }>() })
void tenants.run('hi', { deps: { tenant: 't', user: 'u' }, toolsets: [users] })
// @ts-expect-error these deps hold no user
void tenants.run('hi', { deps: { tenant: 't' }, toolsets: [users] })
// variance
const wider: Toolset<Deps> = users
// @ts-expect-error a toolset that needs user cannot do without
const poorer: Toolset = users
void [wider, poorer]

// capabilities
const audit: Capability<{ user: string }> = {
  id: 'audit',
  instructions: ctx => `Audited for ${ctx.deps.user}.`,
  beforeToolExecute: (_, { call }, args) => {
    void call.toolName.toUpperCase()
    return args
  },
}
agent({ deps: depsType<Deps>(), capabilities: [audit] })
// @ts-expect-error the agent has no deps, the capability needs some
agent({ capabilities: [audit] })
// tools that providers run, with their options
const searching: Capability = {
  nativeTools: [
    { kind: 'web_search', maxUses: 3, allowedDomains: ['example.org'], optional: true },
    ctx => (ctx.step > 1 ? { kind: 'code_execution' } : null),
    { kind: 'acme_oracle' },
  ],
}
agent({ model: 'test', capabilities: [searching, { nativeTools: [{ kind: 'web_search', maxUses: 1 }] }] })
// @ts-expect-error no such option
agent({ model: 'test', capabilities: [{ nativeTools: [{ kind: 'web_search', maxUse: 1 }] }] })
// @ts-expect-error no such hook
const misnamed: Capability = { beforeToolCall: () => {} }
const watching: Capability = { beforeModelRequest: () => {}, afterNodeRun: async () => {}, afterToolExecute: () => {} }
// @ts-expect-error a hook of a request returns the request, or nothing
const forgetful: Capability = { beforeModelRequest: () => ({}) }
// @ts-expect-error node hooks return a node
const lost: Capability = { afterNodeRun: () => 'end' }
void [misnamed, watching, forgetful, lost]
agent({
  deps: depsType<Deps>(),
  capabilities: [
    {
      wrapModelRequest: async (ctx, request, handler) => {
        expectType<Eq<typeof ctx.deps, Deps>>()
        return handler({ ...request, settings: { ...request.settings, maxTokens: 10 } })
      },
      prepareTools: (_, tools) => tools.filter(one => one.name !== 'danger'),
    },
  ],
})
agent({
  deps: depsType<Deps>(),
  // @ts-expect-error hooks see the agent's deps and no others
  capabilities: [{ beforeRun: ctx => void ctx.deps.db }],
})

// a kit: deps once, no annotations
const app = kit<Deps>()
const t = app.tool({
  name: 't',
  input: z.object({ n: z.number() }),
  checkArgs: ({ n }, ctx) => void (n + ctx.deps.user),
  run: ({ n }, ctx) => {
    expectType<Eq<typeof ctx, RunContext<Deps>>>()
    return ctx.deps.tenant.repeat(n)
  },
})
expectType<Eq<typeof t, Tool<Deps, 't', { n: number }, string>>>()
const a = app.agent({
  model: 'test',
  tools: [t, needsUser],
  instructions: ctx => ctx.deps.tenant,
  output: z.object({ x: z.string() }),
})
expectType<Eq<typeof a, Agent<Deps, { x: string }, ModelId>>>()
expectType<Eq<InferDeps<typeof a>, Deps>>()
expectType<Eq<InferOutput<typeof a>, { x: string }>>()
const needsDb = tool({ name: 'db', input: z.object({}), run: (_, ctx: RunContext<{ db: string }>) => ctx.deps.db })
// @ts-expect-error a tool that needs more than the kit gives
app.agent({ model: 'test', tools: [t, needsDb] })
app.agent({
  model: 'test',
  // @ts-expect-error inline as well
  tools: [tool({ name: 'db', input: z.object({}), run: (_, ctx: RunContext<{ db: string }>) => ctx.deps.db })],
})
app.agent({
  model: 'test',
  tools: [app.tool({ name: 'inline', input: z.object({ q: z.string() }), run: ({ q }, ctx) => q + ctx.deps.user })],
})
app.tool({
  name: 't',
  input: z.object({}),
  // @ts-expect-error no such dep
  run: (_, ctx) => ctx.deps.db,
})
// @ts-expect-error no such provider in a kit either
app.agent({ model: 'bedrok:x' })
// @ts-expect-error its agents need the deps
void a.run('hi')
void a.run('hi', { deps: { user: 'u', tenant: 't' } })
// @ts-expect-error an output function that needs more than the kit gives
app.agent({ model: 'test', output: [text, textOutput((_, ctx: RunContext<{ db: string }>) => ctx.deps.db)] })
app.agent({ model: 'test', output: [text, textOutput((_, ctx: RunContext<{ user: string }>) => ctx.deps.user)] })
