import { filesPerMessage } from 'tenon/bedrock-families'
import { isJsonObject } from '../wire.ts'
import type { JsonObject } from '../wire.ts'
import { constraint, firstOf, fromModel, unsupportedField } from './rule.ts'
import type { LocatedBlock, Rule, ValidatedCall } from './rule.ts'

interface Media {
  kind: 'image' | 'document' | 'video'
  value: JsonObject
  path: string
  memberPath: string
}

const kinds = ['image', 'document', 'video'] as const

/** Media in messages and inside tool results. */
function mediaOf({ blocks }: ValidatedCall): Media[] {
  return blocks.flatMap(({ block, path, memberPath }) => {
    const inner = (block.toolResult?.content ?? []).map((part, index) => ({
      holder: part as JsonObject,
      path: `${path}.toolResult.content.${index}`,
      memberPath: `${memberPath}.toolResult.content.${index + 1}.member`,
    }))
    return [{ holder: block as JsonObject, path, memberPath }, ...inner].flatMap(({ holder, ...where }) =>
      kinds.flatMap(kind => {
        const value = holder[kind]
        return isJsonObject(value) ? [{ kind, value, ...where }] : []
      }),
    )
  })
}

/** Search results in messages and inside tool results. */
function searchResultsOf(blocks: readonly LocatedBlock[]): { value: JsonObject; path: string }[] {
  return blocks.flatMap(({ block, path }) => {
    const inner = (block.toolResult?.content ?? []).map((part, index) => ({
      value: part.searchResult,
      path: `${path}.toolResult.content.${index}`,
    }))
    return [{ value: block.searchResult, path }, ...inner].flatMap(({ value, path: where }) =>
      isJsonObject(value) ? [{ value, path: where }] : [],
    )
  })
}

/** Formats and sizes by kind.
 *  @see https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Message.html (read 2026-11-20) */
const limits = {
  image: { formats: ['png', 'jpeg', 'gif', 'webp'], maxBytes: 3.75 * 1024 * 1024 },
  document: {
    formats: ['pdf', 'csv', 'doc', 'docx', 'xls', 'xlsx', 'html', 'txt', 'md'],
    maxBytes: 4.5 * 1024 * 1024,
  },
  video: {
    formats: ['mkv', 'mov', 'mp4', 'webm', 'flv', 'mpeg', 'mpg', 'wmv', 'three_gp'],
    maxBytes: 25 * 1024 * 1024,
  },
} as const

const sourceNames = { image: 'ImageSource', document: 'DocumentSource', video: 'VideoSource' } as const

/** Text and content sources of a document exist for citations only. */
function sourceKeys({ kind, value }: Media): string[] {
  const citations = value['citations']
  const isCited = kind === 'document' && isJsonObject(citations) && citations['enabled'] === true
  return isCited ? ['bytes', 's3Location', 'text', 'content'] : ['bytes', 's3Location']
}

function byteLength(value: JsonObject): number {
  const source = value['source']
  const base64 = isJsonObject(source) ? source['bytes'] : undefined
  return typeof base64 === 'string' ? Math.floor((base64.length * 3) / 4) : 0
}

const nameRestrictions =
  "The document file name can only contain alphanumeric characters, whitespace characters, hyphens, parentheses, and square brackets. The name can't contain more than one consecutive whitespace character. Check that the file name conforms to these restrictions and retry your request."

/** Images, documents and videos. */
export const mediaRules: readonly Rule[] = [
  {
    id: 'media-format',
    refuses: 'a format outside the lists of the API',
    source: 'https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ImageBlock.html',
    check: call =>
      firstOf(mediaOf(call), ({ kind, value, memberPath }) => {
        const formats: readonly unknown[] = limits[kind].formats
        // a document from text for citations has no format
        if (formats.includes(value['format']) || (kind === 'document' && value['format'] === undefined))
          return undefined
        return constraint(
          value['format'],
          `${memberPath}.${kind}.format`,
          `satisfy enum value set: [${formats.join(', ')}]`,
        )
      }),
  },
  {
    id: 'media-source',
    refuses: 'a source that is neither bytes nor an S3 location',
    source: 'https://github.com/maximhq/bifrost/issues/7072',
    check: call =>
      firstOf(mediaOf(call), media => {
        const keys = sourceKeys(media)
        const source = media.value['source']
        if (isJsonObject(source) && Object.keys(source).some(key => keys.includes(key))) return undefined
        return `${sourceNames[media.kind]} object at ${media.path}.${media.kind}.source must set one of the following keys: ${keys.join(', ')}.`
      }),
  },
  {
    id: 'media-size',
    refuses: 'more bytes than the kind may have: image 3.75 MB, document 4.5 MB, video 25 MB',
    source: 'own',
    check: call =>
      firstOf(mediaOf(call), ({ kind, value, path }) =>
        byteLength(value) <= limits[kind].maxBytes
          ? undefined
          : `The ${kind} at ${path} exceeds the maximum ${kind} size of ${limits[kind].maxBytes} bytes.`,
      ),
  },
  {
    id: 'media-count',
    refuses: 'more than 20 images, 5 documents or 1 video in a message',
    source: 'own',
    check: ({ request }) =>
      firstOf(request.messages.entries(), ([index, { content }]) =>
        firstOf(kinds, kind => {
          const count = content.filter(block => block[kind] !== undefined).length
          const maxPerMessage = filesPerMessage[kind]
          if (count <= maxPerMessage) return undefined
          return `The message at messages.${index} contains ${count} ${kind}s. A message can contain at most ${maxPerMessage}.`
        }),
      ),
  },
  {
    id: 'media-role',
    refuses: 'documents and videos outside user messages',
    source: 'https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Message.html',
    check: ({ blocks }) =>
      firstOf(blocks, ({ block, message, path }) => {
        const kind = kinds.find(item => block[item] !== undefined)
        if (kind === undefined || message.role === 'user') return undefined
        return `The ${kind} block at ${path} is only allowed in a message with the user role.`
      }),
  },
  {
    id: 'search-result-unsupported',
    refuses: 'search results for models that do not read them',
    source: 'https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_SearchResultBlock.html',
    check: ({ blocks, family }) =>
      family.readsSearchResults
        ? undefined
        : firstOf(searchResultsOf(blocks), ({ path }) => unsupportedField(`${path}.searchResult`)),
  },
  {
    id: 'search-result-fields',
    refuses: 'a search result without source, title or text, or with blank ones',
    source: 'own',
    check: ({ blocks }) =>
      firstOf(searchResultsOf(blocks), ({ value, path }) => {
        const texts = Array.isArray(value['content'])
          ? value['content'].map(item => (isJsonObject(item) ? item['text'] : undefined))
          : []
        const fields = Object.entries({ source: value['source'], title: value['title'], content: texts[0] })
        const missing = fields.find(([, field]) => typeof field !== 'string' || field.trim() === '')
        return (
          missing && `The ${missing[0]} field at ${path}.searchResult is blank. Add text to the field, and try again.`
        )
      }),
  },
  {
    id: 'search-result-citations',
    refuses: 'search results of which only some are to be cited',
    source: 'https://platform.claude.com/docs/en/build-with-claude/search-results',
    check: ({ blocks }) => {
      const settings = searchResultsOf(blocks).map(({ value: { citations } }) =>
        isJsonObject(citations) ? citations['enabled'] === true : false,
      )
      return new Set(settings).size > 1
        ? fromModel('messages: citations must be enabled for all or none of the search results in a request')
        : undefined
    },
  },
  {
    id: 'document-name',
    refuses: 'a document name with other characters, doubled spaces or more than 200 characters',
    source: 'https://github.com/vercel/ai/issues/20365',
    check: call =>
      firstOf(mediaOf(call), ({ kind, value, memberPath }) => {
        const name = value['name']
        if (kind !== 'document') return undefined
        if (typeof name !== 'string' || name.length < 1) {
          return constraint(name, `${memberPath}.document.name`, 'have length greater than or equal to 1')
        }
        if (name.length > 200) {
          return constraint(name, `${memberPath}.document.name`, 'have length less than or equal to 200')
        }
        // underscores are not documented, but taken (seen live in vercel/ai#20366)
        return /^[a-zA-Z0-9\s\-()[\]_]+$/.test(name) && !/\s\s/.test(name) ? undefined : nameRestrictions
      }),
  },
  {
    id: 'document-names-unique',
    refuses: 'two documents of one name in a request',
    source: 'https://github.com/maximhq/bifrost/issues/7003',
    check: call => {
      const names = mediaOf(call).flatMap(({ kind, value }) => (kind === 'document' ? [value['name']] : []))
      if (new Set(names).size === names.length) return undefined
      return "Messages can't contain duplicate document names. Rename the document and retry your request."
    },
  },
  {
    id: 'document-text',
    refuses: 'a message with a document and no text',
    source: 'https://github.com/BerriAI/litellm/pull/36499',
    check: ({ request }) =>
      firstOf(request.messages, ({ content }) =>
        content.some(block => block.document) && !content.some(block => block.text !== undefined)
          ? 'A text block must be included when using documents. Add a text block and retry your request.'
          : undefined,
      ),
  },
]
