import { isJsonObject } from '../wire.ts'
import type { JsonObject } from '../wire.ts'
import { constraint, firstOf, fromModel } from './rule.ts'
import type { Rule, ValidatedCall } from './rule.ts'

interface List {
  path: string
  items: readonly JsonObject[]
}

/** The lists that may hold cache points, in the order they are processed: tools, system, messages. */
const listsOf = ({ request }: ValidatedCall): List[] => [
  { path: 'toolConfig.tools', items: (request.toolConfig?.tools ?? []) as JsonObject[] },
  { path: 'system', items: request.system ?? [] },
  ...request.messages.map(({ content }, index) => ({ path: `messages.${index}.content`, items: content })),
]

interface CachePoint {
  path: string
  point: JsonObject
  previous: JsonObject | undefined
}

const pointsOf = (call: ValidatedCall): CachePoint[] =>
  listsOf(call).flatMap(({ path, items }) =>
    items.flatMap(({ cachePoint }, index) =>
      isJsonObject(cachePoint) ? [{ path: `${path}.${index}`, point: cachePoint, previous: items[index - 1] }] : [],
    ),
  )

const maxCachePoints = 4

/** Prompt caching: `cachePoint` blocks. */
export const cacheRules: readonly Rule[] = [
  {
    id: 'cache-unsupported',
    refuses: 'cache points for families without prompt caching',
    source: 'https://docs.aws.amazon.com/bedrock/latest/userguide/prompt-caching.html',
    type: 'AccessDeniedException',
    check: call => {
      const { cachesMessages, cachesTools } = call.family
      const isRefused = pointsOf(call).some(({ path }) =>
        path.startsWith('toolConfig') ? !cachesTools : !cachesMessages,
      )
      if (!isRefused) return undefined
      return 'You invoked an unsupported model or your request did not allow prompt caching. See the documentation for more information.'
    },
  },
  {
    id: 'cache-ttl',
    refuses: 'a time to live other than 5m and 1h',
    source: 'https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_CachePointBlock.html',
    check: call =>
      firstOf(pointsOf(call), ({ path, point }) =>
        point['ttl'] === undefined || point['ttl'] === '5m' || point['ttl'] === '1h'
          ? undefined
          : constraint(point['ttl'], `${path}.cachePoint.ttl`, 'satisfy enum value set: [5m, 1h]'),
      ),
  },
  {
    id: 'cache-hour',
    refuses: 'an hour for models that cache for minutes',
    source: 'https://github.com/LibreChat-AI/agents/pull/256',
    check: call =>
      !call.family.cachesForAnHour && pointsOf(call).some(({ point }) => point['ttl'] === '1h')
        ? 'Extended TTL prompt caching is only supported for Anthropic models'
        : undefined,
  },
  {
    id: 'cache-count',
    refuses: 'more than 4 cache points',
    source: 'https://github.com/twentyhq/twenty/issues/26217',
    check: call => {
      const count = pointsOf(call).length
      if (count <= maxCachePoints) return undefined
      return fromModel(`A maximum of ${maxCachePoints} blocks with cache_control may be provided. Found ${count}.`)
    },
  },
  {
    id: 'cache-first',
    refuses: 'a cache point with nothing before it in its list, or right after another',
    source: 'https://github.com/strands-agents/harness-sdk/pull/3677',
    check: call =>
      firstOf(pointsOf(call), ({ previous }) =>
        previous === undefined || previous['cachePoint'] !== undefined
          ? 'There is nothing available to cache.'
          : undefined,
      ),
  },
  {
    id: 'cache-after-reasoning',
    refuses: 'a cache point right after reasoning',
    source: 'https://github.com/anomalyco/opencode/issues/36517',
    check: call =>
      firstOf(pointsOf(call), ({ previous }) =>
        previous?.['reasoningContent'] !== undefined
          ? 'Cache point cannot be inserted after reasoning block. Please remove the invalid cache point and try again.'
          : undefined,
      ),
  },
  {
    id: 'cache-after-document',
    refuses: 'a cache point right after a video, or after a document that is not a PDF',
    source: 'https://github.com/strands-agents/harness-sdk/issues/1966',
    check: call =>
      firstOf(pointsOf(call), ({ previous, path }) => {
        const document = previous?.['document']
        const isRefused = (isJsonObject(document) && document['format'] !== 'pdf') || previous?.['video'] !== undefined
        return isRefused ? fromModel(`${path}.type: Field required`) : undefined
      }),
  },
  {
    id: 'cache-ttl-order',
    refuses: 'a cache point of 1h after one of 5m',
    source: 'https://github.com/Portkey-AI/gateway/issues/1762',
    check: call => {
      let isShortSeen = false
      return firstOf(pointsOf(call), ({ point, path }) => {
        if (point['ttl'] !== '1h') isShortSeen = true
        else if (isShortSeen) {
          return fromModel(
            `${path}.cache_control.ttl: a ttl='1h' cache_control block must not come after a ttl='5m' cache_control block. Note that blocks are processed in the following order: \`tools\`, \`system\`, \`messages\`.`,
          )
        }
        return undefined
      })
    },
  },
]
