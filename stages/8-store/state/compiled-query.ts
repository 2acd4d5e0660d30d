/**
 * Queries that are asked thousands of times a second: Kysely builds and compiles each once for an engine, which takes longer than SQLite needs to
 * answer it; from then on only its values change.
 */
import type { Compilable, CompiledQuery, Kysely, QueryResult } from 'kysely';
import type { StateTables } from './state.tables.ts';

/** Stands in a query for the value of this name. */
class Slot {
  readonly name: string;

  constructor(name: string) {
    this.name = name;
  }
}

/** Any name of it is the slot of that name. */
const SLOTS: object = new Proxy({}, { get: (_, name) => new Slot(String(name)) });

/**
 * `build` writes the query with `value.name` wherever a value of `Values` goes; it must not look at them, as they are not there yet. The
 * answer runs it with its values, in a transaction too.
 */
export function compiledQuery<Values extends object, Row = unknown>(
  build: (db: Kysely<StateTables>, value: Values) => Compilable<Row>,
): (db: Kysely<StateTables>, values: Values) => Promise<QueryResult<Row>> {
  // A store's transactions share its adapter.
  const known = new WeakMap<object, CompiledQuery<Row>>();
  return (db, values) => {
    const { adapter } = db.getExecutor();
    let query = known.get(adapter);
    if (query === undefined) known.set(adapter, (query = build(db, SLOTS as Values).compile()));
    const parameters = query.parameters.map((one) =>
      one instanceof Slot ? (values as Readonly<Record<string, unknown>>)[one.name] : one,
    );
    return db.executeQuery({ ...query, parameters });
  };
}

/** The same for a query about a list of values, which has its length in its text. Lists are filled up to a power of two with their last value. */
export function compiledListQuery<Row>(
  build: (db: Kysely<StateTables>, values: readonly string[]) => Compilable<Row>,
): (db: Kysely<StateTables>, values: readonly string[]) => Promise<QueryResult<Row>> {
  const bySize = new Map<number, ReturnType<typeof compiledQuery<readonly string[], Row>>>();
  return (db, values) => {
    const size = 2 ** Math.ceil(Math.log2(Math.max(1, values.length)));
    let query = bySize.get(size);
    if (query === undefined) {
      query = compiledQuery((on, value) =>
        build(
          on,
          Array.from({ length: size }, (_, i) => value[i]!),
        ),
      );
      bySize.set(size, query);
    }
    const last = values.at(-1);
    return query(
      db,
      Array.from({ length: size }, (_, i) => values[i] ?? last!),
    );
  };
}
