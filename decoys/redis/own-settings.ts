/** The settings of one attacker's server: what was changed there, over those that all have. */
export class OwnSettings extends Map<string, string> {
  readonly #common: ReadonlyMap<string, string>;

  constructor(common: ReadonlyMap<string, string>) {
    super();
    this.#common = common;
  }

  override get(name: string): string | undefined {
    return super.get(name) ?? this.#common.get(name);
  }

  override has(name: string): boolean {
    return super.has(name) || this.#common.has(name);
  }

  override *entries(): MapIterator<[string, string]> {
    for (const [name, value] of this.#common) yield [name, super.get(name) ?? value];
    for (const [name, value] of super.entries()) if (!this.#common.has(name)) yield [name, value];
  }

  override [Symbol.iterator](): MapIterator<[string, string]> {
    return this.entries();
  }
}
