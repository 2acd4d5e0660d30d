/** Times moved by intervals: `INTERVAL 1 MONTH`, `INTERVAL '1-2' YEAR_MONTH`. */

const UNIT_MS: Readonly<Record<string, number>> = {
  microsecond: 0.001,
  second: 1000,
  minute: 60_000,
  hour: 3_600_000,
  day: 86_400_000,
  week: 604_800_000,
};

/** Epoch ms; NaN for what is no unit. */
export function shiftTime(ms: number, count: string, unit: string, sign: number): number {
  const each = Object.hasOwn(UNIT_MS, unit) ? UNIT_MS[unit] : undefined;
  if (each !== undefined) return ms + sign * Number.parseFloat(count || '0') * each;
  const parts = count.match(/\d+/g)?.map(Number) ?? [0];
  const months =
    unit === 'year'
      ? 12 * parts[0]!
      : unit === 'quarter'
        ? 3 * parts[0]!
        : unit === 'year_month'
          ? 12 * parts[0]! + (parts[1] ?? 0)
          : unit === 'month'
            ? parts[0]!
            : undefined;
  if (months !== undefined) {
    const at = new Date(ms);
    const moved = Date.UTC(
      at.getUTCFullYear(),
      at.getUTCMonth() + sign * months,
      1,
      at.getUTCHours(),
      at.getUTCMinutes(),
      at.getUTCSeconds(),
    );
    const last = new Date(
      Date.UTC(new Date(moved).getUTCFullYear(), new Date(moved).getUTCMonth() + 1, 0),
    ).getUTCDate();
    return moved + (Math.min(at.getUTCDate(), last) - 1) * 86_400_000;
  }
  const sizes = unit.split('_').map((name) => UNIT_MS[name] ?? 1000);
  return ms + sign * ((parts[0] ?? 0) * sizes[0]! + (parts[1] ?? 0) * (sizes[1] ?? 0));
}
