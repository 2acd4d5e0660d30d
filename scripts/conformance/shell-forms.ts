/**
 * What "the same form" means when our output is compared with a real machine's (AgentShell's control run, a Debian 7; ours is a Debian 12).
 *
 * Each line is cut into tokens and every token is replaced by its class: dates and times, network and hardware addresses, sizes and numbers
 * with a unit, percentages, hexadecimal ids, permissions, paths, plain words. Equal classes in a row count once, so that a longer text or
 * list is the same form; punctuation stays. Blank lines, and the progress bars that a carriage return overwrites, are left out.
 * The similarity of two outputs is the mean of two shares: of the control's lines (each distinct form weighted by how often it occurs, at
 * most five times) whose form occurs in ours, and the other way round. At half or more the form matches. An empty control needs an empty
 * output. Where the form is not the machine's to choose, or the program changed it between the two releases (`CHANGED`, each with its reason), the
 * corpus's own rule for that command decides. Both were captured on a terminal; a command starts on a fresh machine.
 */

const CLASSES: readonly [RegExp, string][] = [
  [/^\d{4}-\d\d-\d\d(T\S*)?$/, 'date'],
  [/^(Mon|Tue|Wed|Thu|Fri|Sat|Sun|Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)$/, 'date'],
  [/^\d{1,2}:\d\d(:\d\d)?$/, 'date'],
  [/^\(\d\d:\d\d\)$/, 'date'],
  [/^[([]?(\d{1,3}\.){3}\d{1,3}([/:][\d*]+)?[)\]]?:?$/, 'address'],
  [/^([\da-f]{2}:){5}[\da-f]{2}$/i, 'address'],
  [/^\S*::\S*$/, 'address'],
  [/^[-dlcbps]([r-][w-][xsStT-]){3}[.+]?$/, 'mode'],
  [/^\d+(\.\d+)?%$/, 'percent'],
  [/^[([]?[-+]?\d[\d,.]*([KMGTP]i?B?|[kMG]?B\/s|ms|s|kB|%)?[)\],;]?$/, 'number'],
  [/^(0x)?[\da-f]{8,}$/i, 'number'],
  [/^\[$|^\]$|^\d+\.\d+\]$/, 'number'],
  [/^\/\S*$/, 'path'],
  [/^[\w.]+[=(]\S*$/, 'setting'],
];

function tokenClass(token: string): string {
  for (const [pattern, name] of CLASSES) if (pattern.test(token)) return name;
  const bare = token.replaceAll(/[\w.@/+-]+/g, 'w').replaceAll(/[^\x20-\x7e]+/g, '');
  return bare.startsWith('w') || bare === '' ? 'word' : bare.slice(0, 3);
}

/** The form of one line. */
export function lineForm(line: string): string {
  const classes = line
    .trim()
    .split(/\s+/)
    .map((token) => tokenClass(token));
  return classes.filter((name, index) => name !== classes[index - 1]).join(' ');
}

function forms(text: string): Map<string, number> {
  const found = new Map<string, number>();
  for (const line of text
    .replaceAll('\r\n', '\n')
    .split('\n')
    .map((row) => row.split('\r').findLast((part) => part.trim() !== '') ?? '')) {
    if (line.trim() === '') continue;
    const form = lineForm(line);
    found.set(form, Math.min(5, (found.get(form) ?? 0) + 1));
  }
  return found;
}

/** From 0 to 1. */
export function formSimilarity(control: string, ours: string): number {
  const [theirs, mine] = [forms(control), forms(ours)];
  if (theirs.size === 0 || mine.size === 0) return theirs.size === mine.size ? 1 : 0;
  const share = (of: ReadonlyMap<string, number>, within: ReadonlyMap<string, number>): number => {
    const total = [...of.values()].reduce((sum, count) => sum + count, 0);
    return [...of].reduce((sum, [form, count]) => sum + (within.has(form) ? count : 0), 0) / total;
  };
  return (share(theirs, mine) + share(mine, theirs)) / 2;
}

/** Commands whose own format changed from Debian 7 to Debian 12, with what changed. */
export const CHANGED: Readonly<Record<string, string>> = {
  'curl www.google.com': "the page is the remote server's, not the machine's; ours serves another",
  ifconfig: 'net-tools 2.10 lays the fields out anew',
  'apt-get update': 'apt 2.6 has no Packages lines where nothing changed, and draws no progress into a pipe',
};
