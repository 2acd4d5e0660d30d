/** Pure: the configuration's text as the page reads it. */

export interface ConfigurationFault {
  /** From 1; undefined where the fault is of the whole. */
  readonly line: number | undefined;
  readonly words: string;
}

/** What is wrong with a text, as the API's problem says it: a line for each, `netsentinel.yaml:2:1: words` where it has a place. */
export function faultsOf(detail: string): ConfigurationFault[] {
  return detail
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => {
      const [, at, words] = /^\s*\S*?:(\d{1,6})(?::\d{1,6})?:\s*(.+)$/s.exec(line) ?? [];
      return at === undefined || words === undefined
        ? { line: undefined, words: line.trim() }
        : { line: Number(at), words };
    });
}

/** The lines of one top-level key of a YAML file in block style, with its own; empty where there is none. */
export function sectionOf(text: string, key: string): string {
  const lines = text.split(/\r?\n/);
  const first = lines.findIndex((line) => line.startsWith(`${key}:`));
  if (first < 0) return '';
  const rest = lines.slice(first + 1).findIndex((line) => /^[^\s#-]/.test(line));
  const last = rest < 0 ? lines.length : first + 1 + rest;
  return lines.slice(first, last).join('\n').trimEnd();
}

/** The position in a text where a line (from 1) begins and ends. */
export function lineRange(text: string, line: number): readonly [start: number, end: number] {
  const lines = text.split('\n');
  const before = lines.slice(0, line - 1).reduce((sum, one) => sum + one.length + 1, 0);
  const start = Math.min(before, text.length);
  return [start, Math.min(text.length, start + (lines[line - 1]?.length ?? 0))];
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
