/** Column types: from the words of a definition, and back into them as SHOW CREATE TABLE prints them. */
import type { ColumnDefinition, TypeName } from '../sql/ast.types.ts';
import type { ContentColumn } from '../sql/content/content.types.ts';
import type { Column } from '../sql/relation.ts';
import type { SqlType } from '../sql/values.ts';
import { fault } from './mysql-faults.ts';

/** A column's type with its own words: `int(11)`. */
export interface DeclaredType extends SqlType {
  readonly declared: string;
}

const WIDTHS: Readonly<Record<string, readonly [signed: number, unsigned: number]>> = {
  tinyint: [4, 3],
  smallint: [6, 5],
  mediumint: [9, 8],
  int: [11, 10],
  bigint: [20, 20],
};
const SAME: Readonly<Record<string, string>> = {
  integer: 'int',
  bool: 'tinyint',
  boolean: 'tinyint',
  int1: 'tinyint',
  int2: 'smallint',
  int3: 'mediumint',
  int4: 'int',
  int8: 'bigint',
  dec: 'decimal',
  numeric: 'decimal',
  fixed: 'decimal',
  real: 'double',
  float8: 'double',
  float4: 'float',
  character: 'char',
  nchar: 'char',
  nvarchar: 'varchar',
  long: 'mediumtext',
  serial: 'bigint',
};
const LONG: Readonly<Record<string, number>> = {
  tinytext: 255,
  text: 65_535,
  mediumtext: 16_777_215,
  longtext: 4_294_967_295,
  tinyblob: 255,
  blob: 65_535,
  mediumblob: 16_777_215,
  longblob: 4_294_967_295,
  json: 4_294_967_295,
};
const PLAIN = new Set(['date', 'geometry', 'point', 'inet6', 'inet4', 'uuid']);

export function declaredType(type: TypeName, product: 'mariadb' | 'mysql'): DeclaredType {
  const word = type.path.at(-1)!.toLowerCase();
  const name = Object.hasOwn(SAME, word) ? SAME[word]! : word;
  const unsigned = type.unsigned || word === 'serial';
  const widths = Object.hasOwn(WIDTHS, name) ? WIDTHS[name] : undefined;
  if (widths !== undefined) {
    const width = word === 'bool' || word === 'boolean' ? 1 : (type.args[0] ?? widths[unsigned ? 1 : 0]);
    const shown = product === 'mysql' && !(name === 'tinyint' && width === 1) ? name : `${name}(${width})`;
    return { name, length: width, unsigned, declared: unsigned ? `${shown} unsigned` : shown };
  }
  if (Object.hasOwn(LONG, name)) {
    const shown = name === 'json' && product === 'mariadb' ? 'longtext' : name;
    return { name: shown, length: LONG[name]!, declared: shown };
  }
  if (PLAIN.has(name)) return { name, length: name === 'date' ? 10 : 36, declared: name };
  switch (name) {
    case 'decimal': {
      const [length = 10, scale = 0] = type.args;
      return { name, length, scale, unsigned, declared: `decimal(${length},${scale})${unsigned ? ' unsigned' : ''}` };
    }
    case 'double':
    case 'float':
      return {
        name,
        length: name === 'double' ? 22 : 12,
        declared: type.args.length === 2 ? `${name}(${type.args.join(',')})` : name,
      };
    case 'datetime':
    case 'timestamp':
    case 'time':
      return {
        name,
        length: name === 'time' ? 10 : 19,
        scale: type.args[0] ?? 0,
        declared: type.args[0] === undefined || type.args[0] === 0 ? name : `${name}(${type.args[0]})`,
      };
    case 'year':
      return { name, length: 4, unsigned: true, declared: product === 'mysql' ? 'year' : 'year(4)' };
    case 'bit':
      return { name, length: type.args[0] ?? 1, declared: `bit(${type.args[0] ?? 1})` };
    case 'char':
    case 'binary':
    case 'varchar':
    case 'varbinary': {
      const length = type.args[0] ?? (name.startsWith('var') ? undefined : 1);
      if (length === undefined)
        throw fault(
          1064,
          '42000',
          `You have an error in your SQL syntax; check the manual that corresponds to your ${product === 'mysql' ? 'MySQL' : 'MariaDB'} server version for the right syntax to use near '' at line 1`,
        );
      return { name, length, declared: `${name}(${length})` };
    }
    case 'enum':
    case 'set': {
      const members = type.members ?? [];
      return {
        name,
        length: Math.max(1, ...members.map(({ length }) => length)),
        declared: `${name}(${members.map((member) => `'${member.replaceAll("'", "''")}'`).join(',')})`,
      };
    }
    default:
      throw fault(4161, 'HY000', `Unknown data type: '${type.path.at(-1)!}'`);
  }
}

export function typeText(type: SqlType): string {
  return (type as Partial<DeclaredType>).declared ?? type.name;
}

/** A definition as `information_schema.COLUMNS.COLUMN_TYPE` has it. */
export function parseColumnType(text: string): DeclaredType {
  const match = /^(\w+)(?:\((.*)\))?( unsigned)?/.exec(text)!;
  const quoted = match[2]?.startsWith("'") === true;
  return declaredType(
    {
      path: [match[1]!],
      args: quoted || match[2] === undefined ? [] : match[2].split(',').map(Number),
      unsigned: match[3] !== undefined,
      array: 0,
      at: 0,
      ...(quoted ? { members: match[2]!.slice(1, -1).split("','") } : {}),
    },
    'mariadb',
  );
}

export function columnOf(definition: ColumnDefinition, product: 'mariadb' | 'mysql'): Column {
  const type = declaredType(definition.type, product);
  const { default: fallback, defaultText } = definition;
  return {
    name: definition.name,
    type,
    notNull: definition.notNull || definition.autoIncrement,
    autoIncrement: definition.autoIncrement,
    ...(fallback === undefined ? {} : { default: fallback }),
    ...(defaultText === undefined || defaultText.toUpperCase() === 'NULL'
      ? {}
      : { defaultText: shownDefault(defaultText) }),
    ...(definition.comment === '' ? {} : { comment: definition.comment }),
  };
}

function shownDefault(text: string): string {
  if (/^(current_timestamp|now\(\)|current_timestamp\(\))$/i.test(text)) return 'current_timestamp()';
  return text.startsWith('"') ? `'${text.slice(1, -1).replaceAll("'", "''")}'` : text;
}

const CONTENT: Readonly<Record<string, string>> = {
  id: 'bigint(20) unsigned',
  int: 'int(11)',
  bigint: 'bigint(20) unsigned',
  flag: 'tinyint(1)',
  money: 'decimal(10,2)',
  text: 'longtext',
  date: 'date',
  time: 'datetime',
};

export function contentColumn(
  { name, type, optional, default: fallback }: ContentColumn,
  product: 'mariadb' | 'mysql',
): Column {
  const parsed = parseColumnType(type.startsWith('text(') ? `varchar${type.slice(4)}` : CONTENT[type]!);
  const declared =
    product === 'mysql'
      ? { ...parsed, declared: parsed.declared.replace(/^((?:small|medium|big)?int)\(\d+\)/, '$1') }
      : parsed;
  const numeric = type === 'int' || type === 'bigint' || type === 'flag' || type === 'money';
  return {
    name,
    type: declared,
    notNull: optional !== true,
    autoIncrement: type === 'id',
    ...(fallback === undefined
      ? {}
      : {
          defaultText: numeric ? String(fallback) : `'${fallback}'`,
          default: {
            kind: 'literal',
            value: numeric ? Number(fallback) : fallback,
            type: { name: numeric ? 'int' : 'varchar' },
            at: 0,
            text: String(fallback),
          },
        }),
  };
}
