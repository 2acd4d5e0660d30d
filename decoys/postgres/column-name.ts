/** The names of columns that were given none (`FigureColname` of PostgreSQL's parser). */
import type { SelectItem } from '../sql/ast.types.ts';
import { typeNamed } from './pg-types.ts';

/** What a column of the list is headed by, where it was given no name. */
export function columnName({ value }: Pick<SelectItem, 'value'>): string {
  switch (value.kind) {
    case 'column':
      return value.path.at(-1)!;
    case 'call':
      return value.path.at(-1) === 'trim' ? 'btrim' : value.path.at(-1)!;
    case 'cast':
      return value.arg.kind === 'column' || value.arg.kind === 'call'
        ? columnName({ value: value.arg })
        : value.type.path.at(-1) === 'char'
          ? 'bpchar'
          : (typeNamed(value.type.path.at(-1)!)?.name ?? value.type.path.at(-1)!);
    case 'case':
      return value.otherwise?.kind === 'column' ? value.otherwise.path.at(-1)! : 'case';
    case 'exists':
      return 'exists';
    case 'array':
      return 'array';
    case 'row':
      return 'row';
    case 'field':
      return value.name;
    case 'index':
    case 'collate':
      return columnName({ value: value.arg });
    case 'literal':
      return typeof value.value === 'boolean' ? 'bool' : '?column?';
    case 'subquery': {
      const { body } = value.query;
      const item = body.kind === 'select' ? body.items[0] : undefined;
      return item === undefined ? '?column?' : (item.alias ?? columnName(item));
    }
    default:
      return '?column?';
  }
}
