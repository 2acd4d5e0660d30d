/** Sizes for people, rounded up as coreutils does (`ls -h`, `df -h`, `du -h`), and the sizes that options take (`10K`, `2M`). */

const UNITS = ['', 'K', 'M', 'G', 'T', 'P', 'E'];

/** `4.0K`, `12M`; powers of 1000 with a small k where `si`. */
export function humanSize(bytes: number, si = false): string {
  const base = si ? 1000 : 1024;
  let value = bytes;
  let unit = 0;
  while (value >= base && unit < UNITS.length - 1) {
    value /= base;
    unit += 1;
  }
  if (unit === 0) return String(bytes);
  let text = value < 10 ? (Math.ceil(value * 10 - 1e-9) / 10).toFixed(1) : String(Math.ceil(value - 1e-9));
  if (text === '10.0') text = '10';
  if (text === String(base) && unit < UNITS.length - 1) {
    text = '1.0';
    unit += 1;
  }
  return text + (si && unit === 1 ? 'k' : UNITS[unit]!);
}

const MULTIPLIERS: Readonly<Record<string, number>> = { c: 1, w: 2, b: 512 };

/** A number with a GNU suffix (`b` `K` `KB` `M` …), or undefined. */
export function parseSize(text: string): number | undefined {
  const match = /^(\d+)([cwb]|([kKMGTPE])(B|iB)?)?$/.exec(text);
  if (match === null) return undefined;
  const [, digits, suffix, letter, kind] = match;
  if (suffix === undefined) return Number(digits);
  if (letter === undefined) return Number(digits) * MULTIPLIERS[suffix]!;
  return (
    Number(digits) *
    (kind === 'B' ? 1000 : 1024) ** 'KMGTPE'.indexOf(letter.toUpperCase()) *
    (kind === 'B' ? 1000 : 1024)
  );
}
