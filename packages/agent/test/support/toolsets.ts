import { z } from 'zod'
import {
  agent,
  deferredToolRequests,
  FunctionToolset,
  text,
  tool,
  type AgentRunResult,
  type DeferredToolRequests,
  type ToolDefinition,
  type Toolset,
} from '../../src/core.ts'
import { scripted, type Answer, type ScriptedModel } from './scripted.ts'

/** Two tools, `read` and `write`, that say how they were called. */
export function files(): { readonly toolset: Toolset; readonly calls: unknown[] } {
  const calls: unknown[] = []
  const make = (name: string) =>
    tool({
      name,
      description: `The tool ${name}`,
      input: z.object({ path: z.string() }),
      returnSchema: z.object({ ok: z.boolean() }),
      metadata: { kind: name },
      run: ({ path }, ctx) => {
        calls.push([name, path, ctx.toolName])
        return { ok: true }
      },
    })
  return { toolset: new FunctionToolset([make('read'), make('write')], { id: 'files' }), calls }
}

export interface Offered {
  readonly result: AgentRunResult<string | DeferredToolRequests>
  readonly model: ScriptedModel
  /** What the model was offered, by step. */
  readonly offered: readonly (readonly ToolDefinition[])[]
}

/** Runs an agent with one toolset against a script. */
export async function runWith(toolset: Toolset, ...answers: readonly Answer[]): Promise<Offered> {
  const model = scripted(...answers)
  const result = await agent({ model, toolsets: [toolset], output: [text, deferredToolRequests] }).run('go')
  return { result, model, offered: model.infos.map(info => info.functionTools) }
}

export function names(definitions: readonly ToolDefinition[] | undefined): readonly string[] {
  return (definitions ?? []).map(definition => definition.name)
}
