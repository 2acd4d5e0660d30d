/** The time zone of times that name none: a fixed offset, or an IANA zone with its summer time. */

export interface Zone {
  /** From a wall clock's time, written as if it were UTC, to UTC. Milliseconds. */
  toUtc(localMs: number): number;
}

/** Offsets of an IANA zone are asked once for each hour of wall time. */
const MAX_REMEMBERED = 4096;
const HOUR_MS = 3_600_000;

/** @param name `UTC`, `+02:00`, `-0330` or an IANA name; undefined where it is none of them */
export function zoneOf(name: string): Zone | undefined {
  if (/^(utc|gmt|z|etc\/utc)$/i.test(name)) return { toUtc: (localMs) => localMs };
  const fixed = /^(?:utc|gmt)?([+-])(\d{1,2}):?(\d\d)?$/i.exec(name);
  if (fixed !== null) {
    const offset = (Number(fixed[2]) * 60 + Number(fixed[3] ?? 0)) * 60_000 * (fixed[1] === '-' ? -1 : 1);
    return { toUtc: (localMs) => localMs - offset };
  }
  try {
    return new NamedZone(name);
  } catch {
    return undefined;
  }
}

class NamedZone implements Zone {
  readonly #format: Intl.DateTimeFormat;
  readonly #offsets = new Map<number, number>();

  constructor(name: string) {
    this.#format = new Intl.DateTimeFormat('en-US', {
      timeZone: name,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
  }

  toUtc(localMs: number): number {
    const hour = Math.floor(localMs / HOUR_MS);
    let offset = this.#offsets.get(hour);
    if (offset === undefined) {
      // What the clock shows at the guess is off by less than a day; asked again there, the offset is the right one.
      offset = this.#offsetAt(localMs - this.#offsetAt(localMs));
      if (this.#offsets.size >= MAX_REMEMBERED) this.#offsets.clear();
      this.#offsets.set(hour, offset);
    }
    return localMs - offset;
  }

  #offsetAt(utcMs: number): number {
    const parts: Record<string, number> = {};
    for (const { type, value } of this.#format.formatToParts(utcMs)) parts[type] = Number(value);
    const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts;
    return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(utcMs / 1000) * 1000;
  }
}
