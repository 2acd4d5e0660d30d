/** Names that are on, as `set -o` and `shopt` have them. Most shells never turn one: they share the sets that they start with. */
export class Switches {
  #on: ReadonlySet<string>;

  /** `on` is shared with others. */
  constructor(on: ReadonlySet<string>) {
    this.#on = on;
  }

  has(name: string): boolean {
    return this.#on.has(name);
  }

  add(name: string): void {
    this.#turn(name, true);
  }

  delete(name: string): void {
    this.#turn(name, false);
  }

  copy(): Switches {
    return new Switches(this.#on);
  }

  #turn(name: string, on: boolean): void {
    if (this.#on.has(name) === on) return;
    const names = new Set(this.#on);
    if (on) names.add(name);
    else names.delete(name);
    this.#on = names;
  }
}
