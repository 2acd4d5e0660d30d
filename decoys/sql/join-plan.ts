/** How rows of several sources come together: tuples with a slot for each source, joined through a map where they compare for equality. */
import type { Join } from './ast.types.ts';
import type { Compiled, Dialect, Environment, Tuple } from './dialect.types.ts';
import { equalKey } from './row-key.ts';
import type { Row } from './values.ts';

export interface Plan {
  /** Which slots of a tuple it fills. */
  readonly slots: readonly number[];
  /** Whether it looks at what stands to its left. */
  readonly lateral: boolean;
  run(env: Environment | undefined, left: Tuple): readonly Tuple[];
}

export interface Condition {
  readonly compiled: Compiled;
  readonly uses: ReadonlySet<number>;
  /** Both sides of an equality, apart. */
  readonly equal: { readonly left: Side; readonly right: Side } | undefined;
}

export interface Side {
  readonly compiled: Compiled;
  readonly uses: ReadonlySet<number>;
}

/** The rows of one source as tuples that hold nothing else yet. */
export function tuples(rows: readonly Row[], slot: number, dialect: Dialect): Tuple[] {
  dialect.spend(rows.length);
  return rows.map((row) => {
    const tuple: (Row | undefined)[] = [];
    tuple[slot] = row;
    return tuple;
  });
}

/** `conditions` are all those that the join itself has to hold to. */
export function joined(
  type: Join['type'],
  left: Plan,
  right: Plan,
  conditions: readonly Condition[],
  dialect: Dialect,
): Plan {
  const within = new Set([...left.slots, ...right.slots]);
  const rights = new Set(right.slots);
  const pairs = right.lateral ? [] : conditions.flatMap((condition) => orient(condition, within, rights));
  const rest = conditions.filter((condition) => !pairs.some((pair) => pair.condition === condition));
  const keepLeft = type === 'left' || type === 'full';
  const keepRight = type === 'right' || type === 'full';
  return {
    slots: [...left.slots, ...right.slots],
    lateral: left.lateral,
    run(env, outer) {
      const lefts = left.run(env, outer);
      const found: Tuple[] = [];
      const rightRows = right.lateral ? undefined : right.run(env, outer);
      const index = rightRows === undefined || pairs.length === 0 ? undefined : indexed(rightRows, pairs, env, dialect);
      const used = keepRight ? new Set<Tuple>() : undefined;
      for (const tuple of lefts) {
        let matched = false;
        const candidates =
          index === undefined
            ? (rightRows ?? right.run(env, tuple))
            : index.get(
                equalKey(
                  dialect,
                  pairs.map((pair) => pair.other.compiled.run({ tuple, parent: env })),
                ),
              );
        for (const candidate of candidates ?? []) {
          dialect.spend(1);
          const merged = merge(tuple, candidate, right.slots);
          if (!holds(rest, merged, env, dialect)) continue;
          matched = true;
          used?.add(candidate);
          found.push(merged);
        }
        if (!matched && keepLeft) found.push(tuple);
      }
      if (used !== undefined) for (const candidate of rightRows ?? []) if (!used.has(candidate)) found.push(candidate);
      return found;
    },
  };
}

export function filtered(plan: Plan, conditions: readonly Condition[], dialect: Dialect): Plan {
  if (conditions.length === 0) return plan;
  return {
    ...plan,
    run: (env, left) => plan.run(env, left).filter((tuple) => holds(conditions, tuple, env, dialect)),
  };
}

function merge(left: Tuple, right: Tuple, slots: readonly number[]): Tuple {
  const merged = left.slice();
  for (const slot of slots) merged[slot] = right[slot];
  return merged;
}

function holds(
  conditions: readonly Condition[],
  tuple: Tuple,
  parent: Environment | undefined,
  dialect: Dialect,
): boolean {
  for (const { compiled } of conditions) {
    dialect.spend(1);
    if (dialect.truth(compiled.run({ tuple, parent })) !== true) return false;
  }
  return true;
}

interface Pair {
  readonly condition: Condition;
  /** Of the joined side, and of what stands before it. */
  readonly own: Side;
  readonly other: Side;
}

/** The sides of an equality between what is joined and what stands before it; none where it compares something else. */
function orient(condition: Condition, within: ReadonlySet<number>, rights: ReadonlySet<number>): Pair[] {
  if (condition.equal === undefined) return [];
  const { left, right } = condition.equal;
  const isOwn = ({ uses }: Side): boolean => uses.size > 0 && [...uses].every((slot) => rights.has(slot));
  const isOther = ({ uses }: Side): boolean => [...uses].every((slot) => within.has(slot) && !rights.has(slot));
  if (isOwn(right) && isOther(left)) return [{ condition, own: right, other: left }];
  if (isOwn(left) && isOther(right)) return [{ condition, own: left, other: right }];
  return [];
}

function indexed(
  rows: readonly Tuple[],
  pairs: readonly Pair[],
  parent: Environment | undefined,
  dialect: Dialect,
): Map<string | undefined, Tuple[]> {
  const index = new Map<string | undefined, Tuple[]>();
  for (const tuple of rows) {
    const key = equalKey(
      dialect,
      pairs.map(({ own }) => own.compiled.run({ tuple, parent })),
    );
    if (key === undefined) continue;
    const known = index.get(key);
    if (known === undefined) index.set(key, [tuple]);
    else known.push(tuple);
  }
  return index;
}
