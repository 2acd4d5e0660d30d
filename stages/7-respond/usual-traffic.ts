/**
 * What is usual here: who logged in, connected or was answered in the last days, as recorded, decoys left out. A block of whoever makes
 * up much of it is a person's to decide. Read from the event store now and then, so that asking costs nothing on the way to a block.
 */
import type { UsualTraffic } from '@netsentinel/contracts/action';
import type { BlastRadius } from '@netsentinel/contracts/block-plan';
import type { EventFilter, EventStore } from '@netsentinel/contracts/event-store';
import { networkContains, parseAddress, parseNetwork, type Network } from '@netsentinel/kernel/address';

const DAY_MS = 86_400_000;
/** Whoever makes up a share that matters is among the first few dozen. */
const TOP = 200;
const MAX_NAMED = 20;

/** Events that a block would have kept from happening, and nobody would call an attack. */
const USUAL: readonly EventFilter[] = [
  { field: 'event.outcome', op: 'eq', value: 'success' },
  { field: 'event.category', op: 'in', value: ['authentication', 'network', 'web', 'session'] },
  { field: 'netsentinel.decoy.id', op: 'exists', not: true },
  { field: 'source.ip', op: 'exists' },
];

interface Source {
  readonly address: Network;
  events: number;
  days: number;
}

export class UsualSources {
  #sources: readonly Source[] = [];
  #total = 0;

  /** Reads the last `days` days before `now`. */
  async refresh(events: Pick<EventStore, 'aggregate'>, now: number, days: number): Promise<void> {
    const where = { from: now - days * DAY_MS, to: now, filters: [...USUAL] };
    const [perDay, bySource] = await Promise.all([
      events.aggregate({ where, by: [{ intervalMs: DAY_MS }] }),
      events.aggregate({ where, by: [{ intervalMs: DAY_MS }, { field: 'source.ip', top: TOP }] }),
    ]);
    const found = new Map<string, Source>();
    for (const { keys, count } of bySource) {
      const text = String(keys[1]);
      const address = parseNetwork(text);
      if (address === undefined) continue;
      const known = found.get(text);
      if (known === undefined) found.set(text, { address, events: count, days: 1 });
      else {
        known.events += count;
        known.days += 1;
      }
    }
    this.#sources = [...found.values()];
    this.#total = sum(perDay);
  }

  /** Undefined where nothing of it was recorded, or too little to be named. */
  of(target: string): UsualTraffic | undefined {
    const network = parseNetwork(target);
    if (network === undefined) return undefined;
    const inside = this.#sources.filter(({ address }) =>
      networkContains(network, { family: address.family, value: address.base }),
    );
    if (inside.length === 0) return undefined;
    const events = inside.reduce((total, source) => total + source.events, 0);
    return {
      events,
      share: Math.min(1, events / Math.max(1, this.#total)),
      days: Math.max(...inside.map(({ days }) => days)),
    };
  }
}

/**
 * Asks `events` one question after another, so that others get their turn in between.
 *
 * @param target an address or a network in CIDR form; undefined is answered for anything else
 */
export async function blastRadius(
  events: Pick<EventStore, 'aggregate' | 'query'>,
  target: string,
  now: number,
  days: number,
): Promise<BlastRadius | undefined> {
  const network = parseNetwork(target);
  if (network === undefined) return undefined;
  const exact = parseAddress(target) !== undefined;
  const its: EventFilter = exact
    ? { field: 'source.ip', op: 'eq', value: target }
    : { field: 'source.ip', op: 'cidr', value: target };
  const time = { from: now - days * DAY_MS, to: now };
  const where = { ...time, filters: [...USUAL, its] };
  const perDay = (filters: readonly EventFilter[]): ReturnType<EventStore['aggregate']> =>
    events.aggregate({ where: { ...time, filters: [...filters] }, by: [{ intervalMs: DAY_MS }] });
  const named = async (field: string): Promise<{ name: string; events: number }[]> =>
    (await events.aggregate({ where, by: [{ field, top: MAX_NAMED }] })).flatMap(({ keys: [name], count: n }) =>
      name === null || name === undefined ? [] : [{ name: String(name), events: n }],
    );
  const own = await perDay(where.filters);
  const all = await perDay(USUAL);
  const accounts = await named('user.name');
  const datasets = await named('event.dataset');
  const ports = await named('destination.port');
  const addresses = exact ? [] : await named('source.ip');
  const latest = await events.query({ ...where, order: 'newest', limit: 1 });
  const last = latest.events[0]?.['@timestamp'];
  return {
    target,
    days,
    events: sum(own),
    ofAll: sum(all),
    onDays: own.length,
    ...(last === undefined ? {} : { lastSeen: Date.parse(last) }),
    accounts,
    services: [...datasets, ...ports.map(({ name, events: n }) => ({ name: `port ${name}`, events: n }))],
    addresses,
  };
}

function sum(rows: readonly { readonly count: number }[]): number {
  return rows.reduce((total, { count }) => total + count, 0);
}
