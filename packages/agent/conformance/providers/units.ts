import type { ModelRequestParameters } from '../../src/models/model.ts'
import { prepareMessages } from '../../src/models/prepare-messages.ts'
import { compare, type Difference } from '../compare/compare.ts'
import { Bindings } from '../compare/tokens.ts'
import type { RecordedUnit, WireRecord } from '../provider-case.ts'
import { readMessages, writeMessages } from '../wire/messages.ts'
import { readParameters } from '../wire/parameters.ts'
import { withoutTimes } from '../wire/plain.ts'
import type { UnitContext } from './http-provider.ts'

/** Parameters that ask for nothing. */
export const noParameters: ModelRequestParameters = {
  functionTools: [],
  nativeTools: [],
  outputMode: 'text',
  outputTools: [],
  allowTextOutput: true,
  allowImageOutput: false,
}

/** `prepare_messages`: what a model cannot express is rewritten before the adapter sees it. */
export async function checkPrepareMessages(
  unit: RecordedUnit,
  { model }: Pick<UnitContext, 'model'>,
): Promise<readonly Difference[]> {
  const messages = readMessages(unit.input.messages as WireRecord[])
  const parameters = unit.input.parameters ? readParameters(unit.input.parameters as WireRecord) : noParameters
  const prepared = prepareMessages(model, messages, parameters)
  return compare(
    withoutTimes(unit.output),
    withoutTimes(writeMessages(prepared)),
    { bindings: new Bindings(), nullIsAbsent: true },
    'prepare_messages',
  )
}
