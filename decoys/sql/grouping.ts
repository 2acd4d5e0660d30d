/** GROUP BY: what is grouped by, which columns may stand beside it, and the groups themselves. */
import type { Expression, SelectCore } from './ast.types.ts';
import type { Compiler } from './compile-expression.ts';
import type { Compiled, Dialect, Environment, Tuple } from './dialect.types.ts';
import type { ResultColumn } from './relation.ts';
import { rowKey } from './row-key.ts';
import type { Scope } from './scope.ts';
import type { Value } from './values.ts';

/** An item of the select list, as far as it is known before rows are. */
export interface CompiledItem {
  readonly column: ResultColumn;
  readonly compiled: Compiled;
  readonly alias: string | undefined;
}

/** Numbers and aliases stand for items of the select list, where no column has that name. */
export function compileGroups(core: SelectCore, compiler: Compiler, items: readonly CompiledItem[]): Compiled[] {
  const { dialect, scope } = compiler;
  scope.clause = 'group statement';
  const found = scope.aggregated;
  scope.aggregated = 'no';
  const result = core.group.map((by): Compiled => {
    if (by.kind === 'literal' && typeof by.value === 'number') {
      const item = items[by.value - 1];
      if (item === undefined) throw dialect.faults.unknownPosition(by.value, 'group statement', by.at);
      return item.compiled;
    }
    if (by.kind === 'column' && by.path.length === 1) {
      const item = items.find(({ alias }) => alias !== undefined && dialect.sameName(alias, by.path[0]!));
      if (item !== undefined && scope.find(by.path, dialect, by.at) === undefined) return item.compiled;
    }
    return compiler.compile(by);
  });
  scope.aggregated = found;
  return result;
}

/** Every column of the list must be grouped by, or stand in an aggregate; those of a table whose key is grouped by may stand free. */
export function checkGrouped(dialect: Dialect, core: SelectCore, scope: Scope): void {
  const { group } = core;
  if (group.some(({ kind }) => kind === 'literal')) return;
  const names = new Set(group.flatMap((by) => (by.kind === 'column' ? [by.path.at(-1)!] : [])));
  const texts = new Set(group.map(plainText));
  const aliases = new Set(core.items.flatMap(({ alias }) => alias ?? []));
  const walk = (value: unknown): void => {
    if (Array.isArray(value)) for (const each of value) walk(each);
    if (value === null || typeof value !== 'object' || Array.isArray(value)) return;
    const node = value as Expression;
    if (node.kind === ('query' as string) || texts.has(plainText(node))) return;
    if (
      node.kind === 'call' &&
      dialect.aggregate(
        node,
        node.args.map(() => ({ type: dialect.intType, run: () => null })),
      ) !== undefined
    )
      return;
    if (node.kind === 'column') {
      const found = scope.find(node.path, dialect, node.at);
      if (found === undefined || found.depth > 0 || names.has(node.path.at(-1)!)) return;
      const keyed = found.from.columns.some(
        ({ name, origin }) => names.has(name) && origin?.column.autoIncrement === true,
      );
      if (!keyed) throw dialect.faults.ungrouped!(`${found.from.alias}.${node.path.at(-1)!}`, node.at);
      return;
    }
    for (const each of Object.values(node)) walk(each);
  };
  for (const { value, alias } of core.items)
    if (alias === undefined || !(aliases.has(alias) && names.has(alias))) walk(value);
}

/** An environment for each row that the select gives: each tuple, or (`group`) each group with its first tuple; without columns to group by all are one. */
export function groupTuples(
  dialect: Dialect,
  tuples: readonly Tuple[],
  parent: Environment | undefined,
  group: readonly Compiled[] | undefined,
  volatile: boolean,
): Environment[] {
  if (group === undefined) return tuples.map((tuple) => ({ tuple, parent }));
  if (group.length === 0) return [{ tuple: tuples[0] ?? [], parent, group: tuples }];
  const groups = new Map<string, Tuple[]>();
  for (const tuple of tuples) {
    const values = (): Value[] => group.map((by) => by.run({ tuple, parent }));
    const first = values();
    const known = groups.get(rowKey(dialect, first));
    if (known === undefined) {
      // What is new is worked out again when it is written down: chance may make it something that is there already.
      const written = volatile ? values() : first;
      const key = rowKey(dialect, written);
      if (volatile && groups.has(key)) {
        const fault = dialect.faults.duplicateGroup?.(written);
        if (fault !== undefined) throw fault;
      }
      groups.set(key, [tuple]);
    } else known.push(tuple);
  }
  dialect.spend(tuples.length);
  return [...groups.values()].map((members) => ({ tuple: members[0]!, parent, group: members }));
}

function plainText(expression: Expression): string {
  return JSON.stringify(expression, (key, value: unknown) =>
    key === 'at' ? undefined : typeof value === 'bigint' ? String(value) : value,
  );
}
