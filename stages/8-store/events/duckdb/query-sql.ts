/**
 * A query's conditions as SQL. Every value and every JSON path is bound; the only names that enter the text are those of our own columns.
 *
 * One meaning for all fields: a field has zero or more scalar values (an array has each of its items; null and objects are none). A
 * condition holds where any value meets it; `not` holds where none does. A string meets a value by its text, a number only numbers, a
 * boolean only booleans. `prefix` and `contains` fold case.
 */
import type { EventFilter } from '@netsentinel/contracts/event-store';
import { NetSentinelError } from '@netsentinel/kernel/errors';
import { parseNetwork } from '@netsentinel/kernel/address';
import { maySeal } from '@netsentinel/kernel/sealed-event';
import type { SealedTexts } from '@netsentinel/kernel/sealed-text';
import { columnOf } from './event-columns.ts';
import { openedElement } from './opened-sql.ts';

/** Values bound so far; the text names them `$1`, `$2` … */
export class Bindings {
  readonly values: (string | number | bigint | boolean)[] = [];

  bind(value: string | number | bigint | boolean): string {
    this.values.push(value);
    const name = `$${this.values.length}`;
    // Left alone, whole numbers are bound as HUGEINT, and every row is converted to compare with them.
    return typeof value === 'bigint' ? `CAST(${name} AS BIGINT)` : name;
  }
}

/** A condition on more than these opens what it is asked of instead. */
const MAX_FORMS = 1000;
/** Lists of objects within the schema: a path goes through their items. */
const OBJECT_LISTS = ['dns.answers'];

/** SQL that every connection runs first. `ip_key`: 32 hexadecimal digits that sort as the address does; IPv4 as IPv4-mapped. */
export const CONNECTION_MACROS: readonly string[] = [
  `CREATE OR REPLACE TEMP MACRO ip_groups(part) AS
    (CASE WHEN part = '' THEN []::VARCHAR[] ELSE string_split(part, ':') END)`,
  `CREATE OR REPLACE TEMP MACRO ip_hex(groups) AS
    array_to_string(list_transform(groups, lambda g: lpad(g, 4, '0')), '')`,
  `CREATE OR REPLACE TEMP MACRO ip4_hex(quad) AS
    array_to_string(list_transform(string_split(quad, '.'), lambda n: printf('%02x', TRY_CAST(n AS INTEGER))), '')`,
  `CREATE OR REPLACE TEMP MACRO ip_key6(x) AS
    (CASE WHEN NOT contains(x, '::') THEN ip_hex(ip_groups(x))
      ELSE ip_hex(ip_groups(split_part(x, '::', 1)))
        || repeat('0000', greatest(1, 8 - len(ip_groups(split_part(x, '::', 1))) - len(ip_groups(split_part(x, '::', 2)))))
        || ip_hex(ip_groups(split_part(x, '::', 2))) END)`,
  `CREATE OR REPLACE TEMP MACRO ip_untail(x) AS
    (CASE WHEN contains(x, '.') THEN regexp_replace(x, '[^:]+$', '')
        || substr(ip4_hex(regexp_extract(x, '[^:]+$')), 1, 4) || ':' || substr(ip4_hex(regexp_extract(x, '[^:]+$')), 5, 4)
      ELSE x END)`,
  `CREATE OR REPLACE TEMP MACRO ip_key(x) AS
    (CASE
      WHEN regexp_full_match(x, '((25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])(\\.|$)){4}') AND NOT ends_with(x, '.')
        THEN '00000000000000000000ffff' || ip4_hex(x)
      WHEN regexp_full_match(x, '(?i)[0-9a-f]{0,4}(:[0-9a-f]{0,4}){2,7}') THEN ip_key6(lower(x))
      WHEN regexp_full_match(x, '(?i)[0-9a-f]{0,4}(:[0-9a-f]{0,4}){1,6}:((25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])(\\.|$)){4}')
        AND NOT ends_with(x, '.') THEN ip_key6(ip_untail(lower(x)))
    END)`,
];

/** A condition, without values of its own in the text. @param texts opens what is sealed in events. */
export function filterSql(filter: EventFilter, bindings: Bindings, texts: SealedTexts): string {
  const { field, op, value } = filter;
  const column = columnOf(field);
  let condition: string;
  if (op === 'exists') condition = column === undefined ? jsonExists(field, bindings) : `${column.name} IS NOT NULL`;
  else if (column !== undefined) condition = valueSql(column.name, column.type, filter, bindings);
  else {
    const forms = formsOf(filter, texts);
    const inner = valueSql('e', 'json', forms ?? filter, bindings);
    // Compared as it lies there, where that is possible: nothing has to be opened.
    const values = forms === undefined ? jsonValues(field, bindings) : storedValues(field, bindings);
    condition = `len(list_filter(${values}, lambda e: ${inner})) > 0`;
  }
  if (op !== 'exists' && value === undefined)
    throw new NetSentinelError('STORE_BAD_QUERY', 'user', `the filter on ${field} has no value`, {
      hint: `${op} needs a value.`,
    });
  return filter.not === true ? `NOT coalesce(${condition}, false)` : `coalesce(${condition}, false)`;
}

/** For an equality on a field that may be sealed: one with each way in which the value may lie there. */
function formsOf(filter: EventFilter, texts: SealedTexts): EventFilter | undefined {
  const { field, op, value } = filter;
  if (!maySeal(field) || (op !== 'eq' && op !== 'in')) return undefined;
  const values = Array.isArray(value) ? value : [value];
  const forms: (string | number)[] = [];
  for (const one of values) {
    if (typeof one === 'string') forms.push(...texts.formsOf(field, one));
    else if (typeof one === 'number') forms.push(one);
    else return undefined;
  }
  return forms.length > MAX_FORMS ? undefined : { ...filter, op: 'in', value: forms };
}

/** The scalar values of a field as a list of JSON, opened. */
export function jsonValues(field: string, bindings: Bindings): string {
  const values = storedValues(field, bindings);
  if (!maySeal(field)) return values;
  return `list_transform(${values}, lambda v: ${openedElement(bindings.bind(field), 'v')})`;
}

/** The same as they lie there. */
export function storedValues(field: string, bindings: Bindings): string {
  const path = jsonPath(field);
  if (path.includes('[*]')) return scalars(`json_extract(body, ${bindings.bind(path)})`);
  const wild = bindings.bind(`${path}[*]`);
  const plain = bindings.bind(path);
  return scalars(
    `CASE WHEN json_type(body, ${plain}) = 'ARRAY' THEN json_extract(body, ${wild}) ELSE [json_extract(body, ${plain})] END`,
  );
}

function scalars(list: string): string {
  return `list_filter(${list}, lambda s: json_type(s) IN ('VARCHAR', 'BIGINT', 'UBIGINT', 'DOUBLE', 'HUGEINT', 'BOOLEAN'))`;
}

function jsonExists(field: string, bindings: Bindings): string {
  const path = jsonPath(field);
  if (path.includes('[*]')) return `len(${storedValues(field, bindings)}) > 0`;
  const bound = bindings.bind(path);
  return `(json_type(body, ${bound}) <> 'NULL' AND (json_type(body, ${bound}) <> 'ARRAY' OR json_array_length(body, ${bound}) > 0))`;
}

/** `FieldName` allows no quote and no backslash, so quoting is enough; the path is bound all the same. */
function jsonPath(field: string): string {
  const list = OBJECT_LISTS.find((name) => field.startsWith(`${name}.`));
  const quoted = (name: string): string =>
    name
      .split('.')
      .map((key) => `."${key}"`)
      .join('');
  return list === undefined ? `$${quoted(field)}` : `$${quoted(list)}[*]${quoted(field.slice(list.length + 1))}`;
}

type Typed = 'text' | 'number' | 'json';

/** `subject` is a column, or an element of JSON. */
function valueSql(subject: string, type: Typed, filter: EventFilter, bindings: Bindings): string {
  const { op, value } = filter;
  const asText = type === 'text' ? subject : type === 'number' ? `CAST(${subject} AS VARCHAR)` : `(${subject}->>'$')`;
  switch (op) {
    case 'eq':
      return equals(subject, asText, type, value, bindings);
    case 'in': {
      if (!Array.isArray(value)) throw badValue(filter, 'a list');
      if (value.length === 0) return 'false';
      return `(${value.map((item) => equals(subject, asText, type, item, bindings)).join(' OR ')})`;
    }
    case 'prefix':
    case 'contains': {
      if (typeof value !== 'string') throw badValue(filter, 'a text');
      const call = op === 'prefix' ? 'starts_with' : 'contains';
      return `${call}(lower(${asText}), lower(${bindings.bind(value)}))`;
    }
    case 'gt':
    case 'gte':
    case 'lt':
    case 'lte': {
      const sign = { gt: '>', gte: '>=', lt: '<', lte: '<=' }[op];
      if (typeof value === 'number') return compareNumber(subject, asText, type, sign, value, bindings);
      if (typeof value !== 'string') throw badValue(filter, 'a number or a text');
      if (type === 'number') return 'false';
      const bound = bindings.bind(value);
      return type === 'text'
        ? `${asText} ${sign} ${bound}`
        : `(json_type(${subject}) = 'VARCHAR' AND ${asText} ${sign} ${bound})`;
    }
    case 'cidr': {
      const network = typeof value === 'string' ? parseNetwork(value) : undefined;
      if (network === undefined) throw badValue(filter, 'a network such as 192.0.2.0/24');
      const width = network.family === 4 ? 32 : 128;
      const mapped = network.family === 4 ? 0xffff_0000_0000n : 0n;
      const low = network.base | mapped;
      const high = low | ((1n << BigInt(width - network.prefix)) - 1n);
      const hex = (address: bigint): string => bindings.bind(address.toString(16).padStart(32, '0'));
      const within = `ip_key(${asText}) BETWEEN ${hex(low)} AND ${hex(high)}`;
      return network.family === 4
        ? within
        : `(${within} AND NOT starts_with(ip_key(${asText}), '00000000000000000000ffff'))`;
    }
    case 'exists':
      return 'true';
    default:
      throw new NetSentinelError('STORE_BAD_QUERY', 'bug', `there is no operator ${String(op satisfies never)}`);
  }
}

function equals(subject: string, asText: string, type: Typed, value: unknown, bindings: Bindings): string {
  if (typeof value === 'number') return compareNumber(subject, asText, type, '=', value, bindings);
  if (typeof value === 'boolean')
    return type === 'json'
      ? `(json_type(${subject}) = 'BOOLEAN' AND ${asText} = ${bindings.bind(String(value))})`
      : 'false';
  return `${asText} = ${bindings.bind(String(value))}`;
}

function compareNumber(
  subject: string,
  asText: string,
  type: Typed,
  sign: string,
  value: number,
  bindings: Bindings,
): string {
  if (type === 'text') return 'false';
  // As text: a whole number beyond HUGEINT could not be bound.
  const bound = `CAST(${bindings.bind(String(value))} AS DOUBLE)`;
  if (type === 'number') return `${subject} ${sign} ${bound}`;
  return `(json_type(${subject}) IN ('BIGINT', 'UBIGINT', 'DOUBLE', 'HUGEINT') AND TRY_CAST(${asText} AS DOUBLE) ${sign} ${bound})`;
}

function badValue(filter: EventFilter, wanted: string): NetSentinelError {
  return new NetSentinelError('STORE_BAD_QUERY', 'user', `the filter on ${filter.field} needs ${wanted}`, {
    hint: `${filter.op} compares with ${wanted}.`,
  });
}
