/** Rows that nobody has a use for but a thief: where they are planted in a persona's databases. What they say is drawn in `decoys/honeytoken`. */
import type { Persona } from '../../persona/persona.types.ts';

export interface PlantedTable {
  readonly engine: 'mysql' | 'postgresql';
  readonly database: string;
  readonly table: string;
}

type Kind = Persona['databases'][number]['content'];

const TABLES: Partial<Record<Kind, string>> = { shop: 'customers', wordpress: 'wp_users' };

/** Undefined where the machine has no database with tables of its own. */
export function plantedTable(persona: Pick<Persona, 'databases'>): PlantedTable | undefined {
  for (const { engine, name, content } of persona.databases)
    if (engine === 'mysql' || engine === 'postgresql')
      return { engine, database: name, table: TABLES[content] ?? 'users' };
  return undefined;
}
