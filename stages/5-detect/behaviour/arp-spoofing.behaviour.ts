/**
 * A machine answers in the name of others on the local network, to have their traffic pass through it. Each sign alone happens in good networks (a failover takes
 * an address over, a wrong netmask asks for strangers): two within an hour, of one machine, seldom do.
 */
import type { BehaviourDefinition, BehaviourInfo } from './behaviour.types.ts';
import { BoundedTable } from './bounded-table.ts';
import { isGroup } from './network-place.ts';
import type { Contact, Sighting } from './sighting.ts';

const HOUR_MS = 60 * 60_000;
const EVERYBODY = 'ff:ff:ff:ff:ff:ff';
const NOBODY_YET = '00:00:00:00:00:00';
const ENOUGH = 2;
const MAX_EVIDENCE = 8;
const MAX_SIGNS = 64;

const info: BehaviourInfo = {
  id: 'arp-spoofing',
  title: 'Forged ARP answers',
  severity: 'medium',
  confidence: 60,
  techniques: ['T1557.002'],
  tactics: ['TA0006', 'TA0009'],
  falsePositives: 'Clusters that take an address over again and again, and routers that answer for others.',
  on: ['contact'],
};

interface Signs {
  found: { readonly what: string; readonly timeMs: number; readonly id: string }[];
  nextReport: number;
}

/** Who had an address last, and since when it was asked for. */
interface Claim {
  mac: string;
  before: string | undefined;
  atMs: number;
}

export const arpSpoofing: BehaviourDefinition = {
  ...info,
  create({ maxEntries }) {
    const machines = new BoundedTable<Signs>({ maxEntries, keepMs: HOUR_MS });
    const claims = new BoundedTable<Claim>({ maxEntries, keepMs: 24 * HOUR_MS });
    return {
      observe(seen: Sighting, report) {
        if (seen.kind !== 'contact' || seen.transport !== 'arp') return;
        const { actorHash, source, timeMs, event } = seen;
        const row = (event.zeek?.['arp'] ?? {}) as ArpRow;
        const mac = row.orig_hw;
        const isTakenOver = typeof mac === 'string' && takeOver(claims, actorHash, mac, timeMs);
        const what = signOf(seen, row) ?? (isTakenOver ? 'an address that changes hands' : undefined);
        if (what === undefined) return;
        const signs = machines.getOrAdd(actorHash, () => ({ found: [], nextReport: ENOUGH }));
        signs.found = signs.found.filter((one) => one.timeMs > timeMs - HOUR_MS).slice(-MAX_SIGNS);
        if (signs.found.length === 0) signs.nextReport = ENOUGH;
        signs.found.push({ what, timeMs, id: event.event.id });
        if (signs.found.length < signs.nextReport) return;
        signs.nextReport = signs.found.length * 8;
        const kinds = [...new Set(signs.found.map((one) => one.what))];
        report({
          summary: `${source} gave ${signs.found.length} signs of forged ARP within an hour: ${kinds.join(', ')}`,
          evidence: signs.found.slice(-MAX_EVIDENCE).map(({ id }) => id),
          verified: event.netsentinel.source_verified,
        });
      },
      expire(nowMs) {
        machines.expire(nowMs);
        claims.expire(nowMs);
      },
      get stats() {
        return machines.stats;
      },
    };
  },
};

/** As Zeek's package writes them. */
interface ArpRow {
  readonly operation?: unknown;
  readonly src_mac?: unknown;
  readonly dst_mac?: unknown;
  readonly orig_hw?: unknown;
}

function signOf(
  { toInside, target }: Contact,
  { operation, src_mac: frame, dst_mac: to, orig_hw: mac }: ArpRow,
): string | undefined {
  if (operation === 'reply' && to === EVERYBODY) return 'an answer to everybody that nobody asked for';
  if (typeof frame === 'string' && typeof mac === 'string' && mac !== NOBODY_YET && frame !== mac)
    return 'a sender who names another machine as the sender';
  return operation === 'request' && !toInside && !isGroup(target)
    ? 'a question for an address of another network'
    : undefined;
}

/** True where the address goes back to who had it before: two fight for it. */
function takeOver(claims: BoundedTable<Claim>, address: number, mac: string, atMs: number): boolean {
  const claim = claims.getOrAdd(address, () => ({ mac, before: undefined, atMs }));
  if (claim.mac === mac) {
    claim.atMs = atMs;
    return false;
  }
  const isBack = claim.before === mac && atMs - claim.atMs < HOUR_MS;
  claim.before = claim.mac;
  claim.mac = mac;
  claim.atMs = atMs;
  return isBack;
}
