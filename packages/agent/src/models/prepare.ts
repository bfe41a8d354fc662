import { UserError } from '../errors/user-error.ts'
import type { ModelMessage } from '../messages/message.ts'
import type { InstructionPart } from '../messages/part.ts'
import { instructionPartsOf } from './instructions.ts'
import { mergeModelSettings } from './merge-settings.ts'
import type { Model, ModelCall, ModelRequestParameters, OutputMode } from './model.ts'
import { prepareMessages } from './prepare-messages.ts'
import { chooseNativeTools, prepareOutputObject, prepareToolDefinitions } from './prepare-tools.ts'
import type { ModelProfile } from './profile.ts'
import { addStaticInstruction, renderPromptedTemplate } from './prompted-template.ts'
import type { ModelSettings, ThinkingLevel } from './settings.ts'
import { resolveToolVisibility } from './tool-visibility.ts'

/** Turns what the loop wants into what an adapter sends. Done once per request, by the model that sends it:
 *  wrappers pass on what they were given, because preparing twice would merge and transform twice.
 *
 *  - settings: the model's own under the call's; `thinking` moves to the parameters, if the model can think
 *  - tools and output: schemas transformed for the model, native tools chosen, unused fields dropped, `auto` mode decided
 *  - instructions: always present as parts; a prompted output's schema is the last static one
 *  - messages: what this model cannot express is rewritten (`prepareMessages`)
 *
 *  Unchanged lists stay the same objects, so a step costs no more than a look at its tools.
 *  @throws {UserError} when the model cannot serve the output mode or a native tool */
export function prepareCall(model: Model, call: ModelCall): ModelCall {
  const { profile } = model
  const { thinking: wantedThinking, ...settings } = mergeModelSettings(model.settings, call.settings)
  const parameters = prepareParameters(model, call, resolveThinking(profile, wantedThinking))
  const messages = prepareMessages(model, call.messages, parameters)
  return { ...call, messages, settings, parameters }
}

/** What the `thinking` setting means for a model; `undefined`: say nothing of it to the provider. */
export function resolveThinking(
  profile: ModelProfile,
  thinking: ModelSettings['thinking'],
): boolean | ThinkingLevel | undefined {
  if (!profile.supportsThinking && !profile.thinkingAlwaysEnabled) return undefined
  return thinking === false && profile.thinkingAlwaysEnabled ? undefined : thinking
}

/** The mode `auto` stands for. */
export function resolveOutputMode(profile: ModelProfile, mode: OutputMode): Exclude<OutputMode, 'auto'> {
  return mode === 'auto' ? profile.defaultStructuredOutputMode : mode
}

function prepareParameters(
  model: Model,
  { messages, parameters }: { messages: readonly ModelMessage[]; parameters: ModelRequestParameters },
  thinking: boolean | ThinkingLevel | undefined,
): ModelRequestParameters {
  const { profile } = model
  const outputMode = resolveOutputMode(profile, parameters.outputMode)
  checkOutputMode(model, outputMode, parameters.allowImageOutput)

  const chosen = chooseNativeTools(model, parameters)
  const functionTools = prepareToolDefinitions(chosen.functionTools, profile)
  const takesObject = outputMode === 'native' || outputMode === 'prompted'
  const template = takesObject ? templateFor(parameters, outputMode, profile) : undefined

  return {
    functionTools,
    nativeTools: chosen.nativeTools,
    outputMode,
    outputObject:
      takesObject && parameters.outputObject !== undefined
        ? prepareOutputObject(parameters.outputObject, profile)
        : undefined,
    outputTools: outputMode === 'tool' ? prepareToolDefinitions(parameters.outputTools, profile) : [],
    promptedOutputTemplate: template,
    allowTextOutput: parameters.outputMode === 'auto' ? outputMode !== 'tool' : parameters.allowTextOutput,
    allowImageOutput: parameters.allowImageOutput,
    instructionParts: instructionsWithSchema(instructionPartsOf(parameters, messages), template, parameters, profile),
    thinking,
    toolVisibility: resolveToolVisibility({ ...parameters, functionTools, nativeTools: chosen.nativeTools }, profile),
    revealedToolNames: parameters.revealedToolNames,
    deferredCapabilityIds: parameters.deferredCapabilityIds,
  }
}

function templateFor(
  { promptedOutputTemplate, outputObject }: ModelRequestParameters,
  outputMode: OutputMode,
  profile: ModelProfile,
): string | false | undefined {
  if (outputObject === undefined) return undefined
  if (outputMode === 'native' && !profile.nativeOutputRequiresSchemaInInstructions) return undefined
  return promptedOutputTemplate ?? profile.promptedOutputTemplate
}

function instructionsWithSchema(
  parts: readonly InstructionPart[],
  template: string | false | undefined,
  { outputObject }: ModelRequestParameters,
  profile: ModelProfile,
): readonly InstructionPart[] {
  if (template === undefined || template === false || outputObject === undefined) return parts
  return addStaticInstruction(parts, renderPromptedTemplate(template, prepareOutputObject(outputObject, profile)))
}

function checkOutputMode({ profile, modelName }: Model, mode: OutputMode, wantsImage: boolean): void {
  if (mode === 'native' && !profile.supportsJsonSchemaOutput) {
    throw new UserError(
      `Native structured output is not supported by the model \`${modelName}\`. Use tool or prompted output instead.`,
    )
  }
  if (mode === 'tool' && !profile.supportsTools) {
    throw new UserError(
      `Tool output is not supported by the model \`${modelName}\`. Use native or prompted output instead.`,
    )
  }
  if (wantsImage && !profile.supportsImageOutput) {
    throw new UserError(
      `Image output is not supported by the model \`${modelName}\`. Choose a model that makes images.`,
    )
  }
}
