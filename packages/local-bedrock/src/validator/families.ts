import { defaultFamilyFacts, familyFacts } from 'tenon/bedrock-families'
import type { FamilyFacts, FamilyRow } from 'tenon/bedrock-families'
import { parseModelId } from '../model-id.ts'

/** What one family of models accepts over Converse. The facts are those of Tenon's table, each with its source; the rules that
 *  ask for them, and what they answer, are this endpoint's own. */
export type Family = FamilyFacts

/** A model hidden behind an ARN: nothing is refused for the family's sake. */
const permissive: Family = {
  ...defaultFamilyFacts,
  toolChoice: ['auto', 'any', 'tool'],
  systemTools: ['nova_code_interpreter', 'nova_grounding'],
  acceptsLeadingAssistant: true,
  cachesMessages: true,
  cachesTools: true,
  cachesForAnHour: true,
  mediaInToolResult: ['image', 'document', 'video'],
  readsSearchResults: true,
  hasNativeOutput: true,
  thinkingTypes: ['enabled', 'adaptive'],
}

/** The facts of a model id, with or without geographic prefix, or of an ARN that names its model.
 *  @param corrections rows that win over the table */
export function familyOf(modelId: string, corrections: readonly FamilyRow[] = []): Family {
  const { vendor, name = '' } = parseModelId(modelId) ?? {}
  return vendor === undefined ? permissive : familyFacts({ vendor, name }, corrections)
}
