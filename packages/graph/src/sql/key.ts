/** Postgres text holds neither NUL nor half a surrogate pair; ids may. Both are written as an escape that keeps prefixes prefixes. */
export const encodeKey = (key: string): string =>
  key.replace(/[\\\0]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g, char =>
    char === '\\' ? '\\\\' : `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )

export const decodeKey = (text: string): string =>
  text.replace(/\\(?:\\|u([\da-f]{4}))/g, (_match, hex: string | undefined) =>
    hex === undefined ? '\\' : String.fromCharCode(Number.parseInt(hex, 16)),
  )
