/** The columns of the system's own tables, as the real server was asked for them; read once. */
import type { ResultColumn } from '../sql/relation.ts';
import { parseColumnType } from './mysql-types.ts';
import { serverData } from './server-data.ts';

const definitions = new Map<string, ResultColumn[]>();

/** Undefined for no table of that schema. The name as the server writes it. */
export function systemColumns(schema: string, name: string): readonly ResultColumn[] | undefined {
  const key = `${schema}.${name}`;
  const known = definitions.get(key);
  if (known !== undefined) return known;
  const columns = serverData()
    .columns.filter((cells) => cells[0] === schema && cells[1] === name)
    .map((cells, i): ResultColumn => {
      const column = { name: cells[2]!, type: parseColumnType(cells[3]!), notNull: cells[4] === 'NO' };
      return {
        name: column.name,
        type: column.type,
        origin: { schema, table: name, alias: name, column, number: i + 1 },
      };
    });
  if (columns.length === 0) return undefined;
  definitions.set(key, columns);
  return columns;
}
