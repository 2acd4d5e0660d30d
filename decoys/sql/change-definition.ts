/** ALTER TABLE's effect on a table; a new one comes of it. */
import type { AlterAction, ColumnDefinition, KeyDefinition } from './ast.types.ts';
import type { Column, Key, Table } from './relation.ts';
import type { Row, Value } from './values.ts';

export interface DefinitionHelp {
  /** A column as this server makes it of its definition. */
  column(definition: ColumnDefinition): Column;
  keyName(key: KeyDefinition, table: { readonly name: string; readonly keys: readonly Key[] }): string;
  initial(column: Column): Value;
  missingColumn(name: string, doing: 'drop' | 'change', table: Table): Error;
  duplicateColumn(name: string, table: Table): Error;
  /** Undefined where it may be one that is not kept: a check, a foreign key. */
  missingKey?(name: string, table: Table): Error | undefined;
}

export function alterTable(table: Table, rows: readonly Row[], action: AlterAction, help: DefinitionHelp): Table {
  const find = (name: string): number =>
    table.columns.findIndex((column) => column.name.toLowerCase() === name.toLowerCase());
  switch (action.kind) {
    case 'add-column': {
      if (find(action.column.name) >= 0) {
        if (action.optional) return table;
        throw help.duplicateColumn(action.column.name, table);
      }
      const column = help.column(action.column);
      const at =
        action.position === undefined ? table.columns.length : action.position === '' ? 0 : find(action.position) + 1;
      const initial = help.initial(column);
      return {
        ...table,
        columns: table.columns.toSpliced(at, 0, column),
        rows: rows.map((row) => row.toSpliced(at, 0, initial)),
      };
    }
    case 'drop-column': {
      const at = find(action.name);
      if (at < 0) {
        if (action.optional) return table;
        throw help.missingColumn(action.name, 'drop', table);
      }
      const { name } = table.columns[at]!;
      return {
        ...table,
        columns: table.columns.toSpliced(at, 1),
        keys: table.keys.filter(({ columns }) => !columns.includes(name)),
        rows: rows.map((row) => row.toSpliced(at, 1)),
      };
    }
    case 'rename-column':
    case 'change-column': {
      const at = find(action.name);
      if (at < 0) throw help.missingColumn(action.name, 'change', table);
      const old = table.columns[at]!;
      const column = action.kind === 'rename-column' ? { ...old, name: action.to } : help.column(action.column);
      const keys = table.keys.map((key) => ({
        ...key,
        columns: key.columns.map((name) => (name === old.name ? column.name : name)),
      }));
      return { ...table, columns: table.columns.toSpliced(at, 1, column), keys };
    }
    case 'add-key':
      return action.key.kind === 'foreign' || action.key.kind === 'check'
        ? table
        : {
            ...table,
            keys: [
              ...table.keys,
              { kind: action.key.kind, name: help.keyName(action.key, table), columns: action.key.columns },
            ],
          };
    case 'drop-key': {
      const keys = table.keys.filter(({ name }) => name.toLowerCase() !== action.name.toLowerCase());
      if (keys.length === table.keys.length && !action.optional) {
        const error = help.missingKey?.(action.name, table);
        if (error !== undefined) throw error;
      }
      return { ...table, keys };
    }
    default:
      return table;
  }
}

/** The keys of a new table, primary first, from its columns' words and its own. */
export function keysOf(
  name: string,
  columns: readonly ColumnDefinition[],
  definitions: readonly KeyDefinition[],
  keyName: DefinitionHelp['keyName'],
): Key[] {
  const keys: Key[] = [];
  const all: KeyDefinition[] = [
    ...columns
      .filter(({ primary }) => primary)
      .map((column): KeyDefinition => ({ kind: 'primary', name: undefined, columns: [column.name] })),
    ...definitions.filter(({ kind }) => kind === 'primary'),
    ...columns
      .filter(({ unique }) => unique)
      .map((column): KeyDefinition => ({ kind: 'unique', name: undefined, columns: [column.name] })),
    ...definitions.filter(({ kind }) => kind === 'unique' || kind === 'index' || kind === 'fulltext'),
  ];
  for (const key of all) keys.push({ kind: key.kind, name: keyName(key, { name, keys }), columns: key.columns });
  return keys;
}
