/** Pure: the configuration's text as the page reads it. */

/** The lines of one top-level key of a YAML file in block style, with its own; empty where there is none. */
export function sectionOf(text: string, key: string): string {
  const lines = text.split(/\r?\n/);
  const first = lines.findIndex((line) => line.startsWith(`${key}:`));
  if (first < 0) return '';
  const rest = lines.slice(first + 1).findIndex((line) => /^[^\s#-]/.test(line));
  const last = rest < 0 ? lines.length : first + 1 + rest;
  return lines.slice(first, last).join('\n').trimEnd();
}

export interface DiffLine {
  readonly change: 'same' | 'added' | 'removed';
  readonly text: string;
}

/** Lines that changed with some around them; `omitted`: how many stand between, left out. */
export function hunksOf(lines: readonly DiffLine[], around = 3): (DiffLine | { readonly omitted: number })[] {
  const near = lines.map((_, n) =>
    lines.slice(Math.max(0, n - around), n + around + 1).some((one) => one.change !== 'same'),
  );
  const shown: (DiffLine | { readonly omitted: number })[] = [];
  let omitted = 0;
  for (const [n, line] of lines.entries()) {
    if (near[n] === true) {
      if (omitted > 0) shown.push({ omitted });
      omitted = 0;
      shown.push(line);
    } else omitted++;
  }
  if (omitted > 0) shown.push({ omitted });
  return shown;
}
