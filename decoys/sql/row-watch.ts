/** Tells when an answer holds rows that were planted for thieves. */
import { honeytokenSecrets } from '../honeytoken/draw-honeytokens.ts';
import type { Persona } from '../persona/persona.types.ts';
import { plantedTable } from './content/planted-rows.ts';
import type { ResultSet } from './relation.ts';
import type { SqlWatch } from './sql-watch.ts';

/** Cells of an answer that are looked at. */
const MAX_CELLS = 1_000_000;

export class RowWatch {
  readonly #pattern: RegExp | undefined;
  readonly #table: string;
  readonly #watch: SqlWatch;
  /** Each is told once. */
  readonly #told = new Set<string>();

  constructor(persona: Persona, engine: 'mysql' | 'postgresql', watch: SqlWatch) {
    const place = plantedTable(persona);
    this.#watch = watch;
    this.#table = place === undefined ? '' : `${place.database}.${place.table}`;
    if (place?.engine !== engine) return;
    const words = honeytokenSecrets(persona).rows.flatMap(({ email, apiKey }) => [email.split('@')[0]!, apiKey]);
    this.#pattern = new RegExp(words.join('|'), 'g');
  }

  rows({ rows }: Pick<ResultSet, 'rows'>): void {
    if (this.#pattern === undefined) return;
    let left = MAX_CELLS;
    const found: string[] = [];
    for (const row of rows) {
      for (const value of row) if (typeof value === 'string' && value.length > 8) this.#find(value, found);
      if ((left -= row.length) <= 0) break;
    }
    this.#tell(found);
  }

  text(lines: readonly string[]): void {
    const found: string[] = [];
    for (const line of lines) this.#find(line, found);
    this.#tell(found);
  }

  #find(text: string, found: string[]): void {
    if (this.#pattern === undefined) return;
    for (const [word] of text.matchAll(this.#pattern)) {
      if (this.#told.has(word)) continue;
      this.#told.add(word);
      found.push(word);
    }
  }

  #tell(found: readonly string[]): void {
    if (found.length > 0) this.#watch.move('honeytoken', `read from ${this.#table}: ${found.join(' ')}`);
  }
}
