/**
 * Refuses connections in HAProxy by a map: changed through its runtime socket, in force at once, and kept in the file that HAProxy reads at
 * its own start. HAProxy ends no block by itself: we look each second. While the enforcer is down, blocks outlast their time until it is back.
 */
import type { Clock } from '@netsentinel/contracts/clock';
import { formatNetwork } from '@netsentinel/kernel/address';
import { HeldListResponder } from '../../held-list/held-list-responder.ts';
import { ListFile } from '../../held-list/list-file.ts';
import type { HolderFailure, HolderLook, HolderResult, ListHolder, Wanted } from '../../held-list/list-holder.types.ts';
import type { Change, ResponderDefinition } from '../../responder.types.ts';
import { HaproxyMapConfig } from './haproxy-map.config.ts';
import { RuntimeMap } from './runtime-map.ts';

export const haproxyMap: ResponderDefinition<HaproxyMapConfig> = {
  id: 'haproxy-map',
  summary: 'Refuses connections in HAProxy, by a map.',
  config: HaproxyMapConfig,
  create: (ctx, config) => new HeldListResponder('haproxy-map', ctx, new HaproxyMap(ctx.clock, config), config),
};

const HEAD = '# Written by NetSentinel; changes here are undone.\n';
/** Between two readings of the whole map. */
const REREAD_MS = 60_000;

class HaproxyMap implements ListHolder {
  readonly detail: string;
  readonly #clock: Clock;
  readonly #config: HaproxyMapConfig;
  readonly #map: RuntimeMap;
  readonly #file: ListFile;
  /** What we put into the running map. */
  readonly #there = new Set<string>();
  /** The running map is ahead of the file. */
  #unsaved = false;
  #rereadAt = 0;

  constructor(clock: Clock, config: HaproxyMapConfig) {
    this.#clock = clock;
    this.#config = config;
    this.#map = new RuntimeMap(config, clock);
    this.#file = new ListFile(config.file);
    this.detail = `${config.file}, by ${config.socket}`;
  }

  plan({ kind, network }: Change): readonly string[] {
    const { socket, file } = this.#config;
    const text = formatNetwork(network);
    return [`${socket}: ${kind === 'block' ? `add map ${file} ${text} 1` : `del map ${file} ${text}`}`.slice(-512)];
  }

  async replace(wanted: Wanted): Promise<HolderResult> {
    try {
      // First, so that HAProxy finds it should it start just now. Empty, it stays: without it HAProxy would not start.
      this.#save(wanted);
      const all = [...wanted.all()].map(([network]) => network);
      this.#there.clear();
      await this.#map.replace(all);
      for (const network of all) this.#there.add(network);
      this.#rereadAt = this.#clock.monotonicMs();
      return { ok: true };
    } catch (error) {
      return failure(error);
    }
  }

  async change(networks: readonly string[], wanted: Wanted): Promise<HolderResult> {
    const isWanted = (network: string): boolean => wanted.remainingMs(network) !== undefined;
    const add = networks.filter((network) => isWanted(network) && !this.#there.has(network));
    const remove = networks.filter((network) => !isWanted(network));
    try {
      await this.#map.remove(remove);
      for (const network of remove) this.#there.delete(network);
      await this.#map.add(add);
      for (const network of add) this.#there.add(network);
      this.#unsaved = true;
      return { ok: true };
    } catch (error) {
      return failure(error);
    }
  }

  async seen(networks: readonly string[], wanted: Wanted): Promise<readonly boolean[]> {
    const found = await this.#map
      .finds(networks.map((network) => network.split('/', 1)[0]!))
      .catch((): boolean[] => []);
    // What is not blocked any more may still lie in a wider network that is.
    return networks.map((network, i) =>
      wanted.remainingMs(network) === undefined ? found[i] !== undefined : found[i] === true,
    );
  }

  async look(wanted: Wanted): Promise<HolderLook> {
    const altered = (what: string): HolderLook => ({ ok: true, altered: { what, entries: wanted.size } });
    try {
      const touched = !this.#unsaved && !this.#file.isUntouched();
      if (this.#unsaved) this.#save(wanted);
      if ((await this.#map.count()) !== this.#there.size || (await this.#holdsOthers()))
        return altered("HAProxy's map was altered or lost");
      return touched ? altered(`${this.#config.file} was altered`) : { ok: true };
    } catch (error) {
      return failure(error);
    }
  }

  close(wanted: Wanted): void {
    try {
      if (this.#unsaved) this.#save(wanted);
    } catch {
      // It is written anew at our next start.
    }
  }

  #save(wanted: Wanted): void {
    const lines = [HEAD];
    for (const [network] of wanted.all()) lines.push(`${network} 1\n`);
    this.#file.write(lines.join(''));
    this.#unsaved = false;
  }

  /** Once in a while: it may be as many, but others. */
  async #holdsOthers(): Promise<boolean> {
    if (this.#clock.monotonicMs() - this.#rereadAt < REREAD_MS) return false;
    this.#rereadAt = this.#clock.monotonicMs();
    return (await this.#map.list()).some((network) => !this.#there.has(network));
  }
}

function failure(error: unknown): HolderFailure {
  return {
    ok: false,
    reason: `HAProxy: ${(error as Error).message}`.slice(0, 300),
    hint: 'See that HAProxy runs with a `stats socket … level admin` there and uses the map; `echo "show map" | socat - SOCKET` tells.',
  };
}
