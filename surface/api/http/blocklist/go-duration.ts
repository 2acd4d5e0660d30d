/** Lengths of time as Go writes them (`time.Duration.String`): `3h59m59.5s`, `-1s`. */
export function goDuration(ms: number): string {
  const sign = ms < 0 ? '-' : '';
  const total = Math.abs(Math.trunc(ms));
  if (total < 1000) return total === 0 ? '0s' : `${sign}${total}ms`;
  const [hours, minutes] = [Math.floor(total / 3_600_000), Math.floor(total / 60_000) % 60];
  const seconds = (total % 60_000) / 1000;
  if (hours > 0) return `${sign}${hours}h${minutes}m${seconds}s`;
  return minutes > 0 ? `${sign}${minutes}m${seconds}s` : `${sign}${seconds}s`;
}
