import type { BedrockRuntimeClient } from '@aws-sdk/client-bedrock-runtime'

type Config = BedrockRuntimeClient['config']

/** Where a client sends its requests, found out the way the SDK does it: the endpoint it was given, that of the environment or the
 *  profile, else that of the Region. `undefined`: it does not say. */
export async function endpointOf(config: Config): Promise<string | undefined> {
  const { isCustomEndpoint, ignoreConfiguredEndpointUrls, serviceConfiguredEndpoint } = config as Config & Hidden
  const isConfigurable = isCustomEndpoint !== true && ignoreConfiguredEndpointUrls !== true
  const configured = isConfigurable ? await serviceConfiguredEndpoint?.() : undefined
  if (configured !== undefined) return withoutSlash(configured)
  if (config.endpoint !== undefined) {
    const { protocol, hostname, port, path } = await config.endpoint()
    return withoutSlash(`${protocol}//${hostname}${port === undefined ? '' : `:${port}`}${path}`)
  }
  const { url } = config.endpointProvider({
    Region: await config.region(),
    UseFIPS: await config.useFipsEndpoint(),
    UseDualStack: await config.useDualstackEndpoint(),
  })
  return withoutSlash(url.href)
}

/** What the SDK keeps in there besides what its types tell. */
interface Hidden {
  readonly isCustomEndpoint?: boolean
  readonly ignoreConfiguredEndpointUrls?: boolean
  readonly serviceConfiguredEndpoint?: () => Promise<string | undefined>
}

function withoutSlash(url: string): string {
  return url.endsWith('/') ? url.slice(0, -1) : url
}
