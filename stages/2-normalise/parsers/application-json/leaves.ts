/** The values of a JSON object by the names that programs give to the same thing: `client_ip`, `clientIp` and `Client-IP` are one. */
import type { JsonObject } from '@netsentinel/contracts/parser';
import { isObject } from '../../text/document.ts';

type Scalar = string | number | boolean;

const MAX_LEAVES = 256;
const MAX_DEPTH = 6;

export class Leaves {
  readonly #byName = new Map<string, Scalar>();

  constructor(object: JsonObject) {
    this.#collect(object, '', 0);
  }

  /** The first of these that is there. */
  first(names: readonly string[]): Scalar | undefined {
    for (const name of names) {
      const value = this.#byName.get(name);
      if (value !== undefined && value !== '' && value !== '-' && value !== '--') return value;
    }
    return undefined;
  }

  text(names: readonly string[]): string | undefined {
    const value = this.first(names);
    return value === undefined ? undefined : String(value);
  }

  number(names: readonly string[]): number | undefined {
    const value = this.first(names);
    const number = typeof value === 'boolean' ? Number.NaN : Number(value);
    return Number.isFinite(number) ? number : undefined;
  }

  /** What these say, in order, as one text. */
  all(names: readonly string[]): string {
    return names
      .flatMap((name) => {
        const value = this.#byName.get(name);
        return value === undefined || typeof value === 'boolean' ? [] : [String(value)];
      })
      .join(' ; ');
  }

  /** A name that stands further out, or earlier, counts; one below others also counts with them: `addr.remote` as `addrremote` and `remote`. */
  #collect(object: JsonObject, prefix: string, depth: number): void {
    const inner: [string, JsonObject][] = [];
    for (const [key, given] of Object.entries(object)) {
      if (this.#byName.size >= MAX_LEAVES) return;
      const name = key.toLowerCase().replace(/[^a-z0-9]/g, '');
      const value: unknown = Array.isArray(given) ? (given as unknown[])[0] : given;
      if (isObject(value)) inner.push([prefix + name, value]);
      else if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')
        for (const one of [prefix + name, name]) if (!this.#byName.has(one)) this.#byName.set(one, value);
    }
    if (depth < MAX_DEPTH) for (const [name, one] of inner) this.#collect(one, name, depth + 1);
  }
}
