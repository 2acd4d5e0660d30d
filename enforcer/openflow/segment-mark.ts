/** Where segments' flows are among those of measures: in the same table, of another cookie, and below. */

/** Levels of segments: what is dropped, and above it what passes all the same. */
export const SEGMENT_LEVEL = { drop: 0, pass: 1 } as const;
/** Below the first priority of measures. */
const BAND = 16;

export interface Mark {
  /** Hexadecimal, with 0x. */
  readonly cookie: string;
  readonly table: number;
  readonly priority: number;
}

/** Undefined where measures have the lowest priorities there are: nothing is left below. */
export function segmentMark({ cookie, table, priority }: Mark): Mark | undefined {
  if (priority <= BAND) return undefined;
  // 48 bits, as measures' cookies: controllers list cookies as JSON numbers.
  const next = BigInt.asUintN(48, BigInt(cookie) + 1n) || 1n;
  return { cookie: `0x${next.toString(16)}`, table, priority: priority - BAND };
}

export function segmentPriorities({ priority }: Mark): ReadonlySet<number> {
  return new Set(Object.values(SEGMENT_LEVEL).map((level) => priority + level));
}
