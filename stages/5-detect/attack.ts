/** The names behind ATT&CK ids (enterprise v18), read from `content/attack/enterprise.json` at the first question. */
import { readFileSync } from 'node:fs';

export interface Tactic {
  readonly id: string;
  readonly name: string;
  /** As kill-chain phases name it: `credential-access`. */
  readonly key: string;
  /** Place in the matrix, from 0 (reconnaissance). */
  readonly order: number;
}

export interface Technique {
  readonly id: string;
  /** Of a sub-technique its own name; the parent's is found under the id before the dot. */
  readonly name: string;
  readonly tactics: readonly Tactic[];
  /** The first sentence of its description. */
  readonly short: string;
}

interface Knowledge {
  readonly version: string;
  readonly tactics: ReadonlyMap<string, Tactic>;
  readonly techniques: ReadonlyMap<string, Technique>;
}

interface Stored {
  readonly attack: string;
  readonly tactics: readonly (readonly [id: string, name: string, key: string])[];
  readonly techniques: readonly (readonly [id: string, name: string, tactics: readonly number[], short: string])[];
}

const SOURCE = new URL('../../content/attack/enterprise.json', import.meta.url);
let knowledge: Knowledge | undefined;

export function technique(id: string): Technique | undefined {
  return known().techniques.get(id);
}

export function tactic(id: string): Tactic | undefined {
  return known().tactics.get(id);
}

/** All tactics in the order of the matrix. */
export function tactics(): readonly Tactic[] {
  return [...known().tactics.values()];
}

/** The tactics that a technique serves, in the order of the matrix; none for an unknown id. */
export function tacticsOf(techniqueId: string): readonly Tactic[] {
  return technique(techniqueId)?.tactics ?? [];
}

/** Every name by its id, and the matrix, for those who show them. */
export function attackNames(): {
  /** Of ATT&CK: `18`. */
  readonly version: string;
  readonly techniques: Readonly<Record<string, string>>;
  readonly tactics: Readonly<Record<string, string>>;
  /** The tactics in their order, each with the techniques that serve it; sub-techniques follow theirs. */
  readonly matrix: readonly { readonly tactic: string; readonly techniques: readonly string[] }[];
} {
  const names = (all: ReadonlyMap<string, { readonly name: string }>): Record<string, string> =>
    Object.fromEntries([...all].map(([id, { name }]) => [id, name]));
  const serving = new Map(tactics().map(({ id }) => [id, [] as string[]]));
  // The table is in the order of ids, by which sub-techniques follow theirs.
  for (const one of known().techniques.values()) for (const { id } of one.tactics) serving.get(id)?.push(one.id);
  return {
    version: attackVersion(),
    techniques: names(known().techniques),
    tactics: names(known().tactics),
    matrix: [...serving].map(([id, techniques]) => ({ tactic: id, techniques })),
  };
}

export function attackVersion(): string {
  return known().version;
}

function known(): Knowledge {
  knowledge ??= read();
  return knowledge;
}

function read(): Knowledge {
  const stored = JSON.parse(readFileSync(SOURCE, 'utf8')) as Stored;
  const all = stored.tactics.map(([id, name, key], order): Tactic => ({ id, name, key, order }));
  const techniques = stored.techniques.map(([id, name, places, short]): Technique => ({
    id,
    name,
    tactics: places.flatMap((at) => all[at] ?? []),
    short,
  }));
  return {
    version: stored.attack,
    tactics: new Map(all.map((one) => [one.id, one])),
    techniques: new Map(techniques.map((one) => [one.id, one])),
  };
}
