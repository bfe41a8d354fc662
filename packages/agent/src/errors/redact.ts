const blank = '[redacted]'

/** What credentials look like in text. Each pattern keeps the words that say what was blanked. */
const patterns: readonly (readonly [RegExp, string])[] = [
  [/([a-z][a-z0-9+.-]{0,20}:\/\/)[^\s/?#@"'<>]{1,512}@/gi, `$1${blank}@`],
  // a scheme followed by one plain word is prose: "Basic authentication"
  [/\b(Bearer|Basic)(\s{1,8})(?![a-z]{1,30}[.,;:!?)'"]{0,2}(?:\s|$))[\w.~+/=-]{8,}/gi, `$1$2${blank}`],
  [
    /(["']?\b(?:proxy-authorization|authorization|x-api-key|api[-_]?key|x-amz-security-token|x-goog-api-key|client[-_]secret|aws_secret_access_key|password)["']?\s{0,8}[:=]\s{0,8}["']?)(?!\[redacted\]|Bearer |Basic )[^\s"',;&}]{4,}/gi,
    `$1${blank}`,
  ],
  [/([?&](?:key|token|access_token|sig|signature|X-Amz-Signature|X-Amz-Credential)=)[^\s&"'#]+/gi, `$1${blank}`],
  [/\b(?:sk|pk|rk)-[\w-]{16,}/g, blank],
  [/\b(?:AKIA|ASIA)[A-Z0-9]{12,}/g, blank],
]

/** Blanks what looks like a credential: the user part of a URL, `Authorization` values, API keys, signed query parameters.
 *
 *  @example redactSecrets('GET https://me:pw@host/ failed') // 'GET https://[redacted]@host/ failed' */
export function redactSecrets(text: string): string {
  return patterns.reduce((result, [pattern, replacement]) => result.replace(pattern, replacement), text)
}

const secretHeaders = new Set([
  'authorization',
  'proxy-authorization',
  'cookie',
  'set-cookie',
  'x-api-key',
  'api-key',
  'x-amz-security-token',
  'x-goog-api-key',
])

/** Header names in lower case; values of headers that hold credentials blanked. */
export function safeHeaders(headers: Headers | Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const result: Record<string, string> = Object.create(null)
  const entries = headers instanceof Headers ? [...headers] : Object.entries(headers)
  for (const [name, value] of entries) {
    const key = name.toLowerCase()
    result[key] = secretHeaders.has(key) ? blank : value
  }
  return result
}
