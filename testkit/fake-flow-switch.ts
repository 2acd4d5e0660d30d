/** A switch in memory that ends flows by itself: what `FlowSwitch` of the enforcer needs, in shape. */
import type { Clock } from '@netsentinel/contracts/clock';
import { formatNetwork, parseNetwork, type Network } from '@netsentinel/kernel/address';

interface Flow {
  readonly family: 4 | 6;
  readonly src?: Network;
  readonly dst?: Network;
  readonly srcMac?: string;
  readonly dstMac?: string;
  readonly protocol?: object;
  readonly fragment?: true;
  readonly tracked?: string;
  readonly above: number;
  readonly actions: readonly { readonly kind: string }[];
}
type Mod =
  | { readonly kind: 'add'; readonly flow: Flow; readonly seconds: number }
  | { readonly kind: 'delete'; readonly flow: Flow };
type Done = { readonly ok: true } | { readonly ok: false; readonly reason: string };

export class FakeFlowSwitch {
  readonly name: string;
  readonly #clock: Clock;
  /** Ends on the monotonic clock, by key: `drop src 198.18.0.2`, `normal src 198.18.0.2 dst 198.18.0.9`. */
  readonly flows = new Map<string, number>();
  down = false;
  taken: string | undefined;
  /** Why it takes no flows that are tried. */
  unable: string | undefined;

  constructor(name: string, clock: Clock) {
    this.name = name;
    this.#clock = clock;
  }

  /** Networks dropped in both directions. */
  dropped(): string[] {
    this.#expire();
    return [...this.flows.keys()].flatMap((key) => {
      const text = /^drop src (\S+)$/.exec(key)?.[1];
      return text !== undefined && this.flows.has(`drop dst ${text}`) ? [text] : [];
    });
  }

  look(): Promise<
    { readonly ok: true; readonly flows: number } | { readonly ok: false; reason: string; hint: string }
  > {
    this.#expire();
    return Promise.resolve(
      this.down
        ? { ok: false, reason: `${this.name} is down`, hint: 'Switch it on.' }
        : { ok: true, flows: this.flows.size },
    );
  }
  stranger(): Promise<string | undefined> {
    return Promise.resolve(this.taken);
  }
  tries(): Promise<string | undefined> {
    return Promise.resolve(this.unable);
  }
  key({ src, dst, srcMac, dstMac, protocol, fragment, tracked, actions }: Flow): string {
    const what = actions.length === 0 ? 'drop' : actions.map(({ kind }) => kind).join(' ');
    return [
      what,
      ...(src === undefined ? [] : ['src', formatNetwork(src)]),
      ...(dst === undefined ? [] : ['dst', formatNetwork(dst)]),
      ...(srcMac === undefined ? [] : ['from', srcMac]),
      ...(dstMac === undefined ? [] : ['to', dstMac]),
      ...(protocol === undefined ? [] : [JSON.stringify(protocol)]),
      ...(fragment === undefined ? [] : ['fragment']),
      ...(tracked === undefined ? [] : [`tracked ${tracked}`]),
    ].join(' ');
  }
  read(only?: Network): Promise<ReadonlyMap<string, number> | undefined> {
    if (this.down) return Promise.resolve(undefined);
    this.#expire();
    const now = this.#clock.monotonicMs();
    const text = only && formatNetwork(only);
    const found = [...this.flows].filter(([key]) => text === undefined || key.split(' ').includes(text));
    return Promise.resolve(new Map(found.map(([key, end]) => [key, end - now])));
  }
  write(mods: readonly Mod[]): Promise<Done> {
    if (this.down) return Promise.resolve({ ok: false, reason: `${this.name} is down` });
    for (const mod of mods)
      if (mod.kind === 'delete') this.flows.delete(this.key(mod.flow));
      else
        this.flows.set(
          this.key(mod.flow),
          mod.seconds === 0 ? Number.POSITIVE_INFINITY : this.#clock.monotonicMs() + mod.seconds * 1000,
        );
    return Promise.resolve({ ok: true });
  }
  replace(mods: readonly Mod[]): Promise<Done> {
    if (!this.down) this.flows.clear();
    return this.write(mods);
  }
  plan(mod: Mod): string {
    return `${mod.kind} ${this.key(mod.flow)}`;
  }

  /** For tests that add what nobody ordered: networks must be canonical. */
  plant(side: 'src' | 'dst', network: string): void {
    if (parseNetwork(network) === undefined) throw new Error(`not a network: ${network}`);
    this.flows.set(`drop ${side} ${network}`, Number.POSITIVE_INFINITY);
  }

  #expire(): void {
    const now = this.#clock.monotonicMs();
    for (const [key, end] of this.flows) if (end <= now) this.flows.delete(key);
  }
}
