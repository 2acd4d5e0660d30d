/** Times and numbers in the report's words. All times are those of the coordinated zone: the page is read elsewhere than where it was written. */

/** `2026-11-21 09:30:00` */
export function whenOf(ms: number): string {
  return `${dateOf(ms)} ${timeOf(ms)}`;
}

export function dateOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10);
}

export function timeOf(ms: number): string {
  return new Date(ms).toISOString().slice(11, 19);
}

/** `1,234 incidents`, `1 incident` */
export function many(count: number, what: string, plural = `${what}s`): string {
  return `${count.toLocaleString('en')} ${count === 1 ? what : plural}`;
}

/** `a, b and c` */
export function listed(words: readonly string[]): string {
  return words.length < 2 ? (words[0] ?? '') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;
}

/** `3 days 4 hours`: at most two units. */
export function lasted(ms: number): string {
  const units: readonly (readonly [number, string])[] = [
    [86_400_000, 'day'],
    [3_600_000, 'hour'],
    [60_000, 'minute'],
    [1000, 'second'],
  ];
  const parts: string[] = [];
  let rest = Math.max(0, Math.round(ms / 1000) * 1000);
  for (const [size, name] of units) {
    if (rest < size || parts.length === 2) continue;
    parts.push(many(Math.floor(rest / size), name));
    rest %= size;
  }
  return parts.join(' ') || 'less than a second';
}
