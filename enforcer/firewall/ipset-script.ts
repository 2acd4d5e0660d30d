/**
 * Pure: blocks to ipset's commands and ipset's listings to networks. Every name comes from us and every address is rendered from its
 * number, so that no text of an order ever reaches ipset. One `hash:net` set per family holds networks of any length, overlapping
 * ones too, each with its own end in the kernel; a change costs the same however many there are.
 */
import { formatNetwork, parseNetwork, type Network } from '@netsentinel/kernel/address';
import type { Change, Entry } from '../responder.types.ts';

/** What the kernel takes at most (a 32-bit number of milliseconds, less a little), in seconds. */
export const LONGEST_SECONDS = 2_147_483;
/** Elements that somebody adds without an end get this one. */
const DEFAULT_SECONDS = 3600;

const FAMILIES = [4, 6] as const;

export function setName(set: string, family: 4 | 6): string {
  return `${set}${family}`;
}

/** Whole seconds, never early: 0 would mean for ever. */
function seconds(remainingMs: number): number {
  return Math.min(LONGEST_SECONDS, Math.max(1, Math.ceil(remainingMs / 1000)));
}

function create(name: string, family: 4 | 6, maxElements: number): string {
  const inet = family === 4 ? 'inet' : 'inet6';
  return `create ${name} hash:net family ${inet} maxelem ${maxElements} timeout ${DEFAULT_SECONDS}`;
}

/** Makes the sets where they are missing; with `-exist`, those that are there stay as they are. */
export function foundation(set: string, maxElements: number): string {
  return FAMILIES.map((family) => `${create(setName(set, family), family, maxElements)}\n`).join('');
}

/** Fills new sets beside those in force and swaps them, so that there is no moment without a block. */
export function replacement(set: string, maxElements: number, entries: Iterable<Entry>): string {
  const lines: string[] = [];
  for (const family of FAMILIES) {
    lines.push(create(next(set, family), family, maxElements), `flush ${next(set, family)}`);
  }
  for (const { network, remainingMs } of entries)
    lines.push(`add ${next(set, network.family)} ${formatNetwork(network)} timeout ${seconds(remainingMs)}`);
  for (const family of FAMILIES)
    lines.push(`swap ${next(set, family)} ${setName(set, family)}`, `destroy ${next(set, family)}`);
  return `${lines.join('\n')}\n`;
}

/** With `-exist` each line succeeds whether or not the element is there, and an addition renews its end. */
export function changes(set: string, wanted: readonly Change[]): string {
  return wanted
    .map((change) => {
      const where = `${setName(set, change.network.family)} ${formatNetwork(change.network)}`;
      return change.kind === 'block' ? `add ${where} timeout ${seconds(change.remainingMs)}\n` : `del ${where}\n`;
    })
    .join('');
}

/** Asks for each network whether packets from it would meet the set. */
export function tests(set: string, networks: readonly Network[]): string {
  return networks.map((network) => `test ${setName(set, network.family)} ${formatNetwork(network)}\n`).join('');
}

/** ipset's answers to `tests`, in their order; what else it said, such as a warning about versions, is passed over. */
export function readTests(complaint: string): boolean[] {
  return complaint
    .split('\n')
    .map((line) => /^(?:Warning: )?\S+ is (NOT )?in set \S+\.$/.exec(line))
    .filter((match) => match !== null)
    .map(([, not]) => not === undefined);
}

/** `Number of entries: 3` of `ipset list -t`. */
export function readCount(output: string): number | undefined {
  const digits = /^Number of entries: (\d{1,10})$/m.exec(output)?.[1];
  return digits === undefined ? undefined : Number(digits);
}

/** Adds the elements of `ipset save` to `listed`, each with the milliseconds it stays; false where the output is not one of those. */
export function readSaved(output: string, name: string, listed: Map<string, number>): boolean {
  if (!output.startsWith(`create ${name} hash:net `) || !output.endsWith('\n')) return false;
  const prefix = `add ${name} `;
  let at = 0;
  while (at < output.length) {
    const end = output.indexOf('\n', at);
    const line = output.slice(at, end);
    at = end + 1;
    if (!line.startsWith(prefix)) continue;
    const [text = '', word, digits] = line.slice(prefix.length).split(' ', 3);
    const network = parseNetwork(text);
    if (network === undefined) continue;
    // Whoever added it for ever did not mean ours; it shows as one that stays longest.
    listed.set(formatNetwork(network), word === 'timeout' ? Number(digits) * 1000 : LONGEST_SECONDS * 1000);
  }
  return true;
}

function next(set: string, family: 4 | 6): string {
  return `${setName(set, family)}-new`;
}
