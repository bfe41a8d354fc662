import { familyOf } from '@tenon/local-bedrock'
import { describe, expect, it } from 'vitest'
import { defaultProfile } from '../profile.ts'
import { withBedrockDefaults } from './facts.ts'
import { LatestBedrockModelNames } from './names.ts'
import { bedrockModelProfile } from './profiles.ts'

// Claude 2 and Instant are past their end of life: nobody knows any more whether they would cache
const names = LatestBedrockModelNames.filter(name => !/claude-(v2|instant)/.test(name))

/** The endpoint's validator keeps its own table, and refuses what the real service refuses: both tables say the same of every
 *  known model. */
describe.each(names)('%s', name => {
  const ours = withBedrockDefaults({ ...defaultProfile, ...bedrockModelProfile(name) })
  const theirs = familyOf(name)

  it('the family tables agree', () => {
    const beside =
      theirs.besideToolResult === 'all'
        ? ['document', 'image', 'text', 'video']
        : [...theirs.besideToolResult].toSorted()
    expect({
      forcesTools: ours.bedrockSupportsToolChoice,
      leads: ours.bedrockSupportsLeadingAssistantMessage,
      cachesMessages: ours.bedrockSupportsPromptCaching,
      cachesTools: ours.bedrockSupportsToolCaching,
      beside: [...ours.bedrockToolResultColocatableContent].toSorted(),
      inside: [...ours.bedrockSupportedMediaKindsInToolReturns].toSorted(),
      status: ours.bedrockSupportsToolResultStatus,
      nativeOutput: ours.supportsJsonSchemaOutput,
      strictTools: ours.bedrockSupportsStrictToolDefinition,
      shortIds: ours.bedrockToolCallIds === 'short',
      counts: ours.bedrockSupportsCountTokens,
    }).toEqual({
      // Mistral Large may take `any`; nothing is forced there as long as the API reference lists only Claude and Nova
      forcesTools: theirs.toolChoice.includes('any') && !name.includes('mistral'),
      leads: theirs.acceptsLeadingAssistant,
      cachesMessages: theirs.cachesMessages,
      cachesTools: theirs.cachesTools,
      beside,
      inside: [...theirs.mediaInToolResult].toSorted(),
      status: theirs.hasToolResultStatus,
      nativeOutput: theirs.hasNativeOutput,
      strictTools: theirs.hasNativeOutput,
      shortIds: theirs.toolUseIdPattern !== undefined,
      counts: theirs.countsTokens,
    })
  })
})
