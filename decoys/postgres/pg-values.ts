/** Values from the text that clients write, and to the text that they see. */
import { Decimal, type SqlType, type Value, integer } from '../sql/values.ts';
import { fault, shownType } from './pg-faults.ts';
import { UNKNOWN, isTime, wholeRange } from './pg-types.ts';

/** Where PostgreSQL complains of a text that is no value of the type. */
const READERS: Readonly<Record<string, readonly [routine: string, file: string, line: number]>> = {
  int8: ['pg_strtoint64', 'numutils.c', 316],
  int2: ['pg_strtoint16', 'numutils.c', 156],
  numeric: ['set_var_from_str', 'numeric.c', 6928],
  float8: ['float8in_internal_opt_error', 'float.c', 484],
  bool: ['boolin', 'bool.c', 151],
  date: ['DateTimeParseError', 'datetime.c', 4048],
  timestamp: ['DateTimeParseError', 'datetime.c', 4048],
  timestamptz: ['DateTimeParseError', 'datetime.c', 4048],
  uuid: ['string_to_uuid', 'uuid.c', 133],
  oid: ['oidin_subr', 'oid.c', 62],
};

/** What a text means as a value of this type. */
export function parseValue(text: string, type: SqlType, at?: number): Value {
  const position = at === undefined ? {} : { at };
  const invalid = (): never => {
    const where = Object.hasOwn(READERS, type.name) ? READERS[type.name]! : undefined;
    throw fault(isTime(type) ? '22007' : '22P02', `invalid input syntax for type ${shownType(type.name)}: "${text}"`, {
      ...position,
      ...(where === undefined ? {} : { where }),
    });
  };
  if (type.element !== undefined)
    return type.name.endsWith('vector')
      ? text
          .split(' ')
          .filter((part) => part !== '')
          .map(Number)
      : parseArray(text, type.element, invalid);
  const range = wholeRange(type);
  if (range !== undefined) {
    if (!/^\s*[+-]?\d+\s*$/.test(text)) return invalid();
    const value = BigInt(text.trim());
    if (value < range[0] || value > range[1])
      throw fault('22003', `value "${text}" is out of range for type ${shownType(type.name)}`, position);
    return integer(value);
  }
  switch (type.name) {
    case 'numeric': {
      if (/^\s*nan\s*$/i.test(text)) return 'NaN';
      const value = Decimal.parse(text);
      if (value === undefined) return invalid();
      return type.length === undefined ? value : value.rescale(type.scale ?? 0);
    }
    case 'float4':
    case 'float8': {
      const value = Number(text.trim().replace(/^([+-]?)inf(inity)?$/i, '$1Infinity'));
      return text.trim() === '' || (Number.isNaN(value) && !/^nan$/i.test(text.trim())) ? invalid() : value;
    }
    case 'bool': {
      const word = text.trim().toLowerCase();
      if (/^(t|tr|tru|true|y|ye|yes|on|1)$/.test(word)) return true;
      return /^(f|fa|fal|fals|false|n|no|of|off|0)$/.test(word) ? false : invalid();
    }
    case 'timestamp':
    case 'timestamptz':
    case 'date':
      return parseTime(text, type.name) ?? invalid();
    case 'bytea':
      return text.startsWith('\\x')
        ? /^([0-9a-fA-F]{2})*$/.test(text.slice(2))
          ? new Uint8Array(Buffer.from(text.slice(2), 'hex'))
          : invalid()
        : new Uint8Array(
            Buffer.from(
              text.replace(/\\(\d{3}|\\)/g, (_, code: string) =>
                code === '\\' ? '\\' : String.fromCharCode(Number.parseInt(code, 8)),
              ),
              'latin1',
            ),
          );
    case 'uuid':
      return /^[0-9a-fA-F]{8}-?([0-9a-fA-F]{4}-?){3}[0-9a-fA-F]{12}$/.test(text) ? text.toLowerCase() : invalid();
    case 'json':
    case 'jsonb':
      try {
        const value: unknown = JSON.parse(text);
        return type.name === 'jsonb' ? spacedJson(value) : text;
      } catch {
        throw fault('22P02', 'invalid input syntax for type json', {
          ...position,
          detail: `Token "${text.slice(0, 20)}" is invalid.`,
        });
      }
    case 'varchar':
    case 'bpchar':
      return type.length === undefined ? text : text.slice(0, type.length);
    case 'name':
      return text.slice(0, 63);
    case 'char':
      return text.slice(0, 1);
    default:
      return text;
  }
}

export function spacedJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(spacedJson).join(', ')}]`;
  if (value !== null && typeof value === 'object')
    return `{${Object.entries(value)
      .map(([key, each]) => `${JSON.stringify(key)}: ${spacedJson(each)}`)
      .join(', ')}}`;
  return JSON.stringify(value);
}

function parseTime(text: string, type: string): string | undefined {
  if (/^\s*(now|today)\s*$/i.test(text))
    return new Date()
      .toISOString()
      .slice(0, type === 'date' ? 10 : 19)
      .replace('T', ' ');
  const match =
    /^\s*(\d{4})-(\d{1,2})-(\d{1,2})(?:[ T](\d{1,2}):(\d{2})(?::(\d{2})(\.\d+)?)?)?\s*(Z|[+-]\d{2}(?::?\d{2})?|UTC)?\s*$/.exec(
      text,
    );
  if (match === null) return undefined;
  const [, year, month, day, hour = '0', minute = '0', second = '0', fraction = ''] = match;
  const at = new Date(
    Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour), Number(minute), Number(second)),
  );
  if (at.getUTCDate() !== Number(day)) return undefined;
  const iso = at.toISOString();
  return type === 'date'
    ? iso.slice(0, 10)
    : `${iso.slice(0, 10)} ${iso.slice(11, 19)}${fraction.replace(/0+$/, '').replace(/^\.$/, '')}${type === 'timestamptz' ? '+00' : ''}`;
}

function parseArray(text: string, element: SqlType, invalid: () => never): Value[] {
  const trimmed = text.trim();
  if (!trimmed.startsWith('{') || !trimmed.endsWith('}'))
    throw fault('22P02', `malformed array literal: "${text}"`, {
      detail: 'Array value must start with "{" or dimension information.',
      where: ['array_in', 'arrayfuncs.c', 269],
    });
  const items: Value[] = [];
  let at = 1;
  const end = trimmed.length - 1;
  while (at < end) {
    if (trimmed[at] === '{') {
      let depth = 0;
      const from = at;
      do {
        if (trimmed[at] === '{') depth++;
        if (trimmed[at] === '}') depth--;
        at++;
      } while (depth > 0 && at < end);
      if (items.length > 100_000) return invalid();
      items.push(parseArray(trimmed.slice(from, at), element, invalid));
    } else if (trimmed[at] === '"') {
      let item = '';
      for (at++; at < end && trimmed[at] !== '"'; at++) {
        if (trimmed[at] === '\\') at++;
        item += trimmed[at] ?? '';
      }
      at++;
      items.push(parseValue(item, element));
    } else {
      let stop = trimmed.indexOf(',', at);
      if (stop < 0 || stop > end) stop = end;
      const item = trimmed.slice(at, stop).trim();
      items.push(/^null$/i.test(item) ? null : parseValue(item, element));
      at = stop;
    }
    if (trimmed[at] === ',') at++;
  }
  return items;
}

/** How a value looks, without the names behind oids. */
export function plainText(value: Value, type: SqlType): string {
  if (value === null) return '';
  if (typeof value === 'boolean') return value ? 't' : 'f';
  if (typeof value === 'string') return value;
  if (value instanceof Uint8Array) return `\\x${Buffer.from(value).toString('hex')}`;
  if (Array.isArray(value)) {
    const items = value as readonly Value[];
    if (type.name === 'int2vector' || type.name === 'oidvector') return items.join(' ');
    if (type.name === 'record')
      return `(${items.map((item) => (item === null ? '' : quotedItem(plainText(item, UNKNOWN), /[",()\\\s]/))).join(',')})`;
    return `{${items.map((item) => (item === null ? 'NULL' : Array.isArray(item) ? plainText(item as Value, type) : quotedItem(plainText(item, type.element ?? UNKNOWN), /[",{}\\\s]|^$|^null$/i))).join(',')}}`;
  }
  if (value instanceof Decimal)
    return type.name === 'numeric' && type.scale !== undefined && type.length !== undefined
      ? value.rescale(type.scale).toString()
      : value.toString();
  if (typeof value === 'number' && !Number.isInteger(value))
    return Number.isNaN(value)
      ? 'NaN'
      : Number.isFinite(value)
        ? String(value).replace(/e([+-])(\d)$/, 'e$10$2')
        : value > 0
          ? 'Infinity'
          : '-Infinity';
  if (typeof value === 'number' && type.name === 'float8' && Math.abs(value) >= 1e15)
    return value.toExponential().replace(/e\+(\d)$/, 'e+0$1');
  return String(value);
}

function quotedItem(text: string, special: RegExp): string {
  return special.test(text) ? `"${text.replace(/["\\]/g, '\\$&')}"` : text;
}
