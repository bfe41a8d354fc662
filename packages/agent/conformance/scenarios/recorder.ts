import type { ModelCall } from '../../src/models/model.ts'
import type { WireRecord } from '../provider-case.ts'
import { writeMessages } from '../wire/messages.ts'
import { writeOutputObject } from '../wire/parameters.ts'
import { writeSettings } from '../wire/settings.ts'

/** What a run did besides its result: tool executions and model requests, in order. */
export class Recorder {
  calls: WireRecord[] = []
  requests: WireRecord[] = []

  startRun(): void {
    this.calls = []
    this.requests = []
  }

  request(call: ModelCall): void {
    this.requests.push({ messages: writeMessages(call.messages), parameters: writeScenarioParameters(call) })
  }
}

function writeScenarioParameters({ parameters, settings }: ModelCall): WireRecord {
  return {
    function_tools: parameters.functionTools.map(tool => ({ name: tool.name, kind: tool.kind ?? 'function' })),
    output_mode: parameters.outputMode,
    output_tools: parameters.outputTools.map(tool => ({
      name: tool.name,
      description: tool.description ?? null,
      parameters_json_schema: tool.parametersJsonSchema,
      outer_typed_dict_key: tool.outerTypedDictKey ?? null,
      strict: tool.strict ?? null,
    })),
    output_object: parameters.outputObject === undefined ? null : writeOutputObject(parameters.outputObject),
    allow_text_output: parameters.allowTextOutput,
    allow_image_output: parameters.allowImageOutput,
    instruction_parts: parameters.instructionParts?.length
      ? parameters.instructionParts.map(({ content, dynamic }) => ({ content, dynamic }))
      : null,
    model_settings: writeSettings(settings),
  }
}
