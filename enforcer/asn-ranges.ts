/**
 * The networks of autonomous systems that are never blocked, out of a table as publishers of such tables write it in CSV: `network,asn,…` or
 * `start_ip,end_ip,asn,…`. Only the wanted ones are kept, as sorted ranges, so that asking stays quick however many there are.
 */
import { parseAddress, parseNetwork, type Network } from '@netsentinel/kernel/address';
import { NetSentinelError } from '@netsentinel/kernel/errors';
import { readTableLines } from '@netsentinel/kernel/table-lines';

interface Range {
  readonly start: bigint;
  end: bigint;
  readonly asn: number;
}

const MAX_RANGES = 1_000_000;
/** Addresses: a /7 and a /16. Nobody has more in one piece, and a row that says so would protect every attacker. */
const WIDEST = { 4: 1n << 25n, 6: 1n << 112n } as const;
const NAMES = {
  network: ['network', 'cidr', 'prefix'],
  start: ['start_ip', 'start', 'ip_from', 'range_start'],
  end: ['end_ip', 'end', 'ip_to', 'range_end'],
  asn: ['autonomous_system_number', 'asn', 'as_number', 'asnumber'],
} as const;
/** The free table of DB-IP has no line of names; its first cell is an address. */
const WITHOUT_NAMES = ['start_ip', 'end_ip', 'as_number', 'as_organisation'];

export class AsnRanges {
  readonly #wanted: ReadonlySet<number>;
  readonly #byFamily: Readonly<Record<4 | 6, Range[]>> = { 4: [], 6: [] };
  #columns: Partial<Record<keyof typeof NAMES, number>> | undefined;
  #sorted = true;

  constructor(wanted: readonly number[]) {
    this.#wanted = new Set(wanted);
  }

  get count(): number {
    return this.#byFamily[4].length + this.#byFamily[6].length;
  }

  /** Takes a line of the table. @throws NetSentinelError ASN_TABLE_INVALID */
  line(text: string): void {
    if (text === '' || text.startsWith('#')) return;
    const cells = text.split(',').map((cell) => cell.trim().replace(/^"(.*)"$/, '$1'));
    if (this.#columns === undefined) {
      const named = networkOf(cells[0] ?? '') === undefined && parseAddress(cells[0] ?? '') === undefined;
      this.#columns = columnsOf(named ? cells : WITHOUT_NAMES);
      if (named) return;
    }
    const cell = (name: keyof typeof NAMES): string => cells[this.#columns?.[name] ?? -1] ?? '';
    const asn = Number(cell('asn').replace(/^AS/i, ''));
    if (!this.#wanted.has(asn)) return;
    const network = networkOf(cell('network'));
    const [start, end] = [parseAddress(cell('start')), parseAddress(cell('end'))];
    if (network !== undefined) this.#add(network.family, network.base, lastOf(network), asn);
    else if (start !== undefined && end !== undefined && start.family === end.family && start.value <= end.value)
      this.#add(start.family, start.value, end.value, asn);
  }

  /** The autonomous system that a network touches, or undefined. */
  find(network: Network): number | undefined {
    this.#sort();
    const ranges = this.#byFamily[network.family];
    let low = 0;
    let high = ranges.length;
    // The first range that does not end before the network begins.
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((ranges[middle]?.end ?? 0n) < network.base) low = middle + 1;
      else high = middle;
    }
    const found = ranges[low];
    return found !== undefined && found.start <= lastOf(network) ? found.asn : undefined;
  }

  #add(family: 4 | 6, start: bigint, end: bigint, asn: number): void {
    if (end - start + 1n > WIDEST[family]) return;
    if (this.count >= MAX_RANGES)
      throw new NetSentinelError('ASN_TABLE_INVALID', 'user', 'The autonomous systems have too many networks', {
        hint: 'Allow fewer of them, or name their networks below enforcer.allow.',
      });
    this.#byFamily[family].push({ start, end, asn });
    this.#sorted = false;
  }

  #sort(): void {
    if (this.#sorted) return;
    this.#sorted = true;
    for (const ranges of Object.values(this.#byFamily)) {
      ranges.sort((a, b) => (a.start < b.start ? -1 : a.start > b.start ? 1 : 0));
      // Ranges within ranges would end before those around them: the search needs ends that rise.
      let kept = 0;
      for (const range of ranges) {
        const before = ranges[kept - 1];
        if (before !== undefined && range.start <= before.end)
          before.end = range.end > before.end ? range.end : before.end;
        else ranges[kept++] = range;
      }
      ranges.length = kept;
    }
  }
}

/** Reads a table. @throws NetSentinelError ASN_TABLE_UNREADABLE, ASN_TABLE_INVALID */
export async function readAsnRanges(file: string, wanted: readonly number[]): Promise<AsnRanges> {
  const ranges = new AsnRanges(wanted);
  try {
    await readTableLines(file, (line) => ranges.line(line));
  } catch (cause) {
    if (cause instanceof NetSentinelError) throw cause;
    throw new NetSentinelError('ASN_TABLE_UNREADABLE', 'user', 'The table of autonomous systems cannot be read', {
      cause,
      where: file,
      hint: 'Name a CSV file below enforcer.asnTable that the enforcer may read.',
    });
  }
  return ranges;
}

function columnsOf(cells: readonly string[]): Partial<Record<keyof typeof NAMES, number>> {
  const at = (name: keyof typeof NAMES): number =>
    cells.findIndex((cell) => (NAMES[name] as readonly string[]).includes(cell.toLowerCase()));
  const columns = { network: at('network'), start: at('start'), end: at('end'), asn: at('asn') };
  if (columns.asn < 0 || (columns.network < 0 && (columns.start < 0 || columns.end < 0)))
    throw new NetSentinelError('ASN_TABLE_INVALID', 'user', 'The table does not say which column is which', {
      hint: 'Its first line names the columns: network (or start_ip and end_ip) and asn.',
    });
  return columns;
}

function networkOf(text: string): Network | undefined {
  return text.includes('/') ? parseNetwork(text) : undefined;
}

function lastOf({ family, base, prefix }: Network): bigint {
  return base + (1n << BigInt((family === 4 ? 32 : 128) - prefix)) - 1n;
}
