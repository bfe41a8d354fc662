/** What a cache holds for a key; made when it is asked for the first time.
 *  @param make where this is called often, one function for all calls: a closure would be made each time */
export function cached<K, V>(
  cache: { readonly get: (key: K) => V | undefined; readonly set: (key: K, value: V) => unknown },
  key: K,
  make: (key: K) => V,
): V {
  let value = cache.get(key)
  if (value === undefined) cache.set(key, (value = make(key)))
  return value
}
