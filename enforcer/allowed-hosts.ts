/**
 * Hosts that are never blocked, by name: their addresses are asked for again every minute. One that was given stays protected for an hour,
 * since many names answer with a few of their addresses at a time; and a name server that is away takes no protection from anybody.
 */
import { lookup } from 'node:dns/promises';
import type { Clock } from '@netsentinel/contracts/clock';
import type { Logger } from '@netsentinel/contracts/log';
import { parseAddress, parseNetwork, type Network } from '@netsentinel/kernel/address';

/** The addresses of a host; rejects where it has none or nobody answers. */
export type Resolve = (host: string) => Promise<readonly string[]>;

const EVERY_MS = 60_000;
const KEEP_MS = 3_600_000;
const FIRST_MS = 2000;
const MAX_PER_ANSWER = 64;
const MAX_PER_HOST = 256;

export class AllowedHosts {
  readonly #hosts: readonly string[];
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #resolve: Resolve;
  readonly #onChange: () => void;
  /** Address and until when, on the monotonic clock, by host. */
  readonly #known = new Map<string, Map<string, number>>();
  #cancel: (() => void) | undefined;
  #closed = false;

  constructor(options: {
    readonly hosts: readonly string[];
    readonly clock: Clock;
    readonly log: Logger;
    readonly onChange: () => void;
    readonly resolve?: Resolve | undefined;
  }) {
    this.#hosts = options.hosts;
    this.#clock = options.clock;
    this.#log = options.log;
    this.#onChange = options.onChange;
    this.#resolve = options.resolve ?? systemResolve;
  }

  /** Asks for all of them, and goes on doing so; waits for answers for two seconds at most. */
  async start(): Promise<void> {
    if (this.#hosts.length === 0) return;
    let stop = (): void => {};
    const late = new Promise<void>((resolve) => (stop = this.#clock.after(FIRST_MS, resolve)));
    await Promise.race([this.#round(), late]);
    stop();
  }

  assets(): { readonly network: Network; readonly why: string }[] {
    return [...this.#known].flatMap(([host, addresses]) =>
      [...addresses.keys()].flatMap((text) => {
        const network = parseNetwork(text);
        return network === undefined ? [] : [{ network, why: `the host ${host} on the allow list` }];
      }),
    );
  }

  close(): void {
    this.#closed = true;
    this.#cancel?.();
  }

  async #round(): Promise<void> {
    await Promise.all(this.#hosts.map((host) => this.#ask(host)));
    if (this.#closed) return;
    this.#onChange();
    this.#cancel = this.#clock.after(EVERY_MS, () => void this.#round());
  }

  async #ask(host: string): Promise<void> {
    try {
      const found = await this.#resolve(host);
      const now = this.#clock.monotonicMs();
      const known = this.#known.get(host) ?? new Map<string, number>();
      for (const [text, until] of known) if (until <= now) known.delete(text);
      // Who is protected stays so: an answer of many would otherwise take the protection of all who came before.
      let left = 0;
      for (const text of found.slice(0, MAX_PER_ANSWER).filter((one) => parseAddress(one) !== undefined))
        if (known.has(text) || known.size < MAX_PER_HOST) known.set(text, now + KEEP_MS);
        else left++;
      if (left > 0 || found.length > MAX_PER_ANSWER)
        this.#log.warn('A host on the allow list has more addresses than are protected; the newest are not', { host });
      this.#known.set(host, known);
    } catch (error) {
      this.#log.warn('A host on the allow list could not be resolved; what is known of it stays', { host, error });
    }
  }
}

async function systemResolve(host: string): Promise<readonly string[]> {
  return (await lookup(host, { all: true })).map(({ address }) => address);
}
