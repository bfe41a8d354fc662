import { revealedToolNames, revealState } from '../../capabilities/reveal-state.ts'
import { UserError } from '../../errors/user-error.ts'
import type { InstructionPart } from '../../messages/part.ts'
import type { ModelRequestParameters } from '../../models/model.ts'
import type { NativeTool } from '../../native-tools/native-tool.ts'
import type { OutputTool } from '../../output/output.ts'
import type { ToolDefinition } from '../../tools/tool-definition.ts'
import { deriveTool } from '../../toolsets/derive-tool.ts'
import type { ToolsetTool } from '../../toolsets/toolset.ts'
import { cached } from '../../util/cached.ts'
import { isPromiseLike, type MaybePromise } from '../../util/json.ts'
import type { Run } from '../run.ts'

/** Asks the toolset for the tools of this step and lets hooks filter them and the output tools. */
export function refreshTools(run: Run): MaybePromise<void> {
  const { prepareTools, prepareOutputTools } = run.hooks
  if (run.toolset.forRunStep !== undefined || prepareTools !== undefined || prepareOutputTools !== undefined) {
    return refreshThroughHooks(run)
  }
  const offered = listTools(run)
  return isPromiseLike(offered) ? offered.then(tools => setTools(run, tools)) : setTools(run, offered)
}

async function refreshThroughHooks(run: Run): Promise<void> {
  if (run.toolset.forRunStep !== undefined) run.toolset = await run.toolset.forRunStep(run.context())
  const offered = await listTools(run)
  setTools(run, run.hooks.prepareTools === undefined ? offered : await preparedTools(run, offered))
  if (run.hooks.prepareOutputTools !== undefined) run.outputTools = await preparedOutputTools(run)
}

function listTools(run: Run): MaybePromise<ReadonlyMap<string, ToolsetTool>> {
  const { effects } = run.config
  return effects.listTools(run.effect(`list-tools:${run.step}`), () => run.toolset.getTools(run.context()))
}

/** @throws {UserError} a tool has the name of an output tool: the model could not tell them apart */
function setTools(run: Run, tools: ReadonlyMap<string, ToolsetTool>): void {
  for (const name of run.outputTools.keys()) {
    if (!tools.has(name)) continue
    throw new UserError(`A tool and an output tool are both called \`${name}\`. Rename the tool, or name the output.`)
  }
  run.tools = tools
  refreshRevealed(run)
}

/** Which of the tools marked `deferLoading` the model may see by now. */
function refreshRevealed(run: Run): void {
  const hideable = definitionsOf(run.tools).filter(isHideable)
  if (hideable.length > 0) reveal(run, hideable)
}

const isHideable = (definition: ToolDefinition) => definition.deferLoading === true

function reveal(run: Run, hideable: readonly ToolDefinition[]): void {
  const state = revealState(run.messages)
  const revealed = revealedToolNames(hideable, state)
  run.loadedCapabilityIds = state.loadedCapabilityIds
  run.revealedToolNames = revealed
  run.hiddenToolNames = new Set(hideable.map(({ name }) => name).filter(name => !revealed.has(name)))
}

async function preparedTools(
  run: Run,
  offered: ReadonlyMap<string, ToolsetTool>,
): Promise<ReadonlyMap<string, ToolsetTool>> {
  const after = await runPrepare(run, 'prepareTools', listDefinitions(offered))
  return new Map(
    after.map(definition => {
      // `runPrepare` refused names that were not offered
      const tool = offered.get(definition.name) as ToolsetTool
      return [definition.name, definition === tool.definition ? tool : deriveTool(tool, { definition })]
    }),
  )
}

async function preparedOutputTools(run: Run): Promise<ReadonlyMap<string, OutputTool>> {
  const offered = new Map(run.config.output.tools.map(tool => [tool.definition.name, tool]))
  const after = await runPrepare(run, 'prepareOutputTools', listDefinitions(offered))
  return new Map(
    after.map(definition => [definition.name, { ...(offered.get(definition.name) as OutputTool), definition }]),
  )
}

async function runPrepare(
  run: Run,
  point: 'prepareTools' | 'prepareOutputTools',
  before: readonly ToolDefinition[],
): Promise<readonly ToolDefinition[]> {
  const names = new Set(before.map(definition => definition.name))
  let after = before
  for (const hook of run.hooks[point] ?? []) {
    after = await hook(run.context(), after)
    if (!Array.isArray(after)) throw new UserError(`A \`${point}\` hook must return a list of tool definitions.`)
    const added = after.find(definition => !names.has(definition.name))
    if (added !== undefined) {
      throw new UserError(
        `A \`${point}\` hook returned \`${added.name}\`, which was not offered. It may drop and change tools, not add any.`,
      )
    }
  }
  return after
}

type ToolsByName = ReadonlyMap<string, { readonly definition: ToolDefinition }>

const definitionLists = new WeakMap<ToolsByName, readonly ToolDefinition[]>()

/** The definitions of a map of tools: the same list as long as it is the same map. */
function definitionsOf(tools: ToolsByName): readonly ToolDefinition[] {
  return cached(definitionLists, tools, listDefinitions)
}

function listDefinitions(tools: ToolsByName): ToolDefinition[] {
  return [...tools.values()].map(tool => tool.definition)
}

/** What this step's request offers and allows, before the model's profile has its say. */
export function requestParameters(
  run: Run,
  instructionParts: readonly InstructionPart[],
  nativeTools: readonly NativeTool[],
): ModelRequestParameters {
  const { output } = run.config
  return {
    functionTools: definitionsOf(run.tools),
    nativeTools,
    outputMode: output.mode,
    outputObject: output.object,
    outputTools: definitionsOf(run.outputTools),
    promptedOutputTemplate: output.template,
    allowTextOutput: output.allowsText,
    allowImageOutput: output.allowsImage,
    // also when empty: absent would mean those of the history
    instructionParts,
    revealedToolNames: run.revealedToolNames.size === 0 ? undefined : run.revealedToolNames,
  }
}

const noNativeTools: readonly NativeTool[] = []

/** The provider-run tools that capabilities ask for at this step. */
export function collectNativeTools(run: Run): MaybePromise<readonly NativeTool[]> {
  return run.capabilities.some(capability => capability.nativeTools !== undefined)
    ? fromCapabilities(run)
    : noNativeTools
}

async function fromCapabilities(run: Run): Promise<readonly NativeTool[]> {
  const tools: NativeTool[] = []
  for (const capability of run.capabilities) {
    for (const source of capability.nativeTools ?? []) {
      const tool = typeof source === 'function' ? await source(run.context()) : source
      if (tool !== null) tools.push(tool)
    }
  }
  return tools
}
