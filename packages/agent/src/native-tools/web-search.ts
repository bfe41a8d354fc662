import type { NativeTool } from './native-tool.ts'

/** Lets the model search the web. */
export interface WebSearchTool extends NativeTool {
  readonly kind: 'web_search'
  /** How much of what was found the model gets. Default `'medium'`. */
  readonly searchContextSize?: 'low' | 'medium' | 'high'
  /** Where the user is, so that results fit. */
  readonly userLocation?: WebSearchUserLocation
  readonly blockedDomains?: readonly string[]
  readonly allowedDomains?: readonly string[]
  /** Searches per request. */
  readonly maxUses?: number
  /** `false`: only what the provider has indexed, nothing live. */
  readonly externalWebAccess?: boolean
}

export interface WebSearchUserLocation {
  readonly city?: string
  /** ISO 3166-1, two letters. */
  readonly country?: string
  readonly region?: string
  /** IANA name, for example `Europe/Riga`. */
  readonly timezone?: string
}
