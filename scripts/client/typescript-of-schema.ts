/** Pure: JSON Schema 2020-12, as zod writes it, as TypeScript types. What it does not know is an error, not a type that is nearly right. */
import type { OpenApiDocument } from '@netsentinel/api/openapi/reference-page';

export type JsonSchema = OpenApiDocument['components']['schemas'][string];

/**
 * `sent`: nothing is changed in it, and what is undefined counts as left out, so that callers need no conditional spreads. `answered`: the
 * caller's own, and what is left out is not there.
 */
export type Use = 'sent' | 'answered';

const SHAPE = new Set([
  '$ref',
  'type',
  'const',
  'enum',
  'anyOf',
  'oneOf',
  'items',
  'properties',
  'required',
  'additionalProperties',
  'propertyNames',
]);
/** Narrow a value, not its type. */
const OF_NO_TYPE = new Set([
  'description',
  'title',
  'default',
  'format',
  'pattern',
  'minLength',
  'maxLength',
  'minimum',
  'maximum',
  'exclusiveMinimum',
  'exclusiveMaximum',
  'multipleOf',
  'minItems',
  'maxItems',
  'uniqueItems',
  'readOnly',
]);
const REF = '#/components/schemas/';

/** @param indent of the line that the type begins in */
export function typeOf(schema: JsonSchema, use: Use, indent = ''): string {
  for (const key of Object.keys(schema))
    if (!SHAPE.has(key) && !OF_NO_TYPE.has(key)) throw new Error(`the client's types know no ${key} of JSON Schema`);
  const { $ref, type, anyOf, oneOf, enum: values } = schema;
  if ($ref !== undefined) return nameOf($ref);
  if ('const' in schema) return literal(schema.const);
  if (values !== undefined) return union(values.map(literal));
  const either = anyOf ?? oneOf;
  if (either !== undefined) return union(either.map((one) => typeOf(one, use, indent)));
  if (typeof type === 'object') return union(type.map((one) => typeOf({ ...schema, type: one }, use, indent)));
  switch (type) {
    case undefined:
      return 'unknown';
    case 'string':
    case 'boolean':
    case 'null':
      return type;
    case 'integer':
    case 'number':
      return 'number';
    case 'array':
      return arrayOf(schema.items ?? {}, use, indent);
    case 'object':
      return objectOf(schema, use, indent);
    default:
      throw new Error(`the client's types know no type ${type} of JSON Schema`);
  }
}

/** One line of an object: `name?: string;`, its description above it. */
export function property(
  name: string,
  type: string,
  use: Use,
  required: boolean,
  description = '',
  indent = '',
): string {
  const key = /^[A-Za-z_$][\w$]*$/.test(name) ? name : quoted(name);
  const optional = use === 'sent' && !required ? ' | undefined' : '';
  const line = `${indent}${use === 'sent' ? 'readonly ' : ''}${key}${required ? '' : '?'}: ${type}${optional};`;
  return `${comment([description], indent)}${line}`;
}

/** A documentation comment of these paragraphs, with a line break; nothing where all are empty. */
export function comment(paragraphs: readonly string[], indent = ''): string {
  const lines = paragraphs.filter((one) => one !== '').map((one) => one.replaceAll('*/', '* /').replaceAll('\n', ' '));
  if (lines.length === 0) return '';
  if (lines.length === 1) return `${indent}/** ${lines[0]!} */\n`;
  return `${indent}/**\n${lines.map((one) => `${indent} * ${one}\n`).join(`${indent} *\n`)}${indent} */\n`;
}

export function quoted(text: string): string {
  return `'${JSON.stringify(text).slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'")}'`;
}

function objectOf(
  { properties, required = [], additionalProperties, propertyNames }: JsonSchema,
  use: Use,
  indent: string,
): string {
  const inner = `${indent}  `;
  if (properties === undefined) {
    if (additionalProperties === false) return 'Record<string, never>';
    const value = typeof additionalProperties === 'object' ? typeOf(additionalProperties, use, indent) : 'unknown';
    return recordOf(propertyNames, value, required, use);
  }
  const lines = Object.entries(properties).map(([name, one]) =>
    property(name, typeOf(one, use, inner), use, required.includes(name), one.description, inner),
  );
  if (additionalProperties !== undefined && additionalProperties !== false)
    lines.push(`${inner}[name: string]: unknown;`);
  return lines.length === 0 ? 'Record<string, never>' : `{\n${lines.join('\n')}\n${indent}}`;
}

function recordOf(names: JsonSchema | undefined, value: string, required: readonly string[], use: Use): string {
  const key = names === undefined ? 'string' : typeOf(names, use);
  const record = `Record<${key}, ${value}>`;
  const whole = key === 'string' || required.length > 0 ? record : `Partial<${record}>`;
  return use === 'sent' ? `Readonly<${whole}>` : whole;
}

function arrayOf(item: JsonSchema, use: Use, indent: string): string {
  const { anyOf, oneOf, enum: values, type } = item;
  const alternatives = anyOf ?? oneOf ?? values ?? [type].flat();
  const one = typeOf(item, use, indent);
  const list = alternatives.length > 1 ? `(${one})[]` : `${one}[]`;
  return use === 'sent' ? `readonly ${list}` : list;
}

function union(types: readonly string[]): string {
  return [...new Set(types)].join(' | ');
}

function literal(value: unknown): string {
  return typeof value === 'string' ? quoted(value) : JSON.stringify(value);
}

function nameOf(ref: string): string {
  if (!ref.startsWith(REF)) throw new Error(`the client's types know nothing of ${ref}`);
  return ref.slice(REF.length);
}
