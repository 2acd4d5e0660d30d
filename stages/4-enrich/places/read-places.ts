/** Opens a table of addresses and lists of networks that say nothing about a place. Read once, line by line; plain or gzip. */
import { NetSentinelError } from '@netsentinel/kernel/errors';
import { readTableLines } from '@netsentinel/kernel/table-lines';
import { AddressTable } from './address-table.ts';
import { cellsOf } from './csv-line.ts';
import type { PlaceOf } from '@netsentinel/contracts/place';
import { keyOf, keysOfNetwork, Ranges } from './ranges.ts';

const MAX_NETWORKS = 2_000_000;
/** Where this many lines in a row say nothing, the file is something else. */
const MAX_NOTHING = 1000;

export interface PlaceFiles {
  /** CSV: `network,latitude,longitude,country,…`. */
  readonly addressTable: string;
  /** Networks of VPNs, proxies and the like, one a line or in the first column: their places say nothing. */
  readonly elsewhere?: readonly string[] | undefined;
}

/** @throws NetSentinelError ADDRESS_TABLE_UNREADABLE, ADDRESS_TABLE_INVALID, ADDRESS_TABLE_TOO_LARGE */
export async function readPlaces({ addressTable, elsewhere = [] }: PlaceFiles): Promise<PlaceOf> {
  const table = new AddressTable();
  await eachLine(addressTable, (line) => {
    table.line(line);
    if (table.ranges === 0 && table.skipped >= MAX_NOTHING) throw noTable(addressTable);
  });
  if (table.finish().ranges === 0) throw noTable(addressTable);
  const hidden = new Ranges();
  for (const path of elsewhere) await eachLine(path, (line) => addNetwork(hidden, line));
  hidden.finish();
  return (address) => {
    const key = keyOf(address);
    if (key === undefined || hidden.find(key) !== undefined) return undefined;
    return table.placeOf(address);
  };
}

function addNetwork(hidden: Ranges, line: string): void {
  const keys = keysOfNetwork((cellsOf(line)[0] ?? '').trim().split(/\s/, 1)[0] ?? '');
  if (keys === undefined || hidden.lengthen(...keys)) return;
  if (hidden.count >= MAX_NETWORKS)
    throw new NetSentinelError('ADDRESS_TABLE_TOO_LARGE', 'user', 'the list of networks is too long', {
      hint: `At most ${MAX_NETWORKS} are read; put single addresses together to networks.`,
    });
  hidden.add(...keys);
}

function noTable(path: string): NetSentinelError {
  return new NetSentinelError('ADDRESS_TABLE_INVALID', 'user', `no range of addresses with a place in ${path}`, {
    hint: 'Each line has a network or its first and last address, a latitude and a longitude: `192.0.2.0/24,52.5,13.4,Germany`.',
  });
}

async function eachLine(path: string, take: (line: string) => void): Promise<void> {
  try {
    await readTableLines(path, take);
  } catch (cause) {
    if (cause instanceof NetSentinelError) throw cause;
    throw new NetSentinelError('ADDRESS_TABLE_UNREADABLE', 'user', `cannot read ${path}`, {
      cause,
      hint: 'Name a CSV file, plain or compressed with gzip, that this user may read.',
    });
  }
}
