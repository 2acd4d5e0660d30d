/**
 * A list that a cloud holds for us. Clouds answer slowly, count requests and have room for little: changes share a request, whoever is
 * told to wait tries again later, and what there is no room for is refused with its reason and takes the place of the first that goes.
 */
import type { Clock } from '@netsentinel/contracts/clock';
import { formatNetwork } from '@netsentinel/kernel/address';
import type { HolderLook, HolderResult, ListHolder, Wanted } from '../held-list/list-holder.types.ts';
import { Pauses } from '../pauses.ts';
import type { Change } from '../responder.types.ts';
import type { CloudOptions } from './cloud.config.ts';
import { CloudError, type CloudList, type Room } from './cloud-list.types.ts';

export interface CloudHolderOptions extends CloudOptions {
  readonly clock: Clock;
  /** For people: what holds the list, and where. */
  readonly where: string;
  readonly room: Room;
  /** For people: how a place gets full, and what else there is. */
  readonly fullHint: string;
  /** The cloud's client: a package that is there only where somebody asked for it. */
  readonly open: () => Promise<CloudList>;
  /** What is done about a change, a line each. */
  readonly plan: (kind: Change['kind'], network: string) => readonly string[];
  /** Between 0 and 1; for tests. */
  readonly random?: () => number;
}

const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 20_000;
/** Clouds show a change a little later than they answer that it is made. */
const LOOKS = 5;
const LOOK_AGAIN_MS = 500;

export class CloudHolder implements ListHolder {
  readonly #options: CloudHolderOptions;
  readonly #pauses: Pauses;
  #list: CloudList | undefined;
  /** What is held as far as we know. */
  #held: ReadonlySet<string> = new Set();
  /** That we know. */
  #known = false;
  #left = 0;
  #writtenAt = -Infinity;
  #comparedAt = -Infinity;

  constructor(options: CloudHolderOptions) {
    this.#options = options;
    this.#pauses = new Pauses(options.clock);
  }

  get detail(): string {
    const { where, room } = this.#options;
    const each = room.per === 'family' ? ' for each family' : '';
    const left = this.#left === 0 ? '' : `; ${this.#left} more are not held: ${this.#options.fullHint}`;
    return `${where}: ${this.#held.size} held, room for ${room.most}${each}${left}`;
  }

  plan({ kind, network }: Change): readonly string[] {
    return this.#options.plan(kind, formatNetwork(network)).map((line) => line.slice(0, 512));
  }

  refusal(network: string, wanted: Wanted): string | undefined {
    if (wanted.remainingMs(network) === undefined || this.#held.has(network)) return undefined;
    return `no room: ${this.#options.where} holds ${this.#options.room.most} at most; ${this.#options.fullHint}`;
  }

  replace(wanted: Wanted): Promise<HolderResult> {
    this.#known = false;
    return this.#follow(wanted);
  }

  change(_networks: readonly string[], wanted: Wanted): Promise<HolderResult> {
    return this.#follow(wanted);
  }

  async seen(networks: readonly string[], wanted: Wanted): Promise<readonly boolean[]> {
    const places = await this.#readBack();
    return networks.map((network) =>
      places.every((place) => place.has(network) === (wanted.remainingMs(network) !== undefined)),
    );
  }

  async look(): Promise<HolderLook> {
    const { clock, compareMs, where } = this.#options;
    if (clock.monotonicMs() - this.#comparedAt < compareMs) return { ok: true };
    let entries = 0;
    const result = await this.#try(async (list) => {
      const places = await list.read();
      this.#comparedAt = clock.monotonicMs();
      entries = places.reduce((sum, place) => sum + difference(place, this.#held), 0);
    });
    if (!result.ok || entries === 0) return result;
    return { ok: true, altered: { what: `${where} was altered`, entries } };
  }

  clear(): Promise<HolderResult> {
    return this.#try(async (list) => {
      await list.remove();
      this.#held = new Set();
      this.#left = 0;
    });
  }

  close(): void {
    this.#pauses.end();
    this.#list?.close();
  }

  async #follow(wanted: Wanted): Promise<HolderResult> {
    const { clock, everyMs } = this.#options;
    if (this.#known && !differs(this.#choose(wanted), this.#held)) return { ok: true };
    await this.#pauses.wait(this.#writtenAt + everyMs - clock.monotonicMs());
    return this.#try(async (list) => {
      // What is there already keeps its place, also after a start.
      if (!this.#known) this.#held = common(await list.read());
      // Anew at each attempt: what was to be held may be over.
      const chosen = this.#choose(wanted);
      this.#known = false;
      this.#writtenAt = clock.monotonicMs();
      await list.write(chosen);
      this.#held = chosen;
      this.#known = true;
      this.#comparedAt = clock.monotonicMs();
    });
  }

  /** What there is room for: what is held already stays, so that nothing is let in and out again. */
  #choose(wanted: Wanted): ReadonlySet<string> {
    const { most, per } = this.#options.room;
    const chosen = new Set<string>();
    const used = { 4: 0, 6: 0 };
    const waiting: string[] = [];
    const add = (network: string): void => {
      const family = network.includes(':') ? 6 : 4;
      if ((per === 'family' ? used[family] : used[4] + used[6]) >= most) return;
      used[family] += 1;
      chosen.add(network);
    };
    let all = 0;
    for (const [network] of wanted.all()) {
      all += 1;
      if (this.#held.has(network)) add(network);
      else waiting.push(network);
    }
    for (const network of waiting) add(network);
    this.#left = all - chosen.size;
    return chosen;
  }

  /** Reads a few times, until it shows what we have written; an empty place where it cannot be read. */
  async #readBack(): Promise<readonly ReadonlySet<string>[]> {
    let places: readonly ReadonlySet<string>[] = [new Set()];
    for (let i = 0; i < LOOKS && !this.#pauses.ended; i++) {
      if (i > 0) await this.#pauses.wait(LOOK_AGAIN_MS);
      const result = await this.#try(async (list) => {
        places = await list.read();
      });
      if (!result.ok || places.every((place) => !differs(place, this.#held))) break;
    }
    return places;
  }

  /** As often as it is worth it, with growing pauses of random length, so that several enforcers do not come back together. */
  async #try(work: (list: CloudList) => Promise<void>): Promise<HolderResult> {
    const { attempts, random = Math.random } = this.#options;
    for (let attempt = 1; ; attempt++) {
      if (this.#pauses.ended) return { ok: false, reason: 'closed', hint: 'Start the enforcer.' };
      try {
        this.#list ??= await this.#options.open();
        await work(this.#list);
        return { ok: true };
      } catch (error) {
        const { again, message, hint } = asCloudError(error);
        if (!again || attempt >= attempts) return { ok: false, reason: message, hint };
        const longest = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (attempt - 1));
        await this.#pauses.wait((0.5 + random() / 2) * longest);
      }
    }
  }
}

function asCloudError(error: unknown): CloudError {
  if (error instanceof CloudError) return error;
  const message = error instanceof Error ? error.message : String(error);
  return new CloudError(message, { hint: 'See what the cloud’s own console says about it.', cause: error });
}

function differs(a: ReadonlySet<string>, b: ReadonlySet<string>): boolean {
  return difference(a, b) > 0;
}

function common([first, ...others]: readonly ReadonlySet<string>[]): ReadonlySet<string> {
  return new Set([...(first ?? [])].filter((one) => others.every((place) => place.has(one))));
}

/** How many are in one and not in the other. */
function difference(a: ReadonlySet<string>, b: ReadonlySet<string>): number {
  let both = 0;
  for (const one of a) if (b.has(one)) both += 1;
  return a.size + b.size - 2 * both;
}
