/**
 * A table of address ranges and where they are, as publishers of such tables write it in CSV: `network,…,latitude,longitude,…`, or `start_ip,end_ip,…`. Read
 * line by line and kept in columns of numbers.
 */
import { NetSentinelError } from '@netsentinel/kernel/errors';
import type { Place } from '@netsentinel/contracts/place';
import { cellsOf } from './csv-line.ts';
import { keyOf, keysOfNetwork, Ranges } from './ranges.ts';

const MAX_ROWS = 8_000_000;
const MAX_COUNTRIES = 4096;
const MAX_NAME = 64;
/** Places are kept to a hundredth of a degree: a kilometre. */
const PER_DEGREE = 100;
const FLAGS = /^(?:1|true|yes|t)$/i;

/** What publishers call a column, in the order of preference. */
const NAMES = {
  network: ['network', 'cidr', 'prefix', 'range', 'ip_range', 'subnet'],
  start: ['start_ip', 'start', 'ip_start', 'first_ip', 'ip_from', 'network_start_ip', 'range_start'],
  end: ['end_ip', 'end', 'ip_end', 'last_ip', 'ip_to', 'network_last_ip', 'range_end'],
  latitude: ['latitude', 'lat'],
  longitude: ['longitude', 'lon', 'lng', 'long'],
  country: ['country', 'country_name', 'country_code', 'country_iso_code', 'cc'],
  radius: ['accuracy_radius', 'accuracy_radius_km', 'radius_km', 'radius'],
  anonymous: ['is_anonymous_proxy', 'is_anonymous', 'is_proxy', 'is_vpn', 'is_hosting_provider', 'is_anonymous_vpn'],
  satellite: ['is_satellite_provider', 'is_satellite', 'is_anycast'],
} as const;
type Columns = Readonly<Record<keyof typeof NAMES, number>>;

/** The free table of DB-IP has no line of names; its first cell is an address. */
const WITHOUT_NAMES = 'start_ip,end_ip,continent,country,region,city,latitude,longitude';

export class AddressTable {
  readonly #ranges = new Ranges();
  #latitudes = new Int16Array(1024);
  #longitudes = new Int16Array(1024);
  #radii = new Uint16Array(1024);
  /** The number of its country; 0 where the place says nothing of who uses the address. */
  #countries = new Uint16Array(1024);
  readonly #names: string[] = ['', ''];
  readonly #numbers = new Map<string, number>([['', 1]]);
  #columns: Columns | undefined;
  /** Lines that say nothing: broken ones, and ranges without a place. */
  skipped = 0;

  get ranges(): number {
    return this.#ranges.count;
  }

  /** @throws NetSentinelError ADDRESS_TABLE_INVALID, ADDRESS_TABLE_TOO_LARGE */
  line(line: string): void {
    if (line === '' || line.startsWith('#')) return;
    const cells = cellsOf(line);
    if (this.#columns === undefined) {
      const named = keyOf(cells[0] ?? '') === undefined;
      this.#columns = columnsOf(named ? cells : WITHOUT_NAMES.split(','));
      if (named) return;
    }
    if (!this.#addRow(cells, this.#columns)) this.skipped++;
  }

  /** After the last line. */
  finish(): this {
    this.#ranges.finish();
    this.#numbers.clear();
    return this;
  }

  placeOf(address: string): Place | undefined {
    const key = keyOf(address);
    const row = key === undefined ? undefined : this.#ranges.find(key);
    const country = row === undefined ? 0 : this.#countries[row]!;
    if (row === undefined || country === 0) return undefined;
    const name = this.#names[country];
    return {
      latitude: this.#latitudes[row]! / PER_DEGREE,
      longitude: this.#longitudes[row]! / PER_DEGREE,
      country: name === '' ? undefined : name,
      radiusKm: this.#radii[row]!,
    };
  }

  #addRow(cells: readonly string[], columns: Columns): boolean {
    const range = rangeIn(cells, columns);
    if (range === undefined) return false;
    const [start, end] = range;
    const isHidden = FLAGS.test(cells[columns.anonymous] ?? '') || FLAGS.test(cells[columns.satellite] ?? '');
    const latitude = degreesIn(cells[columns.latitude], 90);
    const longitude = degreesIn(cells[columns.longitude], 180);
    if (latitude === undefined || longitude === undefined) return false;
    const radius = Math.min(65_535, Math.max(0, Math.round(Number(cells[columns.radius] ?? 0)) || 0));
    const country = isHidden ? 0 : this.#countryNumber((cells[columns.country] ?? '').slice(0, MAX_NAME));
    const last = this.#ranges.count - 1;
    const isSame =
      this.#latitudes[last] === latitude &&
      this.#longitudes[last] === longitude &&
      this.#countries[last] === country &&
      this.#radii[last] === radius;
    if (isSame && this.#ranges.lengthen(start, end)) return true;
    if (this.#ranges.count >= MAX_ROWS)
      throw new NetSentinelError('ADDRESS_TABLE_TOO_LARGE', 'user', 'the address table has too many ranges', {
        hint: `At most ${MAX_ROWS} are read. A table of cities is enough; one of single addresses is not needed.`,
      });
    const row = this.#ranges.add(start, end);
    if (row === this.#latitudes.length) this.#grow();
    this.#latitudes[row] = latitude;
    this.#longitudes[row] = longitude;
    this.#radii[row] = radius;
    this.#countries[row] = country;
    return true;
  }

  #countryNumber(name: string): number {
    const known = this.#numbers.get(name);
    if (known !== undefined) return known;
    if (this.#names.length >= MAX_COUNTRIES) return 1;
    this.#numbers.set(name, this.#names.length);
    return this.#names.push(name) - 1;
  }

  #grow(): void {
    const length = this.#latitudes.length * 2;
    const from = [this.#latitudes, this.#longitudes, this.#radii, this.#countries] as const;
    this.#latitudes = new Int16Array(length);
    this.#longitudes = new Int16Array(length);
    this.#radii = new Uint16Array(length);
    this.#countries = new Uint16Array(length);
    this.#latitudes.set(from[0]);
    this.#longitudes.set(from[1]);
    this.#radii.set(from[2]);
    this.#countries.set(from[3]);
  }
}

function columnsOf(cells: readonly string[]): Columns {
  const names = cells.map((cell) =>
    cell
      .trim()
      .replace(/^\uFEFF/, '')
      .toLowerCase()
      .replace(/[ -]/g, '_'),
  );
  const columns = Object.fromEntries(
    Object.entries(NAMES).map(([column, known]) => [
      column,
      known.map((name) => names.indexOf(name)).find((at) => at !== -1) ?? -1,
    ]),
  ) as Columns;
  const hasRange = columns.network !== -1 || (columns.start !== -1 && columns.end !== -1);
  if (!hasRange || columns.latitude === -1 || columns.longitude === -1)
    throw new NetSentinelError('ADDRESS_TABLE_INVALID', 'user', 'this is no table of where addresses are', {
      hint: 'Its first line names the columns: `network,latitude,longitude,country`, or `start_ip,end_ip` in place of the network.',
    });
  return columns;
}

function rangeIn(cells: readonly string[], { network, start, end }: Columns): readonly [number, number] | undefined {
  if (network !== -1) return keysOfNetwork(cells[network] ?? '');
  const first = keyOf(cells[start] ?? '');
  const last = keyOf(cells[end] ?? '');
  return first === undefined || last === undefined || last < first ? undefined : [first, last];
}

/** Hundredths of a degree. */
function degreesIn(text: string | undefined, most: number): number | undefined {
  if (text === undefined || text === '') return undefined;
  const degrees = Number(text);
  return Math.abs(degrees) <= most ? Math.round(degrees * PER_DEGREE) : undefined;
}
