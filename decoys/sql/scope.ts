/** The names that an expression can see: columns of its query's sources, then those of the queries around it. */
import type { CommonTable, WindowClause } from './ast.types.ts';
import type { Dialect } from './dialect.types.ts';
import type { Relation, ResultColumn } from './relation.ts';

export interface ScopeSource {
  readonly alias: string;
  readonly schema: string | undefined;
  readonly columns: readonly ResultColumn[];
  /** Columns that `*` shows only once, after USING. */
  readonly hidden: Set<string>;
}

export interface Found {
  readonly depth: number;
  readonly source: number;
  readonly column: number;
  readonly from: ScopeSource;
}

export class Scope {
  readonly parent: Scope | undefined;
  readonly sources: ScopeSource[] = [];
  readonly common = new Map<string, CommonTable | Relation>();
  /** MySQL's word for where we are: `field list`. */
  clause = 'field list';
  /** Whether anything outside was used. */
  correlated = false;
  /** Sources used since somebody last cleared it. */
  touched = new Set<number>();
  /** Aggregates are allowed where this is set, and noted. */
  aggregated: 'no' | 'allowed' | 'found' = 'no';
  /** Some expression looks at the other rows of the select. */
  windowed = false;
  /** Some expression depends on chance. */
  volatile = false;
  windows: ReadonlyMap<string, WindowClause> = new Map();

  constructor(parent: Scope | undefined) {
    this.parent = parent;
  }

  find(path: readonly string[], dialect: Dialect, at: number): Found | undefined {
    for (const [depth, scope] of this.#chain().entries()) {
      const found = scope.#own(path, dialect, at, depth);
      if (found === undefined) continue;
      scope.touched.add(found.source);
      for (const inner of this.#chain().slice(0, depth)) inner.correlated = true;
      return found;
    }
    return undefined;
  }

  /** This one and those around it, from the inside. */
  #chain(): Scope[] {
    return [this, ...(this.parent === undefined ? [] : this.parent.#chain())];
  }

  #own(path: readonly string[], dialect: Dialect, at: number, depth: number): Found | undefined {
    const name = path.at(-1)!;
    const table = path.at(-2);
    const schema = path.at(-3);
    let found: Found | undefined;
    for (const [source, from] of this.sources.entries()) {
      if (table !== undefined && !sameTable(from.alias, table, dialect)) continue;
      if (schema !== undefined && from.schema !== undefined && from.schema !== schema) continue;
      if (table === undefined && from.hidden.has(name)) continue;
      const column = from.columns.findIndex((candidate) => dialect.sameName(candidate.name, name));
      if (column < 0) continue;
      if (found !== undefined) throw dialect.faults.ambiguousColumn(path, this.clause, at);
      found = { depth, source, column, from };
    }
    return found;
  }

  commonTable(name: string): CommonTable | Relation | undefined {
    for (const scope of this.#chain()) {
      const found = scope.common.get(name);
      if (found !== undefined) return found;
    }
    return undefined;
  }
}

function sameTable(alias: string, name: string, dialect: Dialect): boolean {
  return (
    alias === name ||
    (dialect.flavour === 'mysql' && alias.toLowerCase() === name.toLowerCase() && alias === alias.toUpperCase())
  );
}
