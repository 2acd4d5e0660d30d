/**
 * Segments and the network that they are in, for people to see and change. A change is a transaction over all switches: looked at, refused or
 * written down with what was before, made, read back, and taken back everywhere where one switch did not follow. What is in force is made
 * good for as long as the enforcer runs.
 */
import { networkInterfaces } from 'node:os';
import type { Clock } from '@netsentinel/contracts/clock';
import type { Logger } from '@netsentinel/contracts/log';
import type { SegmentChange, SegmentDiff, SegmentFile, SegmentPart } from '@netsentinel/contracts/segments';
import type { Topology } from '@netsentinel/contracts/topology';
import { networksOverlap, parseNetwork, type Network } from '@netsentinel/kernel/address';
import { NetSentinelError } from '@netsentinel/kernel/errors';
import type { Ledger } from '../ledger.ts';
import type { Flow } from '../openflow/flow.types.ts';
import type { NetworkReading } from '../openflow/switch-network.types.ts';
import type { ProtectedAssets } from '../protected-assets.ts';
import { mergeReadings } from '../topology/merge-readings.ts';
import { Turns } from '../turns.ts';
import { CheckedSegmentFile } from './segment-file.ts';
import { cutOff, hostsOutside, withoutPorts } from './segment-members.ts';
import { SegmentPlace, type NetworkPart } from './segment-place.ts';
import { NO_SEGMENTS } from './segment-store.ts';

/** Between two looks whether the switches still have what is in force. */
const UPHOLD_MS = 5000;
const MOST_REFUSALS = 32;
const MOST_OUTSIDE = 1000;

/** What is to be in force, and where the file comes from. */
interface Wish {
  readonly file: SegmentFile;
  readonly by: string;
  readonly reason: string;
  readonly before: number;
  readonly backTo?: number;
}

/** A place with what is there and what shall be; both empty where its part tells of trouble. */
interface Prospect {
  readonly place: SegmentPlace;
  readonly part: SegmentPart;
  readonly wanted: readonly Flow[];
  readonly actual: ReadonlySet<string>;
}

export class SegmentDesk {
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #ledger: Ledger;
  readonly #assets: ProtectedAssets;
  readonly #networks: readonly NetworkPart[];
  readonly #everywhere: readonly SegmentPlace[];
  /** Where responders are on, if only to simulate. */
  readonly #places: readonly SegmentPlace[];
  readonly #turns = new Turns();
  /** What is in force, as long as it is. */
  #known: { readonly id: number; readonly file: SegmentFile } | undefined;
  #cancel: (() => void) | undefined;
  #closed = false;

  constructor(options: {
    readonly clock: Clock;
    readonly log: Logger;
    readonly ledger: Ledger;
    readonly assets: ProtectedAssets;
    readonly networks: readonly NetworkPart[];
  }) {
    this.#clock = options.clock;
    this.#log = options.log;
    this.#ledger = options.ledger;
    this.#assets = options.assets;
    this.#networks = options.networks;
    this.#everywhere = options.networks.flatMap((part) =>
      part.network.switches.map((place) => new SegmentPlace(part, place)),
    );
    this.#places = this.#everywhere.filter(({ mode }) => mode !== 'off');
  }

  /** Settles what a process ended amid, and makes good what is in force. Resolves at once: switches are not waited for. */
  start(): void {
    const { segments } = this.#ledger.store;
    const unfinished = segments.unfinished();
    if (unfinished.length > 0)
      this.#ledger.commit(() => {
        for (const id of unfinished) {
          segments.end(id, 'undone', 'the enforcer ended amid it');
          this.#ledger.note('segments-undone', { change: id });
        }
      });
    // A switch that was given nothing yet is asked nothing.
    if (segments.history().length > 0) void this.#turns.take(() => this.#uphold(true)).finally(() => this.#plan());
  }

  /** What all switches know, those of responders that are switched off included. */
  async topology(): Promise<Topology> {
    return mergeReadings(await this.#readings());
  }

  /** What applying the file would change where, and whether it may. Changes nothing. */
  diff(input: SegmentFile): Promise<SegmentDiff> {
    return this.#turns.take(async () => {
      const { refused, outside, looked } = await this.#consider(input);
      return {
        refused: refused.slice(0, MOST_REFUSALS).map((reason) => reason.slice(0, 512)),
        parts: looked.map(({ part }) => part),
        outside: outside.slice(0, MOST_OUTSIDE),
      };
    });
  }

  apply(input: SegmentFile, by: string, reason: string): Promise<SegmentChange> {
    return this.#turns.take(() =>
      this.#carryOut({ file: input, by, reason, before: this.#ledger.store.segments.current() }),
    );
  }

  /** Back to what was in force before, or after the change with this number (0: no segments). Rejects with `SEGMENTS_NO_CHANGE`. */
  rollback(to: number | undefined, by: string, reason: string): Promise<SegmentChange> {
    return this.#turns.take(() => {
      const { segments } = this.#ledger.store;
      const current = segments.current();
      const backTo = to ?? segments.beforeOf(current);
      const file = segments.fileOf(backTo);
      if (file === undefined || current === 0)
        throw new NetSentinelError('SEGMENTS_NO_CHANGE', 'user', 'There is nothing of that kind to go back to', {
          hint: '`netsentinel segments history` names the changes that were in force.',
        });
      return this.#carryOut({ file, by, reason, before: segments.beforeOf(backTo), backTo });
    });
  }

  history(): SegmentChange[] {
    return this.#ledger.store.segments.history();
  }

  /** Leaves segments in force. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#cancel?.();
    await this.#turns.done();
  }

  #readings(): Promise<NetworkReading[]> {
    return Promise.all(this.#networks.map(({ network }) => network.read()));
  }

  async #consider(input: SegmentFile) {
    const readings = await this.#readings();
    const topology = mergeReadings(readings);
    const refused: string[] = [];
    const checked = CheckedSegmentFile.safeParse(input);
    if (!checked.success)
      refused.push(...checked.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`));
    const known = checked.success ? withoutPorts(checked.data, topology) : undefined;
    if (known?.ok === false) refused.push(...known.error);
    const file = known?.ok === true ? known.value : NO_SEGMENTS;
    this.#assets.look();
    const controllers = readings.flatMap((reading) => reading.controllers).flatMap((text) => parseNetwork(text) ?? []);
    const precious = {
      conflicts: (network: Network) => [
        ...[...this.#assets.conflicts(network)].filter(({ group }) => group !== true),
        ...controllers
          .filter((one) => networksOverlap(one, network))
          .map((one) => ({ network: one, why: 'a controller, or a switch that is elsewhere' })),
      ],
      ownMacs: Object.values(networkInterfaces()).flatMap((infos) => (infos ?? []).map(({ mac }) => mac)),
      hosts: topology.hosts,
    };
    refused.push(...cutOff(file, precious));
    if (this.#places.length === 0)
      refused.push(
        'no responder that is on has switches, with a priority that leaves room below: name openvswitch or ofctl-rest below enforcer.responders',
      );
    const looked = await Promise.all(this.#places.map((place) => this.#look(place, file)));
    // Where nothing would be changed anyhow, trouble holds nobody up.
    for (const { place, part } of looked) if (place.isLive && part.trouble !== undefined) refused.push(part.trouble);
    return { file, refused, looked, outside: hostsOutside(file, topology) };
  }

  async #look(place: SegmentPlace, file: SegmentFile): Promise<Prospect> {
    const [actual, wanted] = [await place.look(), place.flows(file)];
    if (actual.ok && wanted.ok) {
      const before = place.flows(this.#inForce());
      const part = place.diff(actual.value, wanted.value, before.ok ? before.value : []);
      return { place, wanted: wanted.value, actual: actual.value, part };
    }
    const trouble = `${place.name}: ${actual.ok ? (wanted.ok ? '' : wanted.error) : actual.error}`.slice(0, 512);
    const { responder, mode, name } = place;
    const part = { responder, mode, switch: name, adds: 0, removes: 0, keeps: 0, lines: [], trouble };
    return { place, wanted: [], actual: new Set(), part };
  }

  async #carryOut({ file: input, by, reason, before, backTo }: Wish): Promise<SegmentChange> {
    const { file, refused, looked } = await this.#consider(input);
    const live = looked.filter(({ place }) => place.isLive);
    const segments = file.segments.map(({ name }) => name);
    const about = { by, reason, segments, ...(backTo === undefined ? {} : { backTo }) };
    const status = refused.length > 0 ? 'refused' : live.length === 0 ? 'simulated' : undefined;
    if (status !== undefined) {
      const detail = refused.join('\n').slice(0, 2048);
      this.#ledger.commit(() => this.#ledger.note(`segments-${status}`, { ...about, detail }));
      return { id: 0, status, at: this.#clock.now(), before, detail, ...about };
    }
    const { store } = this.#ledger;
    const snapshot = Object.fromEntries(
      live.map(({ place, actual }) => [`${place.responder} ${place.name}`, [...actual]]),
    );
    const id = this.#ledger.commit(() => {
      const at = this.#clock.now();
      const change = store.segments.begin({
        at,
        by,
        reason,
        before,
        file,
        snapshot,
        ...(backTo === undefined ? {} : { backTo }),
      });
      const changes = live.map(({ part }) => `${part.switch}: +${part.adds} -${part.removes}`);
      this.#ledger.note('segments-applying', { change, ...about, changes });
      return change;
    });
    const results = await Promise.all(
      live.map(async ({ place, wanted }) => ({ place, made: await place.make(wanted) })),
    );
    const failed = results.flatMap(({ place, made }) => (made.ok ? [] : [`${place.name}: ${made.reason}`]));
    if (failed.length > 0) {
      const back = await Promise.all(live.map(({ place }) => this.#restore(place)));
      failed.push(...back.flatMap((made) => (made.ok ? [] : [`and not taken back yet: ${made.reason}`])));
    }
    const end = failed.length === 0 ? 'applied' : 'failed';
    const detail = failed.join('\n');
    this.#ledger.commit(() => {
      store.segments.end(id, end, detail);
      this.#ledger.note(`segments-${end}`, { change: id, ...about, ...(detail === '' ? {} : { detail }) });
    });
    this.#plan();
    return { id, status: end, at: this.#clock.now(), before, detail, ...about };
  }

  #inForce(): SegmentFile {
    const { segments } = this.#ledger.store;
    const id = segments.current();
    if (this.#known?.id !== id) this.#known = { id, file: segments.fileOf(id) ?? NO_SEGMENTS };
    return this.#known.file;
  }

  #restore(place: SegmentPlace): ReturnType<SegmentPlace['make']> {
    const flows = place.flows(this.#inForce());
    return flows.ok ? place.make(flows.value) : Promise.resolve({ ok: false, reason: flows.error });
  }

  #plan(): void {
    if (this.#closed) return;
    this.#cancel?.();
    this.#cancel = this.#clock.after(UPHOLD_MS, () => {
      void this.#turns.take(() => this.#uphold(false)).finally(() => this.#plan());
    });
  }

  /** Makes the switches equal to what is in force; at the start those too that may be changed no more: there it is nothing. */
  async #uphold(first: boolean): Promise<void> {
    if (this.#closed) return;
    try {
      await Promise.all(
        this.#everywhere
          .filter(({ isLive }) => isLive || first)
          .map(async (place) => {
            const flows = place.flows(place.isLive ? this.#inForce() : NO_SEGMENTS);
            const actual = await place.read();
            if (!flows.ok || !actual.ok || place.holds(actual.value, flows.value)) return;
            const made = await place.make(flows.value);
            const told = {
              responder: place.responder,
              switch: place.name,
              found: actual.value.size,
              made: flows.value.length,
            };
            this.#log.warn('Segments were not in a switch as they are in force', { ...told, mended: made.ok });
            if (made.ok) this.#ledger.later(() => this.#ledger.note('segments-mended', told));
          }),
      );
    } catch (error) {
      this.#log.error('Segments could not be looked after', { error });
    }
  }
}
