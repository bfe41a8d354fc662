import { jsonSchema } from '../../src/schema/json-schema.ts'
import { resolveSchema } from '../../src/schema/resolve-schema.ts'
import type { Schema } from '../../src/schema/schema.ts'
import { isPromiseLike, type JsonSchema } from '../../src/util/json.ts'
import { isRecord } from '../compare/compare.ts'

/** A recorded JSON Schema as a schema that fills in defaults, as the recorded types do.
 *  @param onValid told of every value that passed */
export function typedSchema(raw: JsonSchema, onValid?: (value: unknown) => void): Schema {
  const strict = resolveSchema(jsonSchema(raw))
  return jsonSchema(raw, value => {
    const result = strict.validate(value)
    if (isPromiseLike(result) || !result.ok) return result
    const whole = withDefaults(raw, result.value)
    onValid?.(whole)
    return { ok: true, value: whole }
  })
}

/** A schema that is only shown: any object passes. */
export function looseSchema(raw: JsonSchema): Schema {
  return jsonSchema(raw, value =>
    isRecord(value)
      ? { ok: true, value }
      : { ok: false, issues: [{ type: 'dict_type', loc: [], msg: 'Input should be an object', input: value }] },
  )
}

/** The value with the defaults of its schema's properties. */
export function withDefaults(schema: JsonSchema, value: unknown): unknown {
  if (!isRecord(value)) return value
  const properties = isRecord(schema.properties) ? schema.properties : {}
  const defaults = Object.entries(properties).flatMap(([name, property]) =>
    isRecord(property) && 'default' in property && !Object.hasOwn(value, name)
      ? [[name, property.default] as const]
      : [],
  )
  return { ...value, ...Object.fromEntries(defaults) }
}
